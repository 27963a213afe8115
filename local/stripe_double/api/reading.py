"""Verbs that retrieve and list objects of one table, and the readers of their parameters. Used by the route table in
routes.py, for example for intents, charges and balance transactions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .listing import CREATED, PAGE, page
from .parameters import Reader, list_of, shape, text
from .store import Json
from .work import Work

ONE = shape({"expand": list_of(text())})


def listing_of(*filters: str) -> Reader:
    """Returns the reader for a list that can be filtered by the named fields."""
    return shape({**PAGE, **CREATED, "expand": list_of(text()), **{name: text() for name in filters}})


def finder(table: str, *, param: str = "id") -> Callable[[Work, dict[str, Any], str], Json]:
    """Returns the retrieve verb of one table. `param` is the name that Stripe gives the id in its 404."""

    def find(work: Work, _params: dict[str, Any], key: str) -> Json:
        return work.get(table, key, param=param)

    return find


def lister(table: str, url: str, *filters: str) -> Callable[[Work, dict[str, Any]], Json]:
    """Returns the list verb of one table."""

    def find_all(work: Work, params: dict[str, Any]) -> Json:
        def keep(row: Json) -> bool:
            return all(row[name] == params[name] for name in filters if name in params)

        return page(work, table, params, url, keep=keep)

    return find_all
