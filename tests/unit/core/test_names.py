"""Validation of names: over all of Unicode, and wherever a form contains a name."""

import sys
import unicodedata

import pytest
from msgspec import Struct

from chalicelib.announcements.domain.announcement import AnnouncementForm, Audience
from chalicelib.catalog.domain.code import CodeFields
from chalicelib.core.errors import InvalidInput
from chalicelib.core.names import is_name
from chalicelib.core.text import Name
from chalicelib.core.validation import validate

FILLERS = {0x115F, 0x1160, 0x3164, 0xFFA0, 0x13441, 0x13442}  # Hangul, Egyptian: letters in Unicode, but invisible
BLANK_PICTURES = {0x2800, 0x1D159, 0xFFFC, 0xFFFD}


def test_is_name_of_one_character_is_true_for_letters_digits_and_pictographs_of_all_of_unicode() -> None:
    wrong = []
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        shows = category in ("Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "So")
        expected = shows and code not in FILLERS | BLANK_PICTURES
        if category != "Cn" and is_name(character) != expected:
            wrong.append(hex(code))
    assert wrong == []


def test_is_name_of_anything_that_python_strips_or_unicode_ignores_is_false() -> None:
    blanks = "".join(chr(code) for code in range(sys.maxunicode + 1) if chr(code).isspace())
    # from Unicode's DerivedCoreProperties.txt
    ranges = [(0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)]
    ranges += [(0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F)]
    ranges += [(0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)]
    ranges += [(0xE0000, 0xE0FFF)]
    ignored = "".join(chr(code) for first, last in ranges for code in range(first, last + 1))
    assert [hex(ord(c)) for c in blanks + ignored if is_name(c)] == []
    assert not is_name(blanks + ignored)


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u00a0", "\u3000", "\u200b\u2060", "\u3164", "\u2800", "\u0301\u0300", "...", "—", "?!", "<>", "$"],
)
def test_is_name_of_what_nobody_can_read_is_false(text: str) -> None:
    assert not is_name(text)


@pytest.mark.parametrize(
    "text", ["A", "42", "日本", "محمد", "שלום", "ß", "☕", "🎉", "C++", "<b>", " x ", "\u3164a", "नी", "\U00031350"]
)
def test_is_name_of_what_can_be_read_is_true(text: str) -> None:
    assert is_name(text)


class Inner(Struct, forbid_unknown_fields=True):
    """A part with a name."""

    name: Name


class Form(Struct, forbid_unknown_fields=True):
    """A form with names in every possible place."""

    name: Name
    other: Name | None = None
    part: Inner | None = None
    parts: list[Inner] | None = None
    note: str = ""


def test_validate_names_every_place_that_has_no_name() -> None:
    blank = {"name": "\u00a0"}
    with pytest.raises(InvalidInput) as refusal:
        validate({"name": "\u3164", "other": " ", "part": blank, "parts": [{"name": "A"}, blank], "note": " "}, Form)
    assert refusal.value.violations == [
        (pointer, "must have a letter or a digit in it")
        for pointer in ("/name", "/other", "/part/name", "/parts/1/name")
    ]


def test_validate_takes_names_and_their_absence() -> None:
    made = validate({"name": "A", "other": None, "part": {"name": "7"}, "parts": []}, Form)
    assert made == Form(name="A", part=Inner(name="7"), parts=[])


@pytest.mark.parametrize("blank", ["\u3164\u3164\u3164", "\u2800\u2800\u2800", "\u0301\u0301\u0301", "..."])
def test_code_and_title_of_an_announcement_that_nobody_can_read_are_refused(blank: str) -> None:
    assert [violation.pointer for violation in CodeFields(code=blank).violations()] == ["/code"]
    said = AnnouncementForm(title=blank, message="<p>Hi</p>", audience=Audience(attendees=True))
    assert [violation.pointer for violation in said.violations()] == ["/title"]
    assert CodeFields(code="AB1").violations() == []
