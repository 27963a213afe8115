"""A checkout session of Stripe's: what it is opened with, and which refusals of it are for good.

Used by stripe.py; takes plain values, knows no library. Sources: docs.stripe.com/api/checkout/sessions/create,
docs.stripe.com/error-codes.
"""

from typing import Any

from chalicelib.payments.ports import CheckoutRefusal, CheckoutRequest

_REFUSALS = {
    "amount_too_small": CheckoutRefusal.TOO_SMALL,
    "amount_too_large": CheckoutRefusal.TOO_LARGE,
    "email_invalid": CheckoutRefusal.ADDRESS,
}
"""Errors of a checkout session that no other try helps against (docs.stripe.com/error-codes)."""
_SELLER_CODES = frozenset(
    {
        "account_closed",
        "account_invalid",
        "country_unsupported",
        "testmode_charges_only",
    }
)
"""Those that say that a connected account takes no payments. The platform's own has somebody who is alarmed instead."""
DELAYED = (
    "acss_debit",
    "au_becs_debit",
    "bacs_debit",
    "boleto",
    "customer_balance",
    "konbini",
    "multibanco",
    "nz_bank_account",
    "oxxo",
    "payto",
    "sepa_debit",
    "sofort",
    "us_bank_account",
)
"""Methods that tell later, some after days, whether the money comes: bank debits, bank transfers and vouchers
(docs.stripe.com/payments/payment-methods#payment-notification). A session cannot be told to take all but those in fewer
words: it offers what is switched on in the dashboard, less what is excluded."""


def session_parameters(request: CheckoutRequest) -> Any:
    """Everything follows from the stored order: a repeated call is the same call."""
    order = request.order
    named = {"order_id": order.id}
    intent: dict[str, Any] = {"metadata": named}
    if request.account and request.fee:
        intent["application_fee_amount"] = request.fee
    parameters: dict[str, Any] = {
        "mode": "payment",
        "client_reference_id": order.id,
        "customer_creation": "always",
        "customer_email": order.buyer.email,
        "expires_at": request.expires_at,
        "line_items": [
            {
                "quantity": line.quantity,
                "price_data": {
                    "currency": order.total.currency.lower(),
                    "unit_amount": line.unit_amount,
                    "product_data": {"name": line.name},
                },
            }
            for line in order.lines
        ],
        "metadata": named,
        "payment_intent_data": intent,
        "success_url": request.success_url,
        "cancel_url": request.cancel_url,
    }
    return {**parameters, "excluded_payment_method_types": list(DELAYED)} if request.at_once else parameters


def idempotency_key(request: CheckoutRequest) -> str:
    """The same for the same parameters: one key with others is an error at Stripe. So the key has all of them that may
    change before a checkout is kept: a place in line moves `expires_at`. A session whose answer was lost on the way
    stays open then, but nobody has its URL.
    """
    key = f"co:{request.order.id}:{request.attempt}:{request.expires_at}"
    return f"{key}:at-once" if request.at_once else key


def refusal_of(code: str | None, param: str | None, *, account: str | None) -> CheckoutRefusal | None:
    """Why no checkout will ever be opened, from the code of a refusal and the parameter it names; None when another try
    may help. Stripe names the parameter of an address that it does not take even where it gives no code.
    """
    if account and code in _SELLER_CODES:
        return CheckoutRefusal.SELLER
    if code is None and param == "customer_email":
        return CheckoutRefusal.ADDRESS
    return _REFUSALS.get(code or "")
