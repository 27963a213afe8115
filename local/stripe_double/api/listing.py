"""Stripe's lists: newest first, cursors, has_more (https://docs.stripe.com/api/pagination)."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from typing import Any

from local.stripe_double.objects.objects import list_of

from .errors import parameter_invalid
from .parameters import Reader, date_range, integer, text
from .store import Json
from .work import Work

PAGE: dict[str, Reader] = {
    "limit": integer(minimum=1, maximum=100),
    "starting_after": text(),
    "ending_before": text(),
}
CREATED: dict[str, Reader] = {"created": date_range}
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def page(work: Work, table: str, params: dict[str, Any], url: str, *, keep: Callable[[Json], bool] = bool) -> Json:
    """Returns one page of the rows that `keep` accepts and whose `created` is in the requested range, newest first."""
    limits = params.get("created", {})
    found = [
        row
        for row in reversed(work.tx.rows(table))
        if all(_COMPARE[name](row["created"], bound) for name, bound in limits.items()) and keep(row)
    ]
    return page_of(found, params, url)


def page_of(rows: list[Json], params: dict[str, Any], url: str) -> Json:
    """Returns one page of rows that are already in the order of the list."""
    limit = params.get("limit", 10)
    if "starting_after" in params and "ending_before" in params:
        message = "You cannot parameterize both starting_after and ending_before."
        raise parameter_invalid("starting_after", message)
    if "ending_before" in params:
        before = rows[: _position(rows, params["ending_before"], "ending_before")]
        return list_of(copy.deepcopy(before[-limit:]), url, has_more=len(before) > limit)
    start = 0
    if "starting_after" in params:
        start = _position(rows, params["starting_after"], "starting_after") + 1
    return list_of(copy.deepcopy(rows[start : start + limit]), url, has_more=len(rows) > start + limit)


def _position(rows: list[Json], key: str, name: str) -> int:
    for place, row in enumerate(rows):
        if row["id"] == key:
            return place
    raise parameter_invalid(name, f"No such object: '{key}'", code="resource_missing")
