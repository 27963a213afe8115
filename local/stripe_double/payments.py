"""Paying an open session with a card: intent, charge, customer and the events, in Stripe's order.

Called by the pay page and by StripeDouble.pay. Order of a first success: customer.created,
payment_intent.created, charge.succeeded, payment_intent.succeeded, checkout.session.completed, and a
moment later charge.updated; of a first decline: payment_intent.created, charge.failed,
payment_intent.payment_failed.
"""

from __future__ import annotations

from dataclasses import dataclass

from .cards import Card, Decline
from .errors import CardDeclined
from .money_objects import balance_transaction_of, customer_of
from .objects import billing_of, charge_of, intent_of, method_of, outcome_of
from .sessions import details_of
from .store import Json
from .work import Work


@dataclass(frozen=True, slots=True)
class Payer:
    """What the buyer typed beside the card number; `expiry` is (month, four-digit year)."""

    email: str
    name: str
    expiry: tuple[int, int]


def pay_session(work: Work, session: Json, card: Card, payer: Payer) -> CardDeclined | None:
    """Try the card on an open session: None when paid, else the decline, which is recorded as well."""
    email = session["customer_email"] or payer.email
    billing = billing_of(payer.name, email)
    method = method_of(work.new_id("pm_1"), now=work.now, card=card, expiry=payer.expiry, billing=billing)
    if card.decline is None:
        _take_customer(work, session, payer.name, email)
    intent = _intent_for(work, session, method)
    if card.decline is not None:
        return _decline(work, session, intent=intent, method=method, card=card, decline=card.decline)
    work.put(method)
    charge = _charge(work, intent, method, card)
    _succeed(work, intent, charge)
    _complete(work, session, intent, details_of(payer.name, email))
    return None


def settle_charge(work: Work, key: str) -> None:
    """The balance transaction that Stripe makes a moment after the charge, and charge.updated."""
    charge = work.get("charge", key)
    amount = charge["amount"]
    transaction = balance_transaction_of(
        work.new_id("txn_3"),
        now=work.now,
        kind="charge",
        source=key,
        amount=amount,
        fee=fee_of(amount),
        currency=charge["currency"],
    )
    work.put(transaction)
    charge["balance_transaction"] = transaction["id"]
    work.put(charge)
    work.emit("charge.updated", charge, previous={"balance_transaction": None}, by_itself=True)


def fee_of(amount: int) -> int:
    """1.5 % (half up) and 25 minor units."""
    return (amount * 15 + 500) // 1000 + 25


def _take_customer(work: Work, session: Json, name: str, email: str) -> None:
    if session["customer"] is not None or session["customer_creation"] != "always":
        return
    customer = customer_of(work.new_id("cus_"), now=work.now)
    customer.update(email=email, name=name)
    work.put(customer)
    work.emit("customer.created", customer)
    session["customer"] = customer["id"]


def _intent_for(work: Work, session: Json, method: Json) -> Json:
    if session["payment_intent"] is not None:
        known = work.get("payment_intent", session["payment_intent"])
        known.update(customer=session["customer"], payment_method=method["id"], last_payment_error=None)
        return known
    given = (work.tx.get("lines", session["id"]) or {})["intent"]
    intent = intent_of(
        work.new_id("pi_3"),
        now=work.now,
        amount=session["amount_total"],
        currency=session["currency"],
        secret=work.new_id(""),
    )
    intent.update(
        customer=session["customer"],
        payment_method=method["id"],
        metadata=given.get("metadata", {}),
        **{
            name: given.get(name)
            for name in (
                "description",
                "receipt_email",
                "statement_descriptor",
                "statement_descriptor_suffix",
            )
        },
    )
    work.put(intent)
    work.emit("payment_intent.created", intent)
    session["payment_intent"] = intent["id"]
    return intent


def _charge(work: Work, intent: Json, method: Json, card: Card) -> Json:
    charge = charge_of(work.new_id("ch_3"), now=work.now, intent=intent, method=method, card=card)
    intent["latest_charge"] = charge["id"]
    return charge


def _succeed(work: Work, intent: Json, charge: Json) -> None:
    charge["receipt_url"] = f"{work.settings.public_url}/receipts/{charge['id']}"
    work.put(charge)
    work.emit("charge.succeeded", charge)
    work.schedule("settle", charge["id"], work.at + work.settings.settle_after)
    intent.update(amount_received=intent["amount"], status="succeeded")
    work.put(intent)
    work.emit("payment_intent.succeeded", intent)


def _complete(work: Work, session: Json, intent: Json, details: Json) -> None:
    session.update(
        customer_details=details,
        payment_intent=intent["id"],
        payment_status="paid",
        status="complete",
        url=None,
    )
    work.put(session)
    work.unschedule("expire", session["id"])
    work.emit("checkout.session.completed", session, by_itself=True)


def _decline(work: Work, session: Json, *, intent: Json, method: Json, card: Card, decline: Decline) -> CardDeclined:
    charge = _charge(work, intent, method, card)
    seller = "The bank did not return any further details with this decline."
    charge.update(
        amount_captured=0,
        captured=False,
        failure_code=decline.code,
        failure_message=decline.message,
        outcome=outcome_of("issuer_declined", "declined_by_network", decline.reason, seller),
        paid=False,
        status="failed",
    )
    work.put(charge)
    work.emit("charge.failed", charge)
    raised = CardDeclined(decline.message, code=decline.code, decline_code=decline.decline_code)
    intent.update(
        last_payment_error={
            **raised.as_object(),
            "charge": charge["id"],
            "payment_method": method,
            "payment_method_type": "card",
        },
        payment_method=None,
        status="requires_payment_method",
    )
    work.put(intent)
    work.emit("payment_intent.payment_failed", intent)
    work.put(session)
    return raised
