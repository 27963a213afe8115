"""An event: the fields that an organiser sets and those that Marquee adds. The structs are also the wire format."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, field

from chalicelib.core.errors import Violation
from chalicelib.core.ids import RESERVED_SLUGS
from chalicelib.core.money import CURRENCIES, Currency
from chalicelib.core.text import Country, Email, Html, Latitude, Line, Longitude, Name, Slug, Url
from chalicelib.core.timezones import is_zone

Moment = Annotated[datetime, Meta(tz=True, description="RFC 3339; stored and shown in UTC")]


MOST_ASYNC_DAYS = 60


class EventState(StrEnum):
    """The stages of an event's life."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Venue(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an event takes place."""

    name: Line | None = None
    street: Line | None = None
    city: Line | None = None
    region: Line | None = None
    postcode: Annotated[str, Meta(max_length=20)] | None = None
    country: Country | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class EventFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of an event that an organiser sets."""

    name: Name
    slug: Slug | None = None
    description: Html = ""
    starts_at: Moment
    ends_at: Moment
    timezone: Annotated[str, Meta(max_length=64, description="IANA name")] = "UTC"
    currency: Currency = "EUR"
    state: EventState = EventState.DRAFT
    venue: Venue = field(default_factory=Venue)
    online_url: Annotated[Url, Meta(description="Where the event can be joined over the network")] | None = None
    logo_url: Url | None = None
    banner_url: Annotated[Url, Meta(description="A wide picture for the top of the public page")] | None = None
    website_url: Url | None = None
    contact_email: Email | None = None
    async_payments_days: Annotated[
        int, Meta(ge=0, le=MOST_ASYNC_DAYS, description="Days before the start without payments that take days")
    ] = 3

    def violations(self) -> list[Violation]:
        """Returns violations of rules that span fields or need a table."""
        found = []
        if self.ends_at < self.starts_at:
            found.append(Violation("/ends_at", "must not be before starts_at"))
        if self.slug in RESERVED_SLUGS:
            found.append(Violation("/slug", "is reserved"))
        if self.currency not in CURRENCIES:
            found.append(Violation("/currency", "is not a currency of ISO 4217"))
        if not is_zone(self.timezone):
            found.append(Violation("/timezone", "is not an IANA time zone"))
        return found


def settles_at_once(event: EventFields, *, now: datetime) -> bool:
    """Returns whether only payments that settle at once are still allowed. A slower payment could arrive after the
    event has begun.
    """
    return now >= event.starts_at - timedelta(days=event.async_payments_days)


class Event(EventFields, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """An event as it is stored and sent to its staff."""

    id: str
    created_at: datetime
    updated_at: datetime


class EventReference(Struct, frozen=True, kw_only=True):
    """The event that an invitation or a submission is about."""

    id: str
    name: str
    slug: str | None


def reference_to(event: Event) -> EventReference:
    return EventReference(id=event.id, name=event.name, slug=event.slug)
