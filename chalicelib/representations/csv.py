"""CSV for spreadsheets: RFC 4180, UTF-8 with a byte order mark so that Excel reads it as UTF-8, and no formulas.

A spreadsheet runs a cell that begins like a formula, so such text gets an apostrophe in front
(owasp.org/www-community/attacks/CSV_Injection). Numbers are not user input and stay numbers. All text is quoted.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from chalicelib.core.money import decimals

CONTENT_TYPE = "text/csv; charset=utf-8"
BOM = "\ufeff"
Cell = str | int | Decimal | None

_IGNORED = r"[\s\u00ad\u200b-\u200f\u2060\ufeff]*"
"""Characters that trimming removes or that are invisible."""
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
"""The signs that begin a formula, with their full-width and small forms."""
_FORMULA = re.compile(rf"[\t\r\n]|{_IGNORED}[{_SIGNS}]")


def line(cells: Iterable[Cell]) -> str:
    """Returns one row with its line end."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in cells])
    return buffer.getvalue()


def sheet(head: Sequence[str], lines: Iterable[str]) -> str:
    """Returns a whole file: byte order mark, header row, lines."""
    return "".join((BOM, line(head), *lines))


def guarded(text: str) -> str:
    """Returns the text in a form that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def units(amount: int | None, currency: str | None) -> Decimal | None:
    """Returns minor units as a number with the currency's decimals, e.g. 25.00."""
    if amount is None or currency is None:
        return None
    return Decimal(amount).scaleb(-decimals(currency))
