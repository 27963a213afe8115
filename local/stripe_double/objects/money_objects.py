"""Base shapes of refunds and customers. The shapes of payments are in objects.py."""

from __future__ import annotations

from local.stripe_double.api.store import Json


def refund_of(key: str, *, now: int, charge: Json, amount: int) -> Json:
    """Returns a refund that succeeded at once."""
    card = charge["payment_method_details"]["type"] == "card"
    reference = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    return {
        "id": key,
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        **({"destination_details": {"card": reference, "type": "card"}} if card else {}),
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def customer_of(key: str, *, now: int) -> Json:
    """Returns a customer without details."""
    return {
        "id": key,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": key[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
