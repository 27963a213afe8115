"""Base shapes of the objects that the double returns, with every field that Stripe always sends.

Called by the verbs (sessions, payments, refunds …). Tests check the results against Stripe's OpenAPI.
"""

from __future__ import annotations

from local.stripe_double.api.store import Json
from local.stripe_double.api.words import words

_SESSION_NULLS = words(
    "adaptive_pricing after_expiration allow_promotion_codes billing_address_collection client_secret "
    "consent consent_collection currency_conversion customer customer_account customer_details discounts "
    "integration_identifier invoice invoice_creation managed_payments optional_items origin_context "
    "payment_intent payment_link payment_method_collection payment_method_configuration_details "
    "permissions recovered_from saved_payment_method_options setup_intent shipping_address_collection "
    "shipping_cost subscription wallet_options"
)
_INTENT_NULLS = words(
    "allowed_payment_method_types application application_fee_amount automatic_payment_methods canceled_at "
    "cancellation_reason customer customer_account description excluded_payment_method_types last_payment_error "
    "latest_charge managed_payments next_action on_behalf_of payment_method "
    "payment_method_configuration_details processing receipt_email review setup_future_usage shipping "
    "statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
)
_OPTIONS: Json = {
    "card": {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
    },
    "sepa_debit": {},
}
_CHARGE_NULLS = words(
    "application_fee balance_transaction failure_balance_transaction "
    "failure_code failure_message on_behalf_of receipt_number receipt_url review shipping source_transfer "
    "transfer_data transfer_group"
)


def list_of(data: list[Json], url: str, *, has_more: bool = False) -> Json:
    """Returns Stripe's list envelope."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def session_of(key: str, *, now: int, currency: str, total: int, kinds: list[str]) -> Json:
    """Returns an open checkout session in payment mode without its parameters. `total` is in minor units."""
    return {
        "id": key,
        "object": "checkout.session",
        **dict.fromkeys(_SESSION_NULLS),
        "amount_subtotal": total,
        "amount_total": total,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "collected_information": {
            "business_name": None,
            "individual_name": None,
            "shipping_details": None,
        },
        "created": now,
        "currency": currency,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "livemode": False,
        "mode": "payment",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}} if "card" in kinds else {},
        "payment_method_types": kinds,
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def line_item_of(key: str, *, price: Json, name: str, quantity: int, metadata: Json) -> Json:
    """Returns one line of a checkout session."""
    amount = price["unit_amount"] * quantity
    return {
        "id": key,
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": name,
        "metadata": metadata,
        "price": price,
        "quantity": quantity,
    }


def price_of(key: str, *, now: int, currency: str, unit_amount: int, product: str) -> Json:
    """Returns the one-time price that inline price_data creates. It is not active, so it cannot be sold again."""
    return {
        "id": key,
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "created": now,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product,
        "recurring": None,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }


def intent_of(
    key: str, *, now: int, amount: int, currency: str, secret: str, kinds: list[str] | tuple[str, ...] = ("card",)
) -> Json:
    """Returns a payment intent that waits to be confirmed."""
    return {
        "id": key,
        "object": "payment_intent",
        **dict.fromkeys(_INTENT_NULLS),
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{key}_secret_{secret}",
        "confirmation_method": "automatic",
        "created": now,
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "payment_method_options": {kind: _OPTIONS[kind] for kind in kinds},
        "payment_method_types": list(kinds),
        "status": "requires_confirmation",
    }


def charge_of(key: str, *, now: int, intent: Json, method: Json, details: Json) -> Json:
    """Returns a charge that succeeded. attempts.py turns it into a failed or pending one."""
    amount = intent["amount"]
    return {
        "id": key,
        "object": "charge",
        **dict.fromkeys(_CHARGE_NULLS),
        "amount": amount,
        "application": intent["application"],
        "application_fee_amount": intent["application_fee_amount"],
        "amount_captured": amount,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "TEST DOUBLE",
        "captured": True,
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "outcome": outcome_of("authorized", "approved_by_network", None, "Payment complete."),
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": details,
        "receipt_email": intent["receipt_email"],
        "refunded": False,
        "statement_descriptor": intent["statement_descriptor"],
        "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
        "status": "succeeded",
    }


def outcome_of(kind: str, network: str, reason: str | None, seller: str) -> Json:
    """Returns the `outcome` of a charge: why it succeeded or failed."""
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": seller,
        "type": kind,
    }
