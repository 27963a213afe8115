"""The home page: upcoming events in the order of their start, then past ones."""

from collections.abc import Iterable
from datetime import UTC, date
from typing import Any, NamedTuple

from chalicelib.content.domain.event import Event
from chalicelib.website.pages import words
from chalicelib.website.pages.files import Website
from chalicelib.website.pages.poster import poster
from chalicelib.website.pages.templating import render

MOST_UPCOMING = 120
MOST_PAST = 24


class Card(NamedTuple):
    """An event in the list."""

    event: Event
    when: words.Period
    where: str
    picture: Any


def home_page(events: Iterable[Event], *, today: date, website: Website) -> str:
    """Returns the page for a day (UTC). An event is past after its last day."""
    listed = list(events)
    upcoming = sorted((e for e in listed if _last_day(e) >= today), key=lambda e: (e.starts_at, e.id))
    past = sorted((e for e in listed if _last_day(e) < today), key=lambda e: (e.starts_at, e.id), reverse=True)
    return render(
        "home",
        static=website.static,
        upcoming=[_card(event) for event in upcoming[:MOST_UPCOMING]],
        past=[_card(event) for event in past[:MOST_PAST]],
        canonical=f"{website.url}/",
    )


def place(event: Event) -> str:
    """Returns venue and city on one line."""
    return ", ".join(part for part in (event.venue.name, event.venue.city) if part)


def _card(event: Event) -> Card:
    when = words.period(event.starts_at, event.ends_at, event.timezone)
    return Card(event, when, place(event), poster(event.id, columns=8, rows=4))


def _last_day(event: Event) -> date:
    return event.ends_at.astimezone(UTC).date()
