"""Codes that buyers type: a discount lowers the price, an access code gives access to restricted ticket types. Pure.

Codes are compared without case and after Unicode normalisation (NFKC). One use is one order, whatever its number of
tickets.
"""

import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.catalog.domain.ticket_type import MAX_TYPES
from chalicelib.content.domain.event import Moment
from chalicelib.core.errors import Violation
from chalicelib.core.kinds import CodeKind
from chalicelib.core.money import Money, broken_rule, step
from chalicelib.core.names import is_name
from chalicelib.core.text import Id, Line

SHORTEST, LONGEST = 3, 40
MAX_CODES = 500
"""Codes of one kind that an event may have: one read of the list returns all of them."""
UNLIMITED = 1_000_000
"""Uses of a code that has no limit."""
MOST_SHARDS = 4
"""The most shards for the uses of a code: each order with the code reads all of them."""

CodeText = Annotated[str, Meta(min_length=SHORTEST, max_length=LONGEST)]
Uses = Annotated[int, Meta(ge=1, le=UNLIMITED)]
TypeIds = Annotated[list[Id], Meta(min_length=1, max_length=MAX_TYPES)]


class DiscountKind(StrEnum):
    """How a discount is calculated."""

    AMOUNT = "amount"
    PERCENT = "percent"


class CodeFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an organiser may set for every code. `max_uses` null: no limit. The times are when orders may use it."""

    code: CodeText
    max_uses: Uses | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None

    def violations(self) -> list[Violation]:
        """Returns violations of rules that span fields."""
        found = []
        length = len(normalised(self.code))
        if not SHORTEST <= length <= LONGEST or not self.code.isprintable() or not is_name(self.code):
            found.append(
                Violation(
                    "/code", f"must have {SHORTEST} to {LONGEST} printable characters, a letter or a digit among them"
                )
            )
        if self.valid_from and self.valid_until and self.valid_until <= self.valid_from:
            found.append(Violation("/valid_until", "must be after valid_from"))
        return found


class AccessCodeFields(CodeFields, frozen=True, kw_only=True):
    """What an organiser may set for an access code."""

    ticket_type_ids: TypeIds
    note: Line = ""


class DiscountFields(CodeFields, frozen=True, kw_only=True):
    """What an organiser may set for a discount. It lowers the price of each ticket of its types (null: all types) by
    `amount`, at most by the price, or by `percent`.
    """

    kind: DiscountKind
    amount: Money | None = None
    percent: Annotated[int, Meta(ge=1, le=100)] | None = None
    ticket_type_ids: TypeIds | None = None
    active: bool = True

    def violations(self) -> list[Violation]:
        """Returns violations of rules that span fields."""
        found = CodeFields.violations(self)
        given = {DiscountKind.AMOUNT: self.amount, DiscountKind.PERCENT: self.percent}
        for kind, value in given.items():
            if (value is not None) != (kind is self.kind):
                found.append(Violation(f"/{kind.value}", f"must be given when kind is {kind.value}, and only then"))
        if self.amount is not None and self.amount.amount == 0:
            found.append(Violation("/amount/amount", "must be above 0"))
        if self.amount is not None and (rule := broken_rule(self.amount.amount, self.amount.currency)):
            found.append(Violation("/amount/amount", rule))
        return found


class AccessCode(AccessCodeFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """An access code as stored."""

    id: str
    created_at: datetime
    updated_at: datetime


class Discount(DiscountFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A discount as stored."""

    id: str
    created_at: datetime
    updated_at: datetime


FIELDS: dict[CodeKind, type[AccessCodeFields] | type[DiscountFields]] = {
    CodeKind.ACCESS: AccessCodeFields,
    CodeKind.DISCOUNT: DiscountFields,
}
STORED: dict[CodeKind, type[AccessCode] | type[Discount]] = {
    CodeKind.ACCESS: AccessCode,
    CodeKind.DISCOUNT: Discount,
}


def normalised(code: str) -> str:
    """Returns the form in which codes are compared."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", code).casefold()).strip()


def capacity_of(fields: CodeFields) -> int:
    """Returns how often the code may be used in total."""
    return UNLIMITED if fields.max_uses is None else fields.max_uses


def is_in_time(fields: CodeFields, *, now: datetime) -> bool:
    """Returns whether `now` is within the times when orders may use the code."""
    begun = fields.valid_from is None or now >= fields.valid_from
    return begun and (fields.valid_until is None or now < fields.valid_until)


def covers(fields: AccessCodeFields | DiscountFields, ticket_type_id: str) -> bool:
    """Returns whether the code applies to tickets of this type."""
    return fields.ticket_type_ids is None or ticket_type_id in fields.ticket_type_ids


def unit_discount(discount: DiscountFields, price: Money) -> int:
    """Returns the discount on one ticket in minor units, at most its price. Percentages are rounded half up to the
    smallest amount that Stripe charges in the currency.
    """
    if discount.kind is DiscountKind.PERCENT:
        least = step(price.currency)
        parts = price.amount // least * (discount.percent or 0)
        return (2 * parts + 100) // 200 * least
    off = discount.amount
    return min(price.amount, off.amount) if off and off.currency == price.currency else 0
