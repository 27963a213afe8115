"""Lists that are made when they are read: how much fits one answer, where the next begins, and its JSON or CSV.

Lambda's answers end at 6 MB, body and its escapes together (docs/platform.md).
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
"""Characters of what is looked for."""
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


class Sheet(NamedTuple):
    """A CSV file, or as much of it as fits; `next_cursor` continues it."""

    found: Found
    next_cursor: str | None


class Filters(NamedTuple):
    """Which rows are wanted: a state, and the beginning of an id or part of a name or an address, case-folded."""

    state: str = ""
    q: str = ""


def parse_filters(query: dict[str, str], states: frozenset[str]) -> Filters:
    """The filters of a query: a state out of `states`, and q of at most 100 characters. Raises MalformedRequest."""
    state, q = query.get("state", ""), query.get("q", "")
    if state and state not in states:
        raise MalformedRequest(f"state is one of {', '.join(sorted(states))}.", code="invalid_filter")
    if len(q) > MAX_Q:
        raise MalformedRequest(f"q may have at most {MAX_Q} characters.", code="invalid_filter")
    return Filters(state, " ".join(q.casefold().split()))


def scope(event_id: str, name: str) -> str:
    """What cursors of a list and its CSV are made for."""
    return f"{event_id}/{name}"


def as_list(part: Part, *, scope: str, key: CursorKey, more: dict[str, str] | None = None) -> Found:
    """The JSON of a page. `more` are further members by name, each a JSON text."""
    body = write_list(part.texts, next_cursor=_cursor(part, scope, key))
    for name, text in (more or {}).items():
        body = add_text(body, name, text)
    return as_found(body)


def as_sheet(head: tuple[str, ...], part: Part, *, scope: str, key: CursorKey) -> Sheet:
    """The CSV of a page. Its tag names what comes next too, since that is told in a header."""
    cursor = _cursor(part, scope, key)
    text = csv.sheet(head, part.texts)
    return Sheet(Found.made(f"{hash_of(text)}{'-more' if cursor else ''}", text), cursor)


def told(q: str, *, names: tuple[str, ...], ids: tuple[str, ...]) -> bool:
    """Whether the words are part of one of the names or begin one of the ids; no words are part of everything."""
    return any(q in name.casefold() for name in names) or any(id.casefold().startswith(q) for id in ids)


def _cursor(part: Part, scope: str, key: CursorKey) -> str | None:
    return make_cursor(part.last, scope=scope, key=key) if part.last else None
