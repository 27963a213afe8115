"""Reads Stripe's lists of refunds, disputes and charges. Used by stripe.py; imports no library.

Source: docs.stripe.com/api/refunds/list, /disputes/list, /charges/list. The metadata of the charge, or of its payment
intent, names the order.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib.payments.adapters.stripe_looks import PAGE, options
from chalicelib.payments.adapters.stripe_objects import Json
from chalicelib.payments.ports import RefundOrDispute, Trace, TraceKind

_OWNERS = ["data.charge", "data.payment_intent"]


def traces(client: Any, kind: TraceKind, made: tuple[int, int], account: str | None) -> Iterator[Trace]:
    """Yields all of a kind made between two moments (Unix seconds), newest first. Raises stripe.StripeError."""
    if kind is TraceKind.REFUNDS:
        for refund in _listed(client.v1.refunds, made, _OWNERS, account):
            yield from _of(refund, refund=RefundOrDispute(refund["id"], str(refund.get("status") or "pending")))
    elif kind is TraceKind.DISPUTES:
        for dispute in _listed(client.v1.disputes, made, _OWNERS, account):
            yield from _of(dispute, dispute=RefundOrDispute(dispute["id"], dispute["status"]))
    else:
        for charge in _listed(client.v1.charges, made, ["data.payment_intent"], account):
            if charge.get("paid"):
                yield from _of({**charge, "charge": charge}, has_fee=charge.get("balance_transaction") is not None)


def _listed(service: Any, made: tuple[int, int], expand: list[str], account: str | None) -> Iterator[Json]:
    filters = {"created": {"gte": made[0], "lte": made[1]}, "limit": PAGE, "expand": expand}
    for one in service.list(filters, options(account)).auto_paging_iter():
        yield one.to_dict()


def _of(raw: Json, **what: Any) -> Iterator[Trace]:
    """Yields the trace of an object that has a charge."""
    charge, intent = _object(raw.get("charge")), _object(raw.get("payment_intent"))
    named = {**(intent.get("metadata") or {}), **(charge.get("metadata") or {})}
    if charge:
        yield Trace(charge["id"], named.get("order_id"), int(raw["created"]), **what)


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
