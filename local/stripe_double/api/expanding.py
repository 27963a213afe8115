"""`expand[]`: replaces ids by the objects they name (https://docs.stripe.com/api/expanding_objects)."""

from __future__ import annotations

import copy

from local.stripe_double.objects.objects import list_of

from .errors import parameter_invalid
from .store import Json
from .work import Work

_MONEY = {"balance_transaction": "balance_transaction"}
_PAID = {"charge": "charge", "payment_intent": "payment_intent"}
_TABLES: dict[str, dict[str, str]] = {
    "application_fee": _MONEY,
    "charge": {
        **_MONEY,
        "application_fee": "application_fee",
        "customer": "customer",
        "failure_balance_transaction": "balance_transaction",
        "payment_intent": "payment_intent",
    },
    "checkout.session": {"customer": "customer", "payment_intent": "payment_intent"},
    "dispute": _PAID,
    "fee_refund": {**_MONEY, "fee": "application_fee"},
    "mandate": {"payment_method": "payment_method"},
    "payment_intent": {"customer": "customer", "latest_charge": "charge", "payment_method": "payment_method"},
    "payment_method": {"customer": "customer"},
    "price": {"product": "product"},
    "refund": {**_MONEY, **_PAID, "failure_balance_transaction": "balance_transaction"},
}
_SOURCES = {"ch": "charge", "py": "charge", "re": "refund", "du": "dispute", "fee": "application_fee"}
_SOMETIMES = frozenset({"failure_balance_transaction"})
"""Properties that an object has only when they have a value. A request may expand them even when they are absent."""
_DEEPEST = 4
_REFUNDS_SHOWN = 10


def expand(work: Work, item: Json, paths: list[str]) -> Json:
    """Replaces the ids at each dotted path in the object. Raises ParameterError for a path that cannot be expanded."""
    for path in paths:
        parts = path.split(".")
        if len(parts) > _DEEPEST:
            raise parameter_invalid(
                "expand",
                "You cannot expand more than 4 levels of a property.",
                code="parameter_invalid",
            )
        _expand_one(work, item, parts, path)
    return item


def _expand_one(work: Work, item: Json, parts: list[str], path: str) -> None:
    head, rest = parts[0], parts[1:]
    if head == "data" and item.get("object") == "list":
        for each in item["data"]:
            _expand_one(work, each, rest, path)
        return
    if (item.get("object"), head) in _LISTS:
        if not isinstance(item.get(head), dict):
            item[head] = _LISTS[item["object"], head](work, item["id"])
        if rest:
            _expand_one(work, item[head], rest, path)
        return
    if head in _SOMETIMES and head not in item:
        return
    table = _source_table(item) if head == "source" else _TABLES.get(item.get("object", ""), {}).get(head)
    if table is None or head not in item:
        raise parameter_invalid(
            "expand",
            f"This property cannot be expanded ({path}). You may want to try expanding a different property.",
        )
    if isinstance(item[head], str):
        home = work.within(None) if table == "application_fee" else work
        item[head] = home.get(table, item[head])
    if rest and isinstance(item[head], dict):
        _expand_one(work, item[head], rest, path)


def session_lines(work: Work, key: str) -> Json:
    """Returns the line items of a session as the list that Stripe embeds."""
    kept = work.tx.get("lines", key) or {"items": []}
    return list_of(kept["items"], f"/v1/checkout/sessions/{key}/line_items")


def _source_table(item: Json) -> str | None:
    source = item.get("source")
    return _SOURCES.get(source.partition("_")[0]) if isinstance(source, str) else None


def _refunds(work: Work, charge: str) -> Json:
    """Returns the newest refunds of a charge as the list that Stripe embeds."""
    found = [copy.deepcopy(row) for row in reversed(work.tx.rows("refund")) if row["charge"] == charge]
    more = len(found) > _REFUNDS_SHOWN
    return list_of(found[:_REFUNDS_SHOWN], f"/v1/charges/{charge}/refunds", has_more=more)


_LISTS = {("checkout.session", "line_items"): session_lines, ("charge", "refunds"): _refunds}
"""Lists that an object embeds only when the request expands them."""
