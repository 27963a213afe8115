"""Reads the card form of the pay page. Finds the errors that Stripe's own page finds before it contacts a bank."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from local.stripe_double.api.forms import Nested
from local.stripe_double.payments.cards import CARDS


@dataclass(frozen=True, slots=True)
class CardForm:
    """The fields as typed, to show the form again. `errors` are by field name."""

    email: str = ""
    name: str = ""
    choice: str = CARDS[0].number
    number: str = ""
    expiry: str = "12 / 34"
    cvc: str = "123"
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def card(self) -> str:
        """The typed number, or the chosen test card."""
        return self.number or self.choice

    @property
    def month_and_year(self) -> tuple[int, int]:
        """Expiry as (month, four-digit year). Only for a form without errors."""
        month, year = _expiry_parts(self.expiry) or (1, 1)
        return month, year


def read_card_form(fields: Nested, *, now: float) -> CardForm:
    """Returns the form as typed, with an error for each field that is wrong. `now` is in Unix seconds."""

    def typed(name: str, longest: int = 200) -> str:
        value = fields.get(name, "")
        return value.strip()[:longest] if isinstance(value, str) else ""

    form = CardForm(
        email=typed("email"),
        name=typed("name"),
        choice=typed("choice", 30),
        number=typed("number", 30),
        expiry=typed("expiry", 10),
        cvc=typed("cvc", 10),
    )
    form.errors.update(_errors(form, now))
    return form


def _errors(form: CardForm, now: float) -> dict[str, str]:
    found: dict[str, str] = {}
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", form.email):
        found["email"] = "Your email is incomplete."
    if not form.name:
        found["name"] = "Your name is missing."
    if not form.card:
        found["number"] = "Your card number is incomplete."
    expiry = _expiry_parts(form.expiry)
    today = datetime.fromtimestamp(now, UTC)
    if expiry is None:
        found["expiry"] = "Your card's expiration date is incomplete."
    elif (expiry[1], expiry[0]) < (today.year, today.month):
        found["expiry"] = "Your card's expiration year is in the past."
    if not re.fullmatch(r"[0-9]{3,4}", form.cvc):
        found["cvc"] = "Your card's security code is incomplete."
    return found


def _expiry_parts(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(0?[1-9]|1[0-2])\s*/\s*(?:20)?([0-9]{2})", text)
    return (int(found[1]), 2000 + int(found[2])) if found else None
