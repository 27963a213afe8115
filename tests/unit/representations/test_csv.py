"""CSV files that spreadsheets read without running formulas."""

import csv as reader
import io
from decimal import Decimal

import pytest

from chalicelib.representations import csv


def test_sheet_is_rfc_4180_with_a_byte_order_mark() -> None:
    text = csv.sheet(("name", "number"), [csv.line(['Ada "Countess", Lovelace', 3]), csv.line(["a\nb", None])])
    assert text == '\ufeff"name","number"\r\n"Ada ""Countess"", Lovelace",3\r\n"a\nb",""\r\n'
    rows = list(reader.reader(io.StringIO(text.removeprefix(csv.BOM), newline="")))
    assert rows == [["name", "number"], ['Ada "Countess", Lovelace', "3"], ["a\nb", ""]]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\nx",
        "  =cmd|'/c calc'!A0",
        "\u00a0=1",
        "\u3000=1",
        "\u200b=1",
        "\ufeff=1",
        "\u200e \u2060-1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A1",
        "\ufe66A1",
        '=HYPERLINK("http://x")',
    ],
)
def test_line_text_like_a_formula_gets_an_apostrophe(text: str) -> None:
    (cell,) = next(reader.reader(io.StringIO(csv.line([text]), newline="")))
    assert cell == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "3-1", "a=b", "'=1", "x@example.org", "#1", "  Ada", "é", "\U0001f600"])
def test_line_other_text_stays_as_it_is(text: str) -> None:
    (cell,) = next(reader.reader(io.StringIO(csv.line([text, 1]), newline="")))[:1]
    assert cell == text


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (-2500, "EUR", "-25.00"),
        (0, "EUR", "0.00"),
        (5, "KWD", "0.005"),
        (1200, "JPY", "1200"),
        (99_999_999, "CHF", "999999.99"),
    ],
)
def test_units_are_numbers_with_the_currencys_decimals(amount: int, currency: str, text: str) -> None:
    assert csv.line([csv.units(amount, currency)]) == f"{text}\r\n"


def test_units_of_nothing_are_empty() -> None:
    assert (csv.units(None, "EUR"), csv.units(5, None), csv.units(5, "EUR")) == (None, None, Decimal("0.05"))
