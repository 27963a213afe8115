"""The texts of a printed ticket. Pure; tickets/services/issue_tickets.py fills it, tickets/pdf/draw.py draws it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chalicelib.tickets.domain.ticket import Ticket

REVISION = 1
"""The version of how tickets look, as QR code and printed. Raise it with every change of that: ETags contain it."""


class TicketPage(NamedTuple):
    """The texts of one page. `place` may be empty; `code` is the text of the QR code, and begins with `name`."""

    event: str
    time: str
    place: str
    ticket_type: str
    attendee: str
    position: str
    name: str
    code: str


def ticket_pages(tickets: Sequence[Ticket], event: Mapping[str, Any]) -> list[TicketPage]:
    """Returns the pages of valid tickets. `event` is the event's representation."""
    return [
        TicketPage(
            event=str(event["name"]),
            time=event_time(event),
            place=event_place(event),
            ticket_type=ticket.ticket_type,
            attendee=ticket.attendee.name,
            position=f"Ticket {ticket.number}",
            name=ticket.name,
            code=ticket.code,
        )
        for ticket in tickets
    ]


def event_time(event: Mapping[str, Any]) -> str:
    """Returns when an event begins and ends, in its own time zone: `Friday 11 June 2027, 09:00 to 17:30 (CEST)`."""
    zone = ZoneInfo(str(event.get("timezone") or "UTC"))
    begins, ends = (datetime.fromisoformat(str(event[name])).astimezone(zone) for name in ("starts_at", "ends_at"))
    until = f"{ends:%H:%M}" if begins.date() == ends.date() else f"{_day(ends)}, {ends:%H:%M}"
    return f"{_day(begins)}, {begins:%H:%M} to {until} ({begins.tzname()})"


def event_place(event: Mapping[str, Any]) -> str:
    """Returns where an event takes place, on one line."""
    venue: Mapping[str, Any] = event.get("venue") or {}
    town = " ".join(str(venue[name]) for name in ("postcode", "city") if venue.get(name))
    return ", ".join(str(part) for part in (venue.get("name"), venue.get("street"), town) if part)


def _day(moment: datetime) -> str:
    return f"{moment:%A} {moment.day} {moment:%B %Y}"
