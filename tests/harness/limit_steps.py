"""Steps of tests about limits other than stock: quotas, codes, limits per buyer."""

import json
from typing import Any

import msgspec

from chalicelib.catalog.domain.code import AccessCodeFields, DiscountFields
from chalicelib.catalog.domain.quota import QuotaFields
from chalicelib.catalog.domain.stock import code_stock, quota_stock
from chalicelib.core.kinds import CodeKind
from chalicelib.core.preconditions import ANY
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import OrderRecord
from tests.harness.shop import BUYER, OWNER, Shop, Stock, form_of, stock_of

EVERYTHING = frozenset({ANY})


def quota(shop: Shop, quantity: int, *types: str) -> str:
    """Creates a quota that these ticket types share. Returns its id."""
    quota_id = shop.services.ids.new_id()
    fields = QuotaFields(name="Hall", quantity=quantity, ticket_type_ids=list(types))
    shop.services.catalog.edit_quotas.create(shop.event_id, fields, caller=OWNER, new_id=quota_id)
    return quota_id


def change_quota(shop: Shop, quota_id: str, **patch: Any) -> dict[str, Any]:
    made = shop.services.catalog.edit_quotas.update(shop.event_id, quota_id, patch, caller=OWNER, match=EVERYTHING)
    return dict(json.loads(made.body))


def discount(shop: Shop, code: str = "SPRING", **fields: Any) -> str:
    """Creates a discount, by default ten percent on all types. Returns its id."""
    form = {"code": code, **({"kind": "percent", "percent": 10} | fields)}
    return _code(shop, CodeKind.DISCOUNT, msgspec.convert(form, DiscountFields))


def access_code(shop: Shop, *types: str, code: str = "MEMBERS", **fields: Any) -> str:
    """Creates an access code for these ticket types. Returns its id."""
    form = {"code": code, "ticket_type_ids": list(types), **fields}
    return _code(shop, CodeKind.ACCESS, msgspec.convert(form, AccessCodeFields))


def _code(shop: Shop, kind: CodeKind, fields: Any) -> str:
    code_id = shop.services.ids.new_id()
    shop.services.catalog.edit_codes[kind].create(shop.event_id, fields, caller=OWNER, new_id=code_id)
    return code_id


def change_code(shop: Shop, kind: CodeKind, code_id: str, **patch: Any) -> dict[str, Any]:
    made = shop.services.catalog.edit_codes[kind].update(shop.event_id, code_id, patch, caller=OWNER, match=EVERYTHING)
    return dict(json.loads(made.body))


def order_with(
    shop: Shop, *wanted: tuple[str, int], caller: Principal | None = BUYER, email: str = "ada@example.org", **codes: str
) -> OrderRecord:
    """Places an order with codes."""
    form = form_of(*wanted)
    form = msgspec.structs.replace(form, buyer=msgspec.structs.replace(form.buyer, email=email), **codes)
    new_id = shop.services.ids.new_id()
    return shop.services.orders.place_order.place_order(
        shop.event_id, form, caller=caller, new_id=new_id, source="192.0.2.1"
    )[0]


def uses_of(code_id: str) -> Stock:
    return stock_of(code_stock(code_id))


def shared(quota_id: str) -> Stock:
    return stock_of(quota_stock(quota_id))
