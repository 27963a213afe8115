"""Payment intents over the API: create, confirm, capture, cancel (https://docs.stripe.com/api/payment_intents).

The product does not call these; Stripe's CLI does for its triggers, and tests do.

A declined confirmation raises CardDeclined after it is recorded: api.py commits what a decline wrote.
"""

from __future__ import annotations

from typing import Any

from local.stripe_double.api.errors import CardDeclined, StripeError, parameter_invalid
from local.stripe_double.api.parameters import boolean, choice, email, integer, list_of, metadata, shape, text, url
from local.stripe_double.api.store import Json
from local.stripe_double.api.words import words
from local.stripe_double.api.work import Work
from local.stripe_double.connect.accounts import check_charges
from local.stripe_double.connect.application_fees import APPLICATION, check_fee
from local.stripe_double.objects.objects import intent_of

from .attempts import attempt, capture
from .currencies import check_total, check_unit, read_currency
from .instruments import named_method
from .payments import session_of_intent
from .session_parameters import SHIPPING

_ACCEPTANCE = shape({"accepted_at": integer(maximum=10**12), "type": choice("offline", "online")})
_FIELDS = {
    "description": text(longest=1000),
    "metadata": metadata,
    "receipt_email": email,
    "shipping": SHIPPING,
    "statement_descriptor": text(longest=22),
    "statement_descriptor_suffix": text(longest=22),
}
_CONFIRMING = {
    "mandate_data": shape({"customer_acceptance": _ACCEPTANCE}),
    "off_session": boolean,
    "payment_method": text(),
    "return_url": url,
}
CREATE = shape(
    {
        **_FIELDS,
        **_CONFIRMING,
        "amount": integer(minimum=1),
        "application_fee_amount": integer(),
        "capture_method": choice("automatic", "automatic_async", "manual"),
        "confirm": boolean,
        "confirmation_method": choice("automatic", "manual"),
        "currency": read_currency,
        "customer": text(),
        "expand": list_of(text()),
        "payment_method_types": list_of(choice("card", "sepa_debit")),
    },
    required=("amount", "currency"),
    beyond=frozenset(
        words(
            "allowed_payment_method_types amount_details automatic_payment_methods confirmation_token "
            "customer_account error_on_requires_action excluded_payment_method_types hooks mandate on_behalf_of "
            "payment_details payment_method_configuration payment_method_data payment_method_options radar_options "
            "setup_future_usage transfer_data transfer_group use_stripe_sdk"
        )
    ),
)
CONFIRM = shape({**_CONFIRMING, "expand": list_of(text())})
CAPTURE = shape({"amount_to_capture": integer(minimum=1), "expand": list_of(text()), "metadata": metadata})
_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
CANCEL = shape({"cancellation_reason": choice(*_REASONS), "expand": list_of(text())})
_CANCELLABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing")


def create_intent(work: Work, params: dict[str, Any]) -> Json:
    """Creates an intent, and confirms it if `confirm` is set. Raises CardDeclined, ParameterError."""
    check_total(params["amount"], params["currency"])
    check_unit(params["amount"], params["currency"], "amount")
    check_fee(work, params.get("application_fee_amount"), params["amount"], params["currency"])
    check_charges(work)
    if "customer" in params:
        work.get("customer", params["customer"], param="customer")
    intent = intent_of(
        work.new_id("pi_3"),
        now=work.now,
        amount=params["amount"],
        currency=params["currency"],
        secret=work.new_id(""),
        kinds=params.get("payment_method_types", ["card"]),
    )
    intent.update({name: params[name] for name in _FIELDS if name in params})
    intent.update(
        application=APPLICATION if work.account else None,
        application_fee_amount=params.get("application_fee_amount"),
        capture_method=params.get("capture_method", "automatic_async"),
        confirmation_method=params.get("confirmation_method", "automatic"),
        customer=params.get("customer"),
        status="requires_payment_method",
    )
    if "payment_method" in params:
        intent.update(payment_method=_method(work, intent, params)["id"], status="requires_confirmation")
    work.put(intent)
    work.emit("payment_intent.created", intent)
    return _confirm(work, intent, params) if params.get("confirm", False) else intent


def confirm_intent(work: Work, params: dict[str, Any], key: str) -> Json:
    """Tries to pay. Raises CardDeclined, or StripeError when the intent's status does not allow it."""
    intent = work.get("payment_intent", key, param="intent")
    _expect(intent, ("requires_payment_method", "requires_confirmation", "requires_action"), "confirm")
    if "payment_method" in params:
        intent["payment_method"] = _method(work, intent, params)["id"]
    return _confirm(work, intent, params)


def capture_intent(work: Work, params: dict[str, Any], key: str) -> Json:
    """Takes the authorised amount or a part of it."""
    intent = work.get("payment_intent", key, param="intent")
    _expect(intent, ("requires_capture",), "capture")
    amount = params.get("amount_to_capture") or intent["amount_capturable"]
    if amount > intent["amount_capturable"]:
        message = "The amount to capture cannot be greater than the capturable amount of the PaymentIntent."
        raise parameter_invalid("amount_to_capture", message, code="amount_too_large")
    return capture(work, intent, amount)


def cancel_intent(work: Work, params: dict[str, Any], key: str) -> Json:
    """Cancels an intent that is not paid. An intent of a checkout session ends with its session: raises StripeError."""
    intent = work.get("payment_intent", key, param="intent")
    if session_of_intent(work, key) is not None:
        raise StripeError(
            "You cannot cancel this PaymentIntent because it was created by Checkout. Expire the Checkout Session "
            "instead."
        )
    _expect(intent, _CANCELLABLE, "cancel")
    if intent["latest_charge"] is not None:
        _let_go(work, intent)
    intent.update(
        amount_capturable=0,
        canceled_at=work.now,
        cancellation_reason=params.get("cancellation_reason"),
        next_action=None,
        status="canceled",
    )
    work.put(intent)
    work.emit("payment_intent.canceled", intent)
    return intent


def _confirm(work: Work, intent: Json, params: dict[str, Any]) -> Json:
    if intent["payment_method"] is None:
        raise StripeError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    refused = attempt(work, intent, work.get("payment_method", intent["payment_method"]))
    if refused is not None:
        error = intent["last_payment_error"]
        shown = {"charge": error["charge"], "payment_intent": intent, "payment_method": error["payment_method"]}
        raise CardDeclined(refused.message, code=str(refused.code), decline_code=refused.decline_code, shown=shown)
    if intent["next_action"] is not None:
        intent["next_action"]["redirect_to_url"]["return_url"] = params.get("return_url")
        work.put(intent)
    return intent


def _method(work: Work, intent: Json, params: dict[str, Any]) -> Json:
    method = named_method(work, params["payment_method"])
    if method["type"] not in intent["payment_method_types"]:
        kinds = ", ".join(intent["payment_method_types"])
        raise parameter_invalid(
            "payment_method",
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. Please attach a "
            f"PaymentMethod of one of the following types: {kinds}.",
        )
    return method


def _let_go(work: Work, intent: Json) -> None:
    charge = work.get("charge", intent["latest_charge"])
    work.unschedule("debit", intent["id"])
    if intent["status"] == "requires_capture":
        charge.update(amount_refunded=charge["amount"], refunded=True)
        work.put(charge)
        work.emit("charge.refunded", charge, previous={"amount_refunded": 0, "refunded": False})
    elif intent["status"] == "processing":
        charge.update(amount_captured=0, captured=False, status="failed", failure_code="canceled")
        work.put(charge)
        work.emit("charge.failed", charge)


def _expect(intent: Json, allowed: tuple[str, ...], verb: str) -> None:
    if intent["status"] not in allowed:
        raise StripeError(
            f"This PaymentIntent's status is {intent['status']}: you cannot {verb} it. Only a PaymentIntent with one "
            f"of the following statuses may be used: {', '.join(allowed)}.",
            code="payment_intent_unexpected_state",
        )
