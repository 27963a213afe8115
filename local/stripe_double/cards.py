"""Stripe's published test cards (https://docs.stripe.com/testing) and what each of them does."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import CardDeclined


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a bank says no: the error's code, decline code and message, and the charge's outcome reason."""

    code: str
    decline_code: str | None
    message: str
    reason: str


@dataclass(frozen=True, slots=True)
class Card:
    """A test card; `decline` is None when it pays."""

    number: str
    brand: str
    label: str
    decline: Decline | None = None

    @property
    def last4(self) -> str:
        """The digits that may be shown."""
        return self.number[-4:]

    @property
    def spaced(self) -> str:
        """The number in groups of four."""
        return " ".join(self.number[start : start + 4] for start in range(0, len(self.number), 4))


_LATER = "An error occurred while processing your card. Try again in a little bit."

CARDS: tuple[Card, ...] = (
    Card("4242424242424242", "visa", "Payment succeeds"),
    Card("5555555555554444", "mastercard", "Payment succeeds"),
    Card(
        "4000000000000002",
        "visa",
        "Declined by the bank",
        Decline("card_declined", "generic_decline", "Your card was declined.", "generic_decline"),
    ),
    Card(
        "4000000000009995",
        "visa",
        "Insufficient funds",
        Decline(
            "card_declined",
            "insufficient_funds",
            "Your card has insufficient funds.",
            "insufficient_funds",
        ),
    ),
    Card(
        "4000000000000069",
        "visa",
        "Expired card",
        Decline("expired_card", None, "Your card has expired.", "expired_card"),
    ),
    Card(
        "4000000000000119",
        "visa",
        "Processing error",
        Decline("processing_error", None, _LATER, "processing_error"),
    ),
)
_BY_NUMBER = {card.number: card for card in CARDS}


def find_card(typed: str) -> Card:
    """The test card with this number; raises CardDeclined as Stripe's test mode does for any other."""
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
