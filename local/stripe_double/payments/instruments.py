"""Test cards, test bank accounts, and the payment methods that are made from them.

Called by payments.py (the pay page) and intents.py (API calls).
"""

from __future__ import annotations

from typing import Any

from local.stripe_double.api.errors import parameter_invalid, resource_missing
from local.stripe_double.api.parameters import choice, email, integer, list_of, metadata, shape, text
from local.stripe_double.api.store import Json
from local.stripe_double.api.words import words
from local.stripe_double.api.work import Work
from local.stripe_double.objects.method_objects import bank_method_of, billing_of, card_method_of

from .banks import BankAccount, find_bank
from .cards import BY_TOKEN, Card, find_card

Instrument = Card | BankAccount
_ADDRESS = shape({name: text() for name in ("city", "country", "line1", "line2", "postal_code", "state")})
BILLING = shape({"address": _ADDRESS, "email": email, "name": text(), "phone": text()}, beyond=frozenset({"tax_id"}))
_CARD = shape(
    {
        "token": text(),
        "number": text(longest=30),
        "exp_month": integer(minimum=1, maximum=12),
        "exp_year": integer(minimum=1, maximum=9999),
        "cvc": text(longest=4),
    },
    beyond=frozenset({"networks"}),
)
CREATE = shape(
    {
        "billing_details": BILLING,
        "card": _CARD,
        "expand": list_of(text()),
        "metadata": metadata,
        "sepa_debit": shape({"iban": text(longest=40)}, required=("iban",)),
        "type": choice("card", "sepa_debit"),
    },
    required=("type",),
    beyond=frozenset(words("allow_redisplay customer payment_method radar_options")),
)
_EXPIRY = (12, 2034)


def find_instrument(typed: str) -> Instrument:
    """Returns the test card or test account. Raises CardDeclined for any other number."""
    return find_bank(typed) or find_card(typed)


def make_method(work: Work, instrument: Instrument, *, billing: Json, expiry: tuple[int, int] = _EXPIRY) -> Json:
    """Stores and returns a payment method of this instrument. `expiry` is (month, four-digit year)."""
    key = work.new_id("pm_1")
    if isinstance(instrument, Card):
        method = card_method_of(key, now=work.now, card=instrument, expiry=expiry, billing=billing)
    else:
        method = bank_method_of(key, now=work.now, bank=instrument, billing=billing)
    work.tx.put("instrument", key, {"id": key, "number": instrument.number})
    return work.put(method)


def instrument_of(work: Work, method: str) -> Instrument:
    """Returns the instrument of a stored payment method."""
    return find_instrument((work.tx.get("instrument", method) or {})["number"])


def named_method(work: Work, name: str) -> Json:
    """Returns the stored method, or a new one for one of Stripe's test names (pm_card_visa). Raises Stripe's 404."""
    if name in BY_TOKEN:
        return make_method(work, BY_TOKEN[name], billing=billing_of(None, None))
    found = work.tx.get("payment_method", name)
    if found is None:
        raise resource_missing("PaymentMethod", name, param="payment_method")
    return found


def create_method(work: Work, params: dict[str, Any]) -> Json:
    """`POST /v1/payment_methods`: a card by token or number, or an IBAN. Raises CardDeclined, ParameterError."""
    given = params.get("billing_details", {})
    names = ("name", "email")
    billing = billing_of(*(given.get(name) for name in names), address=given.get("address"), phone=given.get("phone"))
    method = make_method(work, _given(params), billing=billing)
    method["metadata"] = params.get("metadata", {})
    return work.put(method)


def _given(params: dict[str, Any]) -> Instrument:
    if params["type"] == "sepa_debit":
        bank = find_bank(params.get("sepa_debit", {}).get("iban", ""))
        if bank is None:
            message = "The IBAN you provided is invalid. (TEST DOUBLE: use one of Stripe's test IBANs.)"
            raise parameter_invalid("sepa_debit[iban]", message, code="invalid_bank_account_iban")
        return bank
    card = params.get("card", {})
    if "token" not in card:
        return find_card(card.get("number", ""))
    if card["token"] not in BY_TOKEN:
        raise parameter_invalid("card[token]", f"No such token: '{card['token']}'", code="resource_missing")
    return BY_TOKEN[card["token"]]
