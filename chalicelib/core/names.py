"""Checks that a name is readable, in any script. Pure; core/text.py has the field types that are names. Names that an
earlier release stored are read without this check.
"""

import unicodedata

_INKLESS = frozenset("\u115f\u1160\u3164\uffa0\u2800\U00013441\U00013442\U0001d159\ufffc\ufffd")
"""Letters and symbols without a visible shape: fillers of Hangul and Egyptian, the blank of Braille, an empty musical
note, and the placeholders U+FFFC and U+FFFD.
"""


def is_name(text: str) -> bool:
    """Whether the text can be a name: it has a letter of any script, a digit (room 42) or a pictograph (a break called
    ☕). Blanks of any kind, marks without a letter, punctuation, and symbols such as + or € alone are not a name.
    """
    return any(_is_ink(character) for character in text)


def broken_rule(value: object) -> str | None:
    """Returns in words why a field's value cannot be a name, or None."""
    return None if not isinstance(value, str) or is_name(value) else "must have a letter or a digit in it"


def _is_ink(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cn":  # perhaps a letter newer than Python's tables; no other planes have letters
        return 0x10000 <= ord(character) < 0x40000 and ord(character) & 0xFFFE != 0xFFFE and character not in _INKLESS
    return (category[0] in "LN" or category == "So") and character not in _INKLESS
