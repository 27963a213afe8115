"""Paying a checkout session: customer, intent, attempt, and the session's new state, in Stripe's order of events.

Called by double.py (the pay page, the control) and timing.py. Events of a first success: customer.created,
payment_intent.created, charge.succeeded, payment_intent.succeeded, checkout.session.completed, and a moment later
charge.updated. Of a first decline: payment_intent.created, charge.failed, payment_intent.payment_failed. Of a debit:
payment_intent.created, charge.pending, payment_intent.processing, checkout.session.completed (unpaid), and when the
bank answers charge.succeeded, payment_intent.succeeded, checkout.session.async_payment_succeeded, or their failures.
"""

from __future__ import annotations

from dataclasses import dataclass

from local.stripe_double.api.errors import CardDeclined, StripeError
from local.stripe_double.api.store import Json
from local.stripe_double.api.words import words
from local.stripe_double.api.work import Work
from local.stripe_double.connect.application_fees import APPLICATION
from local.stripe_double.objects.method_objects import billing_of
from local.stripe_double.objects.money_objects import customer_of
from local.stripe_double.objects.objects import intent_of

from .attempts import attempt, end_debit, refuse_authentication
from .banks import BankAccount, DebitOutcome
from .instruments import Instrument, instrument_of, make_method
from .sessions import details_of

_KEPT = words(
    "application_fee_amount description receipt_email setup_future_usage shipping statement_descriptor "
    "statement_descriptor_suffix"
)


@dataclass(frozen=True, slots=True)
class Payer:
    """What the buyer typed beside the number. `expiry` is (month, four-digit year)."""

    email: str
    name: str
    expiry: tuple[int, int]


def pay_session(work: Work, session: Json, instrument: Instrument, payer: Payer) -> CardDeclined | None:
    """Tries a card or account on an open session. Returns the recorded decline, or None (paid or in progress)."""
    billing = billing_of(payer.name, session["customer_email"] or payer.email)
    method = make_method(work, instrument, billing=billing, expiry=payer.expiry)
    return pay_with(work, session, method)


def pay_with(work: Work, session: Json, method: Json) -> CardDeclined | None:
    """Tries a stored payment method on an open session, like `pay_session`. Raises StripeError for a type that the
    session does not accept.
    """
    if method["type"] not in session["payment_method_types"]:
        kinds = ", ".join(session["payment_method_types"])
        message = f"The payment method type {method['type']} is not one of this Checkout Session's ({kinds})."
        raise StripeError(message, param="payment_method")
    instrument = instrument_of(work, method["id"])
    if isinstance(instrument, BankAccount) or instrument.decline is None or instrument.authenticates:
        _take_customer(work, session, method["billing_details"])
    intent = _intent_for(work, session, method)
    refused = attempt(work, intent, method)
    _follow(work, session, intent)
    return refused


def authenticate(work: Work, key: str, *, passed: bool) -> StripeError | None:
    """Records that the buyer completed or failed 3-D Secure. Returns None when paid, else the recorded error. Raises
    StripeError when 3-D Secure is not required or the session has expired.
    """
    intent = work.get("payment_intent", key)
    if intent["status"] != "requires_action":
        raise StripeError(
            f"This PaymentIntent's status is {intent['status']}: there is nothing to authenticate.",
            code="payment_intent_unexpected_state",
        )
    session = session_of_intent(work, key)
    if session is not None and session["status"] != "open":
        raise StripeError("This Checkout Session has expired.", code="checkout_session_expired")
    if not passed:
        return refuse_authentication(work, intent)
    method = work.get("payment_method", intent["payment_method"])
    refused = attempt(work, intent, method, authenticated=True)
    if session is not None:
        _follow(work, session, intent)
    return refused


def settle_debit(work: Work, key: str, outcome: DebitOutcome | None = None) -> None:
    """Records the bank's answer to a debit: `outcome`, or as its IBAN says. Raises StripeError if no debit is open."""
    intent = work.get("payment_intent", key)
    if intent["status"] != "processing":
        raise StripeError(
            f"This PaymentIntent's status is {intent['status']}: no debit is on its way.",
            code="payment_intent_unexpected_state",
        )
    bank = instrument_of(work, intent["payment_method"])
    told = outcome or (bank.outcome if isinstance(bank, BankAccount) else "succeeded")
    refused = end_debit(work, intent, told)
    session = session_of_intent(work, key)
    if session is None:
        return
    if refused is None:
        session["payment_status"] = "paid"
    work.put(session)
    verb = "succeeded" if refused is None else "failed"
    work.emit(f"checkout.session.async_payment_{verb}", session, by_itself=True)


def session_of_intent(work: Work, key: str) -> Json | None:
    """Returns the checkout session that an intent pays, or None."""
    link = work.tx.get("session_of_intent", key)
    return None if link is None else work.get("checkout.session", link["session"])


def _take_customer(work: Work, session: Json, billing: Json) -> None:
    if session["customer"] is not None or session["customer_creation"] != "always":
        return
    customer = customer_of(work.new_id("cus_"), now=work.now)
    customer.update(email=billing["email"], name=billing["name"])
    work.put(customer)
    work.emit("customer.created", customer)
    session["customer"] = customer["id"]


def _intent_for(work: Work, session: Json, method: Json) -> Json:
    if session["payment_intent"] is not None:
        known = work.get("payment_intent", session["payment_intent"])
        known["customer"] = session["customer"]
        return known
    given = (work.tx.get("lines", session["id"]) or {})["intent"]
    intent = intent_of(
        work.new_id("pi_3"),
        now=work.now,
        amount=session["amount_total"],
        currency=session["currency"],
        secret=work.new_id(""),
        kinds=session["payment_method_types"],
    )
    intent.update(
        application=APPLICATION if work.account else None,
        capture_method=given.get("capture_method", "automatic_async"),
        customer=session["customer"],
        payment_method=method["id"],
        metadata=given.get("metadata", {}),
        **{name: given.get(name) for name in _KEPT},
    )
    work.put(intent)
    work.emit("payment_intent.created", intent)
    session["payment_intent"] = intent["id"]
    work.tx.put("session_of_intent", intent["id"], {"session": session["id"]})
    return intent


def _follow(work: Work, session: Json, intent: Json) -> None:
    """Updates the session after an attempt: complete when paid or in progress, else still open."""
    if intent["status"] not in ("succeeded", "processing", "requires_capture"):
        work.put(session)
        return
    billing = work.get("payment_method", intent["payment_method"])["billing_details"]
    session.update(
        customer_details=details_of(billing["name"], billing["email"]),
        payment_status="paid" if intent["status"] == "succeeded" else "unpaid",
        status="complete",
        url=None,
    )
    work.put(session)
    work.unschedule("expire", session["id"])
    work.emit("checkout.session.completed", session, by_itself=True)
