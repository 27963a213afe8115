"""Stripe's published test cards (https://docs.stripe.com/testing) and what each of them does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from local.stripe_double.api.errors import CardDeclined

DisputeKind = Literal["chargeback", "inquiry"]
RefundCourse = Literal["at_once", "pending", "failing"]


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a bank declines: the error's code, decline code and message, and the reason in the charge's outcome."""

    code: str
    decline_code: str | None
    message: str
    reason: str


@dataclass(frozen=True, slots=True)
class Card:
    """A test card. `decline` is None when it pays. `authenticates`: its bank requires 3-D Secure first.

    `dispute` is opened after the payment. `refund` says what happens to refunds. `tokens` are Stripe's names for it in
    API calls (pm_card_… and tok_…).
    """

    number: str
    brand: str
    label: str
    decline: Decline | None = None
    authenticates: bool = False
    dispute: DisputeKind | None = None
    refund: RefundCourse = "at_once"
    tokens: tuple[str, ...] = ()

    @property
    def last4(self) -> str:
        """The digits that may be displayed."""
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        """The number in groups of four."""
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))


_DECLINED = Decline("card_declined", "generic_decline", "Your card was declined.", "generic_decline")
_POOR = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.", "insufficient_funds")
_EXPIRED = Decline("expired_card", None, "Your card has expired.", "expired_card")
_LATER = "An error occurred while processing your card. Try again in a little bit."
_ERROR = Decline("processing_error", None, _LATER, "processing_error")

CARDS: tuple[Card, ...] = (
    Card("4242424242424242", "visa", "Payment succeeds", tokens=("pm_card_visa", "tok_visa")),
    Card("5555555555554444", "mastercard", "Payment succeeds", tokens=("pm_card_mastercard", "tok_mastercard")),
    Card(
        "4000002760003155",
        "visa",
        "Asks for 3-D Secure",
        authenticates=True,
        tokens=("pm_card_authenticationRequired", "pm_card_authenticationRequiredOnSetup"),
    ),
    Card(
        "4000000000003220",
        "visa",
        "Always asks for 3-D Secure",
        authenticates=True,
        tokens=("pm_card_threeDSecure2Required", "tok_threeDSecure2Required"),
    ),
    Card("4000008400001629", "visa", "Asks for 3-D Secure, then declined", _DECLINED, authenticates=True),
    Card(
        "4000000000000002",
        "visa",
        "Declined by the bank",
        _DECLINED,
        tokens=("pm_card_chargeDeclined", "pm_card_visa_chargeDeclined", "tok_chargeDeclined"),
    ),
    Card(
        "4000000000009995",
        "visa",
        "Insufficient funds",
        _POOR,
        tokens=("pm_card_chargeDeclinedInsufficientFunds", "pm_card_visa_chargeDeclinedInsufficientFunds"),
    ),
    Card("4000000000000069", "visa", "Expired card", _EXPIRED, tokens=("pm_card_chargeDeclinedExpiredCard",)),
    Card("4000000000000119", "visa", "Processing error", _ERROR, tokens=("pm_card_chargeDeclinedProcessingError",)),
    Card(
        "4000000000000259",
        "visa",
        "Pays, then disputed as fraudulent",
        dispute="chargeback",
        tokens=("pm_card_createDispute", "tok_createDispute"),
    ),
    Card(
        "4000000000001976",
        "visa",
        "Pays, then the bank inquires",
        dispute="inquiry",
        tokens=("pm_card_createDisputeInquiry", "tok_createDisputeInquiry"),
    ),
    Card("4000000000007726", "visa", "Refunds are pending first", refund="pending", tokens=("pm_card_pendingRefund",)),
    Card("4000000000005126", "visa", "Refunds fail later", refund="failing", tokens=("pm_card_refundFail",)),
)
_BY_NUMBER = {card.number: card for card in CARDS}
BY_TOKEN = {token: card for card in CARDS for token in card.tokens}


def find_card(typed: str) -> Card:
    """Returns the test card with this number. Raises CardDeclined for any other, as Stripe's test mode does."""
    number = typed.replace(" ", "").replace("-", "")
    card = _BY_NUMBER.get(number)
    if card is not None:
        return card
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19 and _passes_luhn(number)):
        raise CardDeclined("Your card number is incorrect.", code="incorrect_number", decline_code=None)
    raise CardDeclined(
        "Your card was declined. Your request was in test mode, but used a non test (live) card. "
        "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
        code="card_declined",
        decline_code="test_mode_live_card",
    )


def _passes_luhn(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
