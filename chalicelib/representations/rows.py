"""Lists that are made at each read: how many rows fit in one answer, where the next page begins, its JSON or CSV.

A Lambda answer has at most 6 MB, counted with the escapes of its body (docs/platform.md).
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

from chalicelib.core.errors import MalformedRequest
from chalicelib.core.pagination import CursorKey, make_cursor
from chalicelib.representations import csv
from chalicelib.representations.json_text import add_text, as_found, hash_of, write_list
from chalicelib.representations.read import Found

MAX_Q = 100
"""Characters of a search text."""
MAX_BYTES = 5_000_000
"""Bytes of all rows, in the longest form in which Lambda writes them: escaped, in ASCII."""
MAX_LOOKED_AT = 2_500
"""Rows that one request reads. A request that finds few matches among them is continued with its cursor."""

Row = tuple[str, str | None]
"""A position in a list and the row's text there; None when the row does not match."""


class Part(NamedTuple):
    """The texts that fit in an answer. `last` is the last position that was read, empty at the end of the list."""

    texts: list[str]
    last: str = ""


def fill(rows: Iterable[Row], *, limit: int) -> Part:
    """Returns the matching rows that fit, at most `limit`."""
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


class Sheet(NamedTuple):
    """A CSV file, or the part of it that fits; `next_cursor` continues it."""

    found: Found
    next_cursor: str | None


class Filters(NamedTuple):
    """The conditions on rows: a state, and the beginning of an id or a part of a name or address, case-folded."""

    state: str = ""
    q: str = ""


def parse_filters(query: dict[str, str], states: frozenset[str]) -> Filters:
    """Returns the filters of a query: one of `states`, and q of at most MAX_Q characters. Raises MalformedRequest."""
    state, q = query.get("state", ""), query.get("q", "")
    if state and state not in states:
        raise MalformedRequest(f"state is one of {', '.join(sorted(states))}.", code="invalid_filter")
    if len(q) > MAX_Q:
        raise MalformedRequest(f"q may have at most {MAX_Q} characters.", code="invalid_filter")
    return Filters(state, " ".join(q.casefold().split()))


def scope(event_id: str, name: str) -> str:
    """Returns the scope of the cursors of a list and its CSV."""
    return f"{event_id}/{name}"


def as_list(part: Part, *, scope: str, key: CursorKey, more: dict[str, str] | None = None) -> Found:
    """Returns the JSON of a page. `more` has additional members by name, each a JSON text."""
    body = write_list(part.texts, next_cursor=_cursor(part, scope, key))
    for name, text in (more or {}).items():
        body = add_text(body, name, text)
    return as_found(body)


def as_sheet(head: tuple[str, ...], part: Part, *, scope: str, key: CursorKey) -> Sheet:
    """Returns the CSV of a page. Its tag depends on whether there is a next page, since a header names it."""
    cursor = _cursor(part, scope, key)
    text = csv.sheet(head, part.texts)
    return Sheet(Found.made(f"{hash_of(text)}{'-more' if cursor else ''}", text), cursor)


def told(q: str, *, names: tuple[str, ...], ids: tuple[str, ...]) -> bool:
    """Whether the words are part of one of the names or begin one of the ids; an empty text matches everything."""
    return any(q in name.casefold() for name in names) or any(id.casefold().startswith(q) for id in ids)


def _cursor(part: Part, scope: str, key: CursorKey) -> str | None:
    return make_cursor(part.last, scope=scope, key=key) if part.last else None
