"""Base shapes of payment methods, and of a charge's details about the method that it used.

Called by instruments.py and attempts.py. The shapes of payments are in objects.py.
"""

from __future__ import annotations

from local.stripe_double.api.store import Json
from local.stripe_double.payments.banks import BankAccount
from local.stripe_double.payments.cards import Card

_NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))


def billing_of(name: str | None, email: str | None, *, address: Json | None = None, phone: str | None = None) -> Json:
    """Returns billing details from the pay page or an API call."""
    return {"address": {**_NO_ADDRESS, **(address or {})}, "email": email, "name": name, "phone": phone, "tax_id": None}


def card_method_of(key: str, *, now: int, card: Card, expiry: tuple[int, int], billing: Json) -> Json:
    """Returns the payment method of one attempt with a card."""
    facts = {
        **_card_facts(card, expiry),
        "display_brand": card.brand,
        "generated_from": None,
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
    }
    return _method_of(key, "card", facts, now=now, billing=billing)


def bank_method_of(key: str, *, now: int, bank: BankAccount, billing: Json) -> Json:
    """Returns the payment method of one SEPA direct debit."""
    facts = {**_bank_facts(bank), "generated_from": {"charge": None, "setup_attempt": None}}
    return _method_of(key, "sepa_debit", facts, now=now, billing=billing)


def charged_card_of(method: Json, card: Card, amount: int, *, authenticated: bool) -> Json:
    """Returns `payment_method_details` of a charge with a card. `amount` is in minor units."""
    expiry = (method["card"]["exp_month"], method["card"]["exp_year"])
    details = {
        **_card_facts(card, expiry),
        "amount_authorized": amount if card.decline is None else None,
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": card.brand,
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "three_d_secure": _authentication() if authenticated else None,
        "transaction_link_id": None,
    }
    return {"card": details, "type": "card"}


def charged_bank_of(bank: BankAccount, mandate: str) -> Json:
    """Returns `payment_method_details` of a SEPA direct debit."""
    return {"sepa_debit": {**_bank_facts(bank), "mandate": mandate}, "type": "sepa_debit"}


def mandate_of(key: str, *, now: int, method: str) -> Json:
    """Returns the buyer's permission to debit the account once."""
    return {
        "id": key,
        "object": "mandate",
        "customer_acceptance": {
            "accepted_at": now,
            "online": {"ip_address": "127.0.0.1", "user_agent": "TEST DOUBLE"},
            "type": "online",
        },
        "livemode": False,
        "payment_method": method,
        "payment_method_details": {
            "sepa_debit": {"reference": key[-12:].upper(), "url": "https://example.com/mandate"},
            "type": "sepa_debit",
        },
        "single_use": {"amount": 0, "currency": "eur"},
        "status": "active",
        "type": "single_use",
    }


def _method_of(key: str, kind: str, facts: Json, *, now: int, billing: Json) -> Json:
    return {
        "id": key,
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing,
        kind: facts,
        "created": now,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "type": kind,
    }


def _card_facts(card: Card, expiry: tuple[int, int]) -> Json:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": expiry[0],
        "exp_year": expiry[1],
        "fingerprint": f"double{card.number[-10:]}",
        "funding": "credit",
        "last4": card.last4,
        "regulated_status": "unregulated",
        "wallet": None,
    }


def _bank_facts(bank: BankAccount) -> Json:
    return {
        "bank_code": bank.bank_code,
        "branch_code": "",
        "country": bank.country,
        "fingerprint": f"double{bank.number[-10:]}",
        "last4": bank.last4,
    }


def _authentication() -> Json:
    """Returns the details of a challenge that the buyer completed."""
    return {
        "authentication_flow": "challenge",
        "electronic_commerce_indicator": "05",
        "exemption_indicator": None,
        "result": "authenticated",
        "result_reason": None,
        "transaction_id": None,
        "version": "2.2.0",
    }
