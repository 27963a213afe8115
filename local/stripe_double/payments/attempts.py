"""One attempt to pay an intent: with a card or a debit, with or without 3-D Secure, captured at once or later.

Called by payments.py (checkout sessions) and intents.py (API calls). Every function changes the intent that it gets,
stores it, and emits the events in Stripe's order.
"""

from __future__ import annotations

from local.stripe_double.api.errors import CardDeclined, StripeError
from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work
from local.stripe_double.connect.application_fees import take_fee
from local.stripe_double.objects.method_objects import charged_bank_of, charged_card_of, mandate_of
from local.stripe_double.objects.objects import charge_of, outcome_of

from .banks import BankAccount, DebitOutcome
from .cards import Card, Decline
from .disputes import open_dispute
from .instruments import Instrument, instrument_of

_UNKNOWN = "The bank did not return any further details with this decline."
_EMPTY = "The customer's bank account could not be debited."
_BOUNCED = Decline("payment_intent_payment_attempt_failed", None, _EMPTY, "generic_decline")


def attempt(work: Work, intent: Json, method: Json, *, authenticated: bool = False) -> CardDeclined | None:
    """Tries the method. Returns the recorded decline, or None when it paid, needs 3-D Secure or is processing."""
    instrument = instrument_of(work, method["id"])
    intent.update(payment_method=method["id"], last_payment_error=None, next_action=None)
    if isinstance(instrument, BankAccount):
        _debit(work, intent, method, instrument)
    elif instrument.authenticates and not authenticated:
        _ask(work, intent)
    elif instrument.decline is not None:
        charge = _charge(work, intent, method, instrument, authenticated=authenticated)
        return decline(work, intent, charge, instrument.decline)
    else:
        charge = _charge(work, intent, method, instrument, authenticated=authenticated)
        _charged(work, intent, charge, instrument)
    return None


def refuse_authentication(work: Work, intent: Json) -> StripeError:
    """Records that the buyer failed 3-D Secure. Makes no charge. Returns the error, also stored in the intent."""
    raised = StripeError(
        "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new "
        "PaymentMethod to attempt to fulfill this PaymentIntent again.",
        code="payment_intent_authentication_failure",
    )
    _reopen(work, intent, raised, charge=None)
    return raised


def capture(work: Work, intent: Json, amount: int) -> Json:
    """Takes `amount` of what was authorised and releases the rest."""
    charge = work.get("charge", intent["latest_charge"])
    charge.update(amount_captured=amount, captured=True)
    take_fee(work, charge)
    work.put(charge)
    work.emit("charge.captured", charge, previous={"amount_captured": 0, "captured": False})
    work.schedule("settle", charge["id"], work.at + work.settings.settle_after)
    return _succeed(work, intent, amount)


def end_debit(work: Work, intent: Json, outcome: DebitOutcome) -> CardDeclined | None:
    """Records the bank's answer to a debit in progress. Returns the decline, or None when it succeeded."""
    charge = work.get("charge", intent["latest_charge"])
    work.unschedule("debit", intent["id"])
    intent["processing"] = None
    if outcome == "failed":
        return decline(work, intent, charge, _BOUNCED)
    outcome_now = outcome_of("authorized", "approved_by_network", None, "Payment complete.")
    charge.update(status="succeeded", paid=True, outcome=outcome_now)
    _charged(work, intent, charge, instrument_of(work, charge["payment_method"]))
    return None


def decline(work: Work, intent: Json, charge: Json, why: Decline) -> CardDeclined:
    """Records that the charge failed. The intent can be tried again. Returns the decline."""
    charge.update(
        amount_captured=0,
        captured=False,
        failure_code=why.code,
        failure_message=why.message,
        outcome=outcome_of("issuer_declined", "declined_by_network", why.reason, _UNKNOWN),
        paid=False,
        status="failed",
    )
    work.put(charge)
    work.emit("charge.failed", charge)
    raised = CardDeclined(why.message, code=why.code, decline_code=why.decline_code)
    _reopen(work, intent, raised, charge=charge["id"])
    return raised


def _charge(work: Work, intent: Json, method: Json, card: Card, *, authenticated: bool) -> Json:
    details = charged_card_of(method, card, intent["amount"], authenticated=authenticated)
    charge = charge_of(work.new_id("ch_3"), now=work.now, intent=intent, method=method, details=details)
    intent["latest_charge"] = charge["id"]
    return charge


def _charged(work: Work, intent: Json, charge: Json, instrument: Instrument) -> None:
    charge["receipt_url"] = f"{work.settings.public_url}/receipts/{charge['id']}"
    if intent["capture_method"] == "manual":
        charge.update(captured=False, amount_captured=0)
        work.put(charge)
        work.emit("charge.succeeded", charge)
        intent.update(amount_capturable=intent["amount"], status="requires_capture")
        work.put(intent)
        work.emit("payment_intent.amount_capturable_updated", intent)
        return
    take_fee(work, charge)
    work.put(charge)
    work.emit("charge.succeeded", charge)
    work.schedule("settle", charge["id"], work.at + work.settings.settle_after)
    if instrument.dispute is not None:
        open_dispute(work, charge, instrument.dispute)
    _succeed(work, intent, intent["amount"])


def _succeed(work: Work, intent: Json, amount: int) -> Json:
    intent.update(amount_received=amount, amount_capturable=0, status="succeeded")
    work.put(intent)
    work.emit("payment_intent.succeeded", intent)
    return intent


def _ask(work: Work, intent: Json) -> None:
    """Asks for 3-D Secure: the buyer's bank has its own page (pages/serving.py)."""
    link = {"url": f"{work.settings.public_url}/authenticate/{intent['id']}", "return_url": None}
    intent.update(
        latest_charge=None,
        next_action={"type": "redirect_to_url", "redirect_to_url": link},
        status="requires_action",
    )
    work.put(intent)
    work.emit("payment_intent.requires_action", intent)


def _debit(work: Work, intent: Json, method: Json, bank: BankAccount) -> None:
    """Sends a debit to the bank, which answers later (end_debit)."""
    mandate = work.put(mandate_of(work.new_id("mandate_1"), now=work.now, method=method["id"]))
    mandate["single_use"].update(amount=intent["amount"], currency=intent["currency"])
    work.put(mandate)
    details = charged_bank_of(bank, mandate["id"])
    charge = charge_of(work.new_id("py_3"), now=work.now, intent=intent, method=method, details=details)
    charge.update(status="pending", paid=False, outcome=None)
    intent.update(latest_charge=charge["id"], status="processing")
    work.put(charge)
    work.put(intent)
    work.emit("charge.pending", charge)
    work.emit("payment_intent.processing", intent)
    work.schedule("debit", intent["id"], work.at + work.settings.debit_after * bank.times)


def _reopen(work: Work, intent: Json, raised: StripeError, *, charge: str | None) -> None:
    """Resets the intent, so that it accepts another payment method."""
    method = work.get("payment_method", intent["payment_method"])
    error = {**raised.as_object(), "payment_method": method, "payment_method_type": method["type"]}
    if charge is not None:
        error["charge"] = charge
    intent.update(
        last_payment_error=error,
        next_action=None,
        payment_method=None,
        processing=None,
        status="requires_payment_method",
    )
    work.put(intent)
    work.emit("payment_intent.payment_failed", intent)
