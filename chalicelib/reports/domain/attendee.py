"""A guest: one ticket of an event in the list of attendees. Pure."""

from datetime import datetime

from msgspec import Struct

from chalicelib.tickets.domain.ticket import Ticket, TicketState


class Guest(Struct, frozen=True, kw_only=True):
    """The attendee of a ticket, the ticket's state, and when they were checked in."""

    order_id: str
    number: int
    ticket_type_id: str
    ticket_type: str
    name: str
    email: str | None
    state: TicketState
    checked_in_at: datetime | None


class GuestList(Struct, frozen=True, kw_only=True):
    """A page of attendees, in the order of their orders."""

    items: list[Guest]
    next_cursor: str | None


def guest_of(ticket: Ticket, *, used_at: datetime | None) -> Guest:
    """Returns the guest for a ticket. `used_at` is when they were checked in."""
    return Guest(
        order_id=ticket.order_id,
        number=ticket.number,
        ticket_type_id=ticket.ticket_type_id,
        ticket_type=ticket.ticket_type,
        name=ticket.attendee.name,
        email=ticket.attendee.email,
        state=ticket.state,
        checked_in_at=used_at,
    )
