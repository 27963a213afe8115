"""The page of an event: time, place, description, speakers, sponsors and tickets."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import unescape
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.cfp.domain.call_for_papers import CallForPapers
from chalicelib.content.domain.event import Event
from chalicelib.content.domain.programme import Session, Speaker, Sponsor
from chalicelib.core.money import decimals
from chalicelib.website.pages import words
from chalicelib.website.pages.files import Website
from chalicelib.website.pages.poster import poster
from chalicelib.website.pages.templating import render

SPEAKERS_AT_FIRST = 24
_LEVELS = ("platinum", "diamond", "gold", "silver", "bronze")


class TicketOffer(NamedTuple):
    """A ticket type, and the start and end of its sale in words."""

    ticket: TicketType
    opens: str
    closes: str


class Deadline(NamedTuple):
    """A deadline, for machines and in words."""

    moment: str
    words: str


class Level(NamedTuple):
    """Sponsors of one level."""

    name: str
    sponsors: list[Sponsor]


def event_page(
    event: Event,
    *,
    tickets: Sequence[TicketType],
    by_code: bool,
    sessions: Sequence[Session],
    speakers: Iterable[Speaker],
    sponsors: Iterable[Sponsor],
    call: CallForPapers | None,
    website: Website,
) -> str:
    """Returns the page. Speakers are in the order of their names, sponsors of the highest level first. `by_code`: some
    ticket types are available only with a code. `call` is an open call for papers.
    """
    people = sorted(speakers, key=lambda speaker: (speaker.name.casefold(), speaker.id))
    canonical = f"{website.url}/e/{event.slug or event.id}"
    return render(
        "event",
        static=website.static,
        event=event,
        when=words.period(event.starts_at, event.ends_at, event.timezone),
        address=address(event),
        offers=[_offer(ticket, event.timezone) for ticket in tickets],
        sells=bool(tickets) or by_code,
        session_count=len(sessions),
        speakers=people[:SPEAKERS_AT_FIRST],
        more_speakers=people[SPEAKERS_AT_FIRST:],
        levels=levels(sponsors),
        proposals=_proposals(call) if call else None,
        picture=poster(event.id, columns=12, rows=5),
        summary=summary(event),
        canonical=canonical,
        linked=linked_data(event, tickets, canonical),
    )


def _proposals(call: CallForPapers) -> Deadline:
    local = call.closes_at.astimezone(ZoneInfo(call.timezone))
    return Deadline(words.iso(call.closes_at), f"{words.days(local, local)}, {words.clock(local, exact=True)}")


def address(event: Event) -> list[str]:
    """Returns the venue in lines, without its name and country."""
    venue = event.venue
    town = " ".join(part for part in (venue.postcode, venue.city) if part)
    if venue.region and venue.region != venue.city:
        town = f"{town}, {venue.region}" if town else venue.region
    return [line for line in (venue.street, town) if line]


def levels(sponsors: Iterable[Sponsor]) -> list[Level]:
    """Returns the sponsors by level: the well-known levels in their order, other levels, then sponsors without one."""
    grouped: dict[str, list[Sponsor]] = {}
    for sponsor in sorted(sponsors, key=lambda sponsor: (sponsor.name.casefold(), sponsor.id)):
        grouped.setdefault((sponsor.level or "").strip(), []).append(sponsor)

    def rank(name: str) -> tuple[bool, int, str]:
        known = next((i for i, level in enumerate(_LEVELS) if level in name.casefold()), len(_LEVELS))
        return (not name, known, name.casefold())

    return [Level(name, grouped[name]) for name in sorted(grouped, key=rank)]


def summary(event: Event) -> str:
    """Returns the beginning of the description as plain text, for search engines and previews."""
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", event.description)).split())
    if len(text) <= 200:
        return text or f"{event.name} on Marquee: programme, speakers and tickets."
    return text[:200].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def linked_data(event: Event, tickets: Sequence[TicketType], canonical: str) -> dict[str, Any]:
    """Returns the event for search engines, as schema.org/Event."""
    venue = event.venue
    parts = {
        "@type": "PostalAddress",
        "streetAddress": venue.street,
        "postalCode": venue.postcode,
        "addressLocality": venue.city,
        "addressRegion": venue.region,
        "addressCountry": venue.country,
    }
    place = {
        "@type": "Place",
        "name": venue.name or venue.city or "To be announced",
        "address": {name: value for name, value in parts.items() if value},
    }
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.name,
        "startDate": words.iso(event.starts_at),
        "endDate": words.iso(event.ends_at),
        "url": canonical,
        "location": place,
    }
    if tickets:
        data["offers"] = [_linked_offer(ticket, canonical) for ticket in tickets]
    return data


def _linked_offer(ticket: TicketType, canonical: str) -> dict[str, Any]:
    currency = ticket.price.currency
    places = decimals(currency)
    price = f"{ticket.price.amount / 10**places:.{places}f}"
    return {"@type": "Offer", "name": ticket.name, "price": price, "priceCurrency": currency, "url": canonical}


def _offer(ticket: TicketType, timezone: str) -> TicketOffer:
    return TicketOffer(ticket, _moment(ticket.sales_start, timezone), _moment(ticket.sales_end, timezone))


def _moment(moment: datetime | None, timezone: str) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%B %Y, %H:%M}"
