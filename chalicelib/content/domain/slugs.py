"""Makes URL slugs from names. Pure. Only for what is new: a slug that an event has stays as it is."""

import re
import unicodedata

from chalicelib.core.ids import RESERVED_SLUGS

SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "HIRAGANA", "KATAKANA", "HANGUL")
"""Whose letters have one sound each, so that Latin letters can stand for them. Han characters are read in several
languages, and Arabic, Hebrew and the scripts of India leave vowels out: a wrong sound is worse than none."""


def slugify(name: str, fallback: str) -> str:
    """A slug of at most 60 characters; `fallback` when the name has no letters that can be spelled, and no digits."""
    spelled = name if name.isascii() else "".join(map(_spelled, unicodedata.normalize("NFKC", name)))
    slug = re.sub(r"[^a-z0-9]+", "-", spelled.lower()).strip("-")[:60].strip("-")
    return f"{slug}-event" if slug in RESERVED_SLUGS else slug or fallback


def _spelled(character: str) -> str:
    """A character in letters of English; a blank for one that has no such letters, nothing for a mark on a letter."""
    from anyascii import anyascii

    if character.isascii():
        return character
    if unicodedata.combining(character):
        return ""
    is_letter = character.isalpha() and unicodedata.name(character, "").startswith(SCRIPTS)
    return str(anyascii(character)) if is_letter else " "
