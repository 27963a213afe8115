"""What somebody or something can be called: a text that people can read, in any script. Pure; core/text.py has the
types of fields that are names. What an earlier release stored is read as it is.
"""

import unicodedata

_INKLESS = frozenset("\u115f\u1160\u3164\uffa0\u2800\U00013441\U00013442\U0001d159\ufffc\ufffd")
"""Letters and pictures that show nothing: fillers of hangul and Egyptian, the blank of Braille, an empty note, and what
stands for something else (U+FFFC, U+FFFD)."""


def is_name(text: str) -> bool:
    """Whether something can be called that: it has a letter of any script, a digit (room 42) or a pictograph (a break
    called ☕) to read. Blanks of any kind, marks without a letter, punctuation and signs alone are no name.
    """
    return any(_is_ink(character) for character in text)


def broken_rule(value: object) -> str | None:
    """The breach of a field that names somebody or something, in words."""
    return None if not isinstance(value, str) or is_name(value) else "must have a letter or a digit in it"


def _is_ink(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cn":  # perhaps a letter that is younger than our tables; beyond these planes there are none
        return 0x10000 <= ord(character) < 0x40000 and ord(character) & 0xFFFE != 0xFFFE and character not in _INKLESS
    return (category[0] in "LN" or category == "So") and character not in _INKLESS
