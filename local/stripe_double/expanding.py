"""`expand[]`: replace ids by the objects they name (https://docs.stripe.com/api/expanding_objects)."""

from __future__ import annotations

from .errors import parameter_invalid
from .objects import list_of
from .store import Json
from .work import Work

_TABLES = {
    "payment_intent": "payment_intent",
    "latest_charge": "charge",
    "charge": "charge",
    "balance_transaction": "balance_transaction",
    "customer": "customer",
    "payment_method": "payment_method",
}
_SOURCES = {"ch_": "charge", "re_": "refund"}
_DEEPEST = 4


def expand(work: Work, item: Json, paths: list[str]) -> Json:
    """The object with each dotted path replaced; raises ParameterError for one that cannot be."""
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
    if head == "line_items" and item.get("object") == "checkout.session":
        item["line_items"] = session_lines(work, item["id"])
        return
    table = _TABLES.get(head) or (_source_table(item) if head == "source" else None)
    if table is None or head not in item:
        raise parameter_invalid(
            "expand",
            f"This property cannot be expanded ({path}). You may want to try expanding a different property.",
        )
    if isinstance(item[head], str):
        item[head] = work.get(table, item[head])
    if rest and isinstance(item[head], dict):
        _expand_one(work, item[head], rest, path)


def session_lines(work: Work, key: str) -> Json:
    """The line items of a session as the list that Stripe embeds."""
    kept = work.tx.get("lines", key) or {"items": []}
    return list_of(kept["items"], f"/v1/checkout/sessions/{key}/line_items")


def _source_table(item: Json) -> str | None:
    source = item.get("source")
    return _SOURCES.get(source[:3]) if isinstance(source, str) else None
