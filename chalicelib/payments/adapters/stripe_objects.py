"""Converts Stripe's objects to Marquee's. Used by the other stripe adapters; takes dictionaries, imports no library.

Source of every field: docs.stripe.com/api. Charges are read with CHARGE_PARTS expanded.
"""

from datetime import UTC, datetime
from typing import Any

from chalicelib.orders.domain.charge import (
    CardMethod,
    Charge,
    ChargeDispute,
    LedgerEntry,
    Payment,
    PaymentStatus,
    Refund,
    with_disputes,
)

Json = dict[str, Any]

CHARGE_PARTS = [
    "balance_transaction",
    "payment_intent",
    "refunds.data.balance_transaction",
    "refunds.data.failure_balance_transaction",
]
FEE_REFUNDS = "fee_refunds"
"""Where stripe_looks.py adds the balance transactions of returned platform fees to a charge; Stripe does not."""
REFUND_PARTS = ["data.balance_transaction", "data.failure_balance_transaction"]
FEE_REFUND = "application_fee_refund"
_KINDS = {"charge": "charge", "payment": "charge", "refund": "refund", "payment_refund": "refund"}
_KINDS |= {FEE_REFUND: "fee_refund"}
_KINDS |= {"refund_failure": "refund_failure", "payment_failure_refund": "refund_failure"}
_CHARGE_STATES = {"succeeded": PaymentStatus.PAID, "pending": PaymentStatus.UNPAID}
"""Other states count as OPEN: after a failed card attempt the checkout stays open for another card."""


def payment_of_session(session: Json, *, charge: Json | None, disputes: list[Json], account: str | None) -> Payment:
    """Returns the payment of a checkout session. `charge` is the one that succeeded, if any."""
    order_id = session.get("client_reference_id") or (session.get("metadata") or {}).get("order_id")
    status = _session_status(session)
    return Payment(
        order_id=order_id,
        status=status,
        amount=int(session.get("amount_total") or 0),
        currency=str(session.get("currency") or "").upper(),
        livemode=bool(session["livemode"]),
        session_id=session["id"],
        customer_id=_id_of(session.get("customer")),
        charge=_charge(charge, disputes, order_id, account) if charge and status is PaymentStatus.PAID else None,
        account=account,
    )


def payment_of_charge(raw: Json, *, disputes: list[Json], account: str | None) -> Payment:
    """Returns the payment of a charge whose payment intent is expanded."""
    intent = raw.get("payment_intent")
    intent = intent if isinstance(intent, dict) else {}
    order_id = {**(intent.get("metadata") or {}), **(raw.get("metadata") or {})}.get("order_id")
    status = _CHARGE_STATES.get(raw["status"], PaymentStatus.OPEN)
    return Payment(
        order_id=order_id,
        status=status,
        amount=int(raw["amount"]),
        currency=str(raw["currency"]).upper(),
        livemode=bool(raw["livemode"]),
        customer_id=_id_of(raw.get("customer")),
        charge=_charge(raw, disputes, order_id, account) if status is PaymentStatus.PAID else None,
        account=account,
    )


def payment_told(raw: Json, *, account: str | None) -> Payment | None:
    """Returns the payment of a session or charge as an event contains it, not expanded; None for other objects."""
    if raw.get("object") == "checkout.session":
        return payment_of_session(raw, charge=None, disputes=[], account=account)
    return payment_of_charge(raw, disputes=[], account=account) if raw.get("object") == "charge" else None


def charge_to_look_at(intent: Json | None) -> str | None:
    """Returns the id of the latest charge of a payment intent, succeeded or not."""
    return _id_of((intent or {}).get("latest_charge"))


def refunds_of(raw: Json) -> list[Json]:
    """Returns the refunds of a charge, oldest first."""
    found = (raw.get("refunds") or {}).get("data") or []
    return sorted(found, key=lambda refund: (refund["created"], refund["id"]))


def _session_status(session: Json) -> PaymentStatus:
    """Source: docs.stripe.com/api/checkout/sessions/object (status, payment_status)."""
    if session["status"] == "open":
        return PaymentStatus.OPEN
    if session["status"] == "expired":
        return PaymentStatus.EXPIRED
    if session.get("payment_status") != "unpaid":
        return PaymentStatus.PAID
    intent = session.get("payment_intent")
    stands = intent.get("status") if isinstance(intent, dict) else None
    return PaymentStatus.FAILED if stands in ("requires_payment_method", "canceled") else PaymentStatus.UNPAID


def _charge(raw: Json, disputes: list[Json], order_id: str | None, account: str | None) -> Charge:
    balance = _object(raw.get("balance_transaction"))
    charge = Charge(
        id=raw["id"],
        order_id=order_id or "",
        amount=int(raw["amount"]),
        currency=str(raw["currency"]).upper(),
        fee=balance.get("fee"),
        net=balance.get("net"),
        fee_currency=balance["currency"].upper() if balance.get("currency") else None,
        status=raw["status"],
        method=_method(raw.get("payment_method_details") or {}),
        receipt_url=raw.get("receipt_url"),
        livemode=bool(raw["livemode"]),
        created_at=_moment(raw["created"]),
        refunds=[_refund(refund) for refund in refunds_of(raw)],
        ledger=_ledger(raw, disputes),
        account=account,
    )
    return with_disputes(charge, map(_dispute, disputes))


def _refund(raw: Json) -> Refund:
    return Refund(
        id=raw["id"],
        amount=int(raw["amount"]),
        currency=str(raw["currency"]).upper(),
        status=str(raw.get("status") or "pending"),
        reason=raw.get("reason"),
        created_at=_moment(raw["created"]),
        request=(raw.get("metadata") or {}).get("request"),
    )


def _dispute(raw: Json) -> ChargeDispute:
    return ChargeDispute(
        id=raw["id"],
        amount=int(raw["amount"]),
        currency=str(raw["currency"]).upper(),
        status=str(raw["status"]),
        reason=str(raw["reason"]),
        created_at=_moment(raw["created"]),
    )


def _ledger(raw: Json, disputes: list[Json]) -> list[LedgerEntry]:
    """Returns every balance transaction of a charge, its refunds, its disputes and its fee, each once, oldest first."""
    found = [_object(raw.get("balance_transaction"))]
    for refund in refunds_of(raw):
        found += [_object(refund.get("balance_transaction")), _object(refund.get("failure_balance_transaction"))]
    for dispute in disputes:
        found += [_object(entry) for entry in dispute.get("balance_transactions") or []]
    found += raw.get(FEE_REFUNDS) or []
    entries = {entry["id"]: _entry(entry) for entry in found if entry}
    return sorted(entries.values(), key=lambda entry: (entry.created_at, entry.id))


def _entry(raw: Json) -> LedgerEntry:
    kind = _KINDS.get(str(raw["type"]))
    if kind is None:  # disputes take and return money as adjustments
        kind = "dispute" if int(raw["amount"]) < 0 else "dispute_reversal"
    return LedgerEntry(
        id=raw["id"],
        kind=kind,
        amount=int(raw["amount"]),
        fee=int(raw["fee"]),
        net=int(raw["net"]),
        currency=str(raw["currency"]).upper(),
        created_at=_moment(raw["created"]),
    )


def _method(details: Json) -> CardMethod:
    kind = str(details.get("type") or "unknown")
    facts = details.get(kind) or {}
    return CardMethod(brand=str(facts.get("brand") or kind), last4=facts.get("last4"))


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _id_of(value: Any) -> str | None:
    found = value["id"] if isinstance(value, dict) else value
    return None if found is None else str(found)
