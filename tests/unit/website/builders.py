"""Domain objects for tests of pages."""

from datetime import UTC, datetime
from typing import Any

from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.content.domain.event import Event, EventState, Venue
from chalicelib.content.domain.programme import Microlocation, Session, SessionState, Speaker, Sponsor, Track
from chalicelib.core.money import Money
from chalicelib.website.pages.files import Website

WEBSITE = Website("https://m.example", "r-0123456789ab")
NOW = datetime(2027, 1, 1, tzinfo=UTC)
EVIL = '<img src=x onerror="alert(1)">'
ESCAPED = "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;"
_STORED = {"created_at": NOW, "updated_at": NOW}


def ident(number: int) -> str:
    """Returns a ULID."""
    return f"01HZZZZZZZZZZZZZZZZZZZ{number:04d}"


def at(text: str) -> datetime:
    """Returns a UTC time."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def event(**fields: Any) -> Event:
    given: dict[str, Any] = {
        "id": ident(1),
        "name": "Alpine Python Days",
        "slug": "alpine",
        "starts_at": at("2027-06-11T07:00"),
        "ends_at": at("2027-06-12T16:00"),
        "timezone": "Europe/Zurich",
        "currency": "CHF",
        "state": EventState.PUBLISHED,
        "venue": Venue(name="Kursaal", city="Bern", country="CH"),
    }
    return Event(**{**given, **_STORED, **fields})


def session(number: int, **fields: Any) -> Session:
    given: dict[str, Any] = {"id": ident(number), "title": f"Talk {number}", "state": SessionState.ACCEPTED}
    return Session(**{**given, **_STORED, **fields})


def speaker(number: int, **fields: Any) -> Speaker:
    return Speaker(**{"id": ident(number), "name": f"Speaker {number}", **_STORED, **fields})


def track(number: int, **fields: Any) -> Track:
    return Track(**{"id": ident(number), "name": f"Track {number}", **_STORED, **fields})


def room(number: int, **fields: Any) -> Microlocation:
    return Microlocation(**{"id": ident(number), "name": f"Room {number}", **_STORED, **fields})


def sponsor(number: int, **fields: Any) -> Sponsor:
    return Sponsor(**{"id": ident(number), "name": f"Sponsor {number}", **_STORED, **fields})


def ticket(number: int, amount: int, currency: str, **fields: Any) -> TicketType:
    price = Money(amount=amount, currency=currency)
    given: dict[str, Any] = {"id": ident(number), "name": f"Ticket {number}", "price": price, "quantity": 10}
    return TicketType(**{**given, **_STORED, **fields})
