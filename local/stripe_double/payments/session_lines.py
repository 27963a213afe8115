"""The lines of a checkout session, from inline prices or from existing prices. Called by sessions.py."""

from __future__ import annotations

from typing import Any

from local.stripe_double.api.errors import ParameterError, parameter_invalid, parameter_missing
from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work
from local.stripe_double.objects.objects import line_item_of, price_of

from .currencies import check_total, check_unit, largest


def lines_of(work: Work, params: dict[str, Any]) -> list[Json]:
    """Returns the line items: at least one, all in one currency. Raises ParameterError as Stripe would."""
    if not params["line_items"]:
        raise parameter_missing("line_items")
    lines = [_line(work, item, f"line_items[{place}]") for place, item in enumerate(params["line_items"])]
    found = {line["currency"] for line in lines} | ({params["currency"]} if "currency" in params else set())
    if len(found) > 1:
        raise ParameterError(
            "All prices in a Checkout Session must have the same currency; you passed " + ", ".join(sorted(found)),
            param="line_items",
        )
    return lines


def _line(work: Work, item: Json, name: str) -> Json:
    if ("price" in item) is ("price_data" in item):
        message = f"You must specify either `price` or `price_data` for {name}, and not both."
        raise parameter_invalid(name, message)
    price, title = _known_price(work, item["price"], name) if "price" in item else _inline_price(work, item, name)
    total = price["unit_amount"] * item["quantity"]
    if total > largest(price["currency"]):
        check_total(total, price["currency"])
    key = work.new_id("li_1")
    return line_item_of(key, price=price, name=title, quantity=item["quantity"], metadata=item.get("metadata", {}))


def _known_price(work: Work, key: str, name: str) -> tuple[Json, str]:
    price = work.tx.get("price", key)
    if price is None:
        raise parameter_invalid(f"{name}[price]", f"No such price: '{key}'", code="resource_missing")
    return price, str(work.get("product", price["product"])["name"])


def _inline_price(work: Work, item: Json, name: str) -> tuple[Json, str]:
    data = item["price_data"]
    currency, unit = data["currency"], data["unit_amount"]
    check_unit(unit, currency, f"{name}[price_data][unit_amount]")
    price = price_of(
        work.new_id("price_1"),
        now=work.now,
        currency=currency,
        unit_amount=unit,
        product=work.new_id("prod_"),
    )
    price["tax_behavior"] = data.get("tax_behavior", "unspecified")
    return price, data["product_data"]["name"]
