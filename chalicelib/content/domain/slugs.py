"""Makes URL slugs from names. Pure. Used for new events only: a stored event keeps its slug."""

import re
import unicodedata

from chalicelib.core.ids import RESERVED_SLUGS

SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "HIRAGANA", "KATAKANA", "HANGUL")
"""Scripts whose letters have one sound each, so that Latin letters can stand for them. Han characters are read
differently in several languages, and Arabic, Hebrew and the scripts of India leave vowels out. A wrong sound would be
worse than none.
"""


def slugify(name: str, fallback: str) -> str:
    """Returns a slug of at most 60 characters, or `fallback` when the name has no digits and no letters that can be
    spelled.
    """
    spelled = name if name.isascii() else "".join(map(_spelled, unicodedata.normalize("NFKC", name)))
    slug = re.sub(r"[^a-z0-9]+", "-", spelled.lower()).strip("-")[:60].strip("-")
    return f"{slug}-event" if slug in RESERVED_SLUGS else slug or fallback


def _spelled(character: str) -> str:
    """Returns the character in ASCII letters, a blank when it has no such spelling, or nothing for a combining mark."""
    from anyascii import anyascii

    if character.isascii():
        return character
    if unicodedata.combining(character):
        return ""
    is_letter = character.isalpha() and unicodedata.name(character, "").startswith(SCRIPTS)
    return str(anyascii(character)) if is_letter else " "
