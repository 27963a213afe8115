"""What cleaning leaves of a text that somebody sent: what people can see of it, in a time that does not grow with the
square of its length.
"""

import unicodedata

import pytest

from chalicelib.domain import text


@pytest.mark.parametrize("mark", ["\u0301", "\u0315\u0300", "\u0f73", "\u0f81\u0f75"])
def test_clean_keeps_thirty_marks_of_a_letter(mark: str) -> None:
    kept = text.clean(f"caf\u00e9 {'x' + mark * 500}, x{mark}")
    assert kept == unicodedata.normalize("NFC", f"caf\u00e9 {'x' + (mark * 30)[:30]}, x{mark}")


def test_clean_changes_no_text_that_people_write() -> None:
    for written in (
        "caf\u00e9",
        "\u0e01\u0e33\u0e25\u0e31\u0e07",
        "\u1ea5y \u2018ok\u2019",
        "\u05e9\u05bc\u05c1\u05b8",
        "a\tb\nc",
    ):
        assert text.clean(written) == unicodedata.normalize("NFC", written)
