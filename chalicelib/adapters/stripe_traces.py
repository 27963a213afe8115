"""What Stripe lists of refunds, disputes and charges. Used by stripe_gateway.py; knows no library.

Source: docs.stripe.com/api/refunds/list, /disputes/list, /charges/list. Which order it is of, the charge or its payment
intent says.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.adapters.stripe_looks import PAGE, options
from chalicelib.adapters.stripe_objects import Json
from chalicelib.ports.payments import Standing, Trace, TracesSince

_OWNERS = ["data.charge", "data.payment_intent"]


def traces(client: Any, since: TracesSince, account: str | None) -> Iterator[Trace]:
    """All there is since these moments. Raises stripe.StripeError."""
    for refund in _listed(client.v1.refunds, (since.refunds, since.until), _OWNERS, account):
        yield from _of(refund, refund=Standing(refund["id"], str(refund.get("status") or "pending")))
    for dispute in _listed(client.v1.disputes, (since.disputes, since.until), _OWNERS, account):
        yield from _of(dispute, dispute=Standing(dispute["id"], dispute["status"]))
    for charge in _listed(client.v1.charges, (since.charges, since.until), ["data.payment_intent"], account):
        if charge.get("paid"):
            yield from _of({**charge, "charge": charge}, has_fee=charge.get("balance_transaction") is not None)


def _listed(service: Any, made: tuple[int, int], expand: list[str], account: str | None) -> Iterator[Json]:
    filters = {"created": {"gte": made[0], "lte": made[1]}, "limit": PAGE, "expand": expand}
    for one in service.list(filters, options(account)).auto_paging_iter():
        yield one.to_dict()


def _of(raw: Json, **what: Any) -> Iterator[Trace]:
    """The trace of an object that has a charge."""
    charge, intent = _object(raw.get("charge")), _object(raw.get("payment_intent"))
    named = {**(intent.get("metadata") or {}), **(charge.get("metadata") or {})}
    if charge:
        yield Trace(charge["id"], named.get("order_id"), **what)


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
