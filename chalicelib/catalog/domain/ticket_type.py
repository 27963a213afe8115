"""A ticket type: what an organiser may set, what Marquee adds, and when it can be bought. Pure.

The structs are the wire format. `available` is added when a type is read, since every order changes it.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.content.domain.event import Moment
from chalicelib.core.errors import Violation
from chalicelib.core.money import Money, broken_rule
from chalicelib.core.text import Html, Name

MAX_QUANTITY = 1_000_000
MAX_PER_ORDER = 100
MAX_PER_BUYER = 10_000
MAX_TYPES = 100
"""Ticket types an event may have: one read of the list returns all of them."""


class TicketTypeFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an organiser may set for a ticket type. `max_per_buyer` counts the orders that a buyer makes after it is
    set. A hidden type is listed for staff only, one with `access_code_required` for everybody; both are sold only with
    an access code.
    """

    name: Name
    description: Html = ""
    price: Money
    quantity: Annotated[int, Meta(ge=0, le=MAX_QUANTITY)]
    sales_start: Moment | None = None
    sales_end: Moment | None = None
    min_per_order: Annotated[int, Meta(ge=1, le=MAX_PER_ORDER)] = 1
    max_per_order: Annotated[int, Meta(ge=1, le=MAX_PER_ORDER)] = 10
    max_per_buyer: Annotated[int, Meta(ge=1, le=MAX_PER_BUYER)] | None = None
    hidden: bool = False
    access_code_required: bool = False
    position: Annotated[int, Meta(ge=0, le=100_000)] = 0

    def violations(self) -> list[Violation]:
        """Returns violations of rules that span fields."""
        found = []
        if self.sales_start and self.sales_end and self.sales_end <= self.sales_start:
            found.append(Violation("/sales_end", "must be after sales_start"))
        if self.max_per_order < self.min_per_order:
            found.append(Violation("/max_per_order", "must not be below min_per_order"))
        if self.max_per_buyer is not None and self.max_per_buyer < self.min_per_order:
            found.append(Violation("/max_per_buyer", "must not be below min_per_order"))
        if rule := broken_rule(self.price.amount, self.price.currency):
            found.append(Violation("/price/amount", rule))
        return found


class TicketType(TicketTypeFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A ticket type as it is stored."""

    id: str
    created_at: datetime
    updated_at: datetime


def needs_code(ticket: TicketTypeFields) -> bool:
    """Returns whether the type is sold only with an access code."""
    return ticket.hidden or ticket.access_code_required


def closed_because(ticket: TicketTypeFields, *, now: datetime, event_ends_at: datetime) -> str | None:
    """Returns why a type cannot be bought now, as a sentence, or None. Without `sales_end` it is sold until the event
    ends.
    """
    if ticket.sales_start is not None and now < ticket.sales_start:
        return f"The sale of {ticket.name} has not begun."
    if now >= (ticket.sales_end or event_ends_at):
        return f"The sale of {ticket.name} is over."
    return None
