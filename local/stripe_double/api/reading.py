"""Retrieving and listing what only payments and refunds make: intents, charges, balance transactions.

Called through the route table in api.py.
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
    """The parameters of a list that can be narrowed by the named fields."""
    return shape({**PAGE, **CREATED, "expand": list_of(text()), **{name: text() for name in filters}})


def finder(table: str, *, param: str = "id") -> Callable[[Work, dict[str, Any], str], Json]:
    """The retrieve verb of one table; `param` is the name Stripe gives the id in its 404."""

    def find(work: Work, _params: dict[str, Any], key: str) -> Json:
        return work.get(table, key, param=param)

    return find


def lister(table: str, url: str, *filters: str) -> Callable[[Work, dict[str, Any]], Json]:
    """The list verb of one table."""

    def find_all(work: Work, params: dict[str, Any]) -> Json:
        def keep(row: Json) -> bool:
            return all(row[name] == params[name] for name in filters if name in params)

        return page(work, table, params, url, keep=keep)

    return find_all
