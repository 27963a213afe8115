"""The parameters of a Stripe checkout session, and which errors of it are final.

Used by stripe.py; takes plain values, imports no library. Sources: docs.stripe.com/api/checkout/sessions/create,
docs.stripe.com/error-codes.
"""

from typing import Any

from chalicelib.payments.ports import CheckoutRefusal, CheckoutRequest

_REFUSALS = {
    "amount_too_small": CheckoutRefusal.TOO_SMALL,
    "amount_too_large": CheckoutRefusal.TOO_LARGE,
    "email_invalid": CheckoutRefusal.ADDRESS,
}
"""Errors of a checkout session that another attempt would raise again (docs.stripe.com/error-codes)."""
_SELLER_CODES = frozenset(
    {
        "account_closed",
        "account_invalid",
        "country_unsupported",
        "testmode_charges_only",
    }
)
"""Errors that say that a connected account takes no payments. For the platform's own account they raise an alarm."""
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
"""Methods that confirm the money later, some after days: bank debits, bank transfers and vouchers
(docs.stripe.com/payments/payment-methods#payment-notification). Stripe has no shorter way to exclude them: a session
offers what is enabled in the dashboard, except for the methods it lists as excluded.
"""


def session_parameters(request: CheckoutRequest) -> Any:
    """Returns parameters that derive from the stored order only, so that a repeated call sends the same."""
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
    """Returns the same key for the same parameters; Stripe refuses a key that comes again with others. So the key
    contains each parameter that may change before a checkout is stored: a place in the waiting line moves `expires_at`.
    A session whose answer was lost then stays open, but nobody has its URL.
    """
    key = f"co:{request.order.id}:{request.attempt}:{request.expires_at}"
    return f"{key}:at-once" if request.at_once else key


def refusal_of(code: str | None, param: str | None, *, account: str | None) -> CheckoutRefusal | None:
    """Returns why no checkout can ever be opened, from an error's code and the parameter that it names; None when
    another attempt may succeed. For an address that it does not accept, Stripe names the parameter even when it gives
    no code.
    """
    if account and code in _SELLER_CODES:
        return CheckoutRefusal.SELLER
    if code is None and param == "customer_email":
        return CheckoutRefusal.ADDRESS
    return _REFUSALS.get(code or "")
