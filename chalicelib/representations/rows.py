"""Parts of long lists that are looked through row by row: how much fits one answer, and where the next begins. Pure.

Lambda's answers end at 6 MB, body and its escapes together (docs/platform.md).
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

MAX_BYTES = 5_000_000
"""Of rows, written the way Lambda writes them at their longest: escaped, in ASCII."""
MAX_LOOKED_AT = 2_500
"""Rows that one request looks through; one that finds little in so many is continued by its cursor."""

Row = tuple[str, str | None]
"""A place in a list and the text that stands there; no text where the row is not wanted."""


class Part(NamedTuple):
    """The texts that fit an answer. `last` is the last place looked at, empty at the end of the list."""

    texts: list[str]
    last: str = ""


def fill(rows: Iterable[Row], *, limit: int) -> Part:
    """As many wanted rows as fit, at most `limit`."""
    texts: list[str] = []
    used = 0
    last = ""
    for looked_at, (place, text) in enumerate(rows):
        if len(texts) == limit or used >= MAX_BYTES or looked_at == MAX_LOOKED_AT:
            return Part(texts, last)
        last = place
        if text is not None:
            texts.append(text)
            used += len(json.dumps(text))
    return Part(texts)
