"""Maps the values of Open Event records to fields of ours, kind by kind. Called by exchange/open_event/reader.py.

Names: record.py reads dashes of the 2017 dialect as underscores. Where the 2018 dialect has another name, both are
given. References, and everything else between records, are in other modules.
"""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import ValidationError, convert

from chalicelib.content.domain.programme import SessionState, TrackFields
from chalicelib.core.kinds import Kind
from chalicelib.core.money import Currency
from chalicelib.core.timezones import is_zone
from chalicelib.exchange.open_event.record import Record
from chalicelib.exchange.open_event.text import read_url, shown
from chalicelib.exchange.open_event.values import in_utc, read_length, read_state

Fields = dict[str, Any]
Interval = tuple[str, str]
"""Two RFC 3339 moments in UTC."""

_NAME = 200
_TITLE = 300
_LINE = 500
_LANGUAGE = 35
_POSTCODE = 20
_MAX_LINKS = 20
_ACCOUNTS = {
    "website": "",
    "twitter": "https://twitter.com/",
    "github": "https://github.com/",
    "linkedin": "https://www.linkedin.com/in/",
    "facebook": "https://www.facebook.com/",
}
_PICTURES = ("icon_image_url", "small_image_url", "thumbnail_image_url", "icon", "small", "thumbnail")
"""Fields with smaller copies of a speaker's photo."""
_LARGE = ("large_image_url", "thumbnail_image_url", "large", "thumbnail")
"""Fields with other sizes of an event's picture."""
WITHOUT_MEANING: dict[Kind, frozenset[str]] = {
    Kind.EVENTS: frozenset(
        (
            *("id", "identifier", "version", "privacy", "state", "placeholder_url"),
            *("created_at", "updated_at", "deleted_at", "is_sessions_speakers_enabled", "has_session_speakers"),
        )
    ),
    Kind.TRACKS: frozenset(("font_color", "created_at", "updated_at")),
    Kind.MICROLOCATIONS: frozenset(("created_at", "updated_at")),
    Kind.SPEAKERS: frozenset(("created_at", "updated_at")),
    Kind.SPONSORS: frozenset(("created_at", "updated_at")),
    Kind.SESSIONS: frozenset(("is_mail_sent", "created_at", "updated_at")),
}
"""Fields about the server that they come from, not about the programme: its own names and counters, values that derive
from other fields, and what our import always sets itself (an event is a draft).
"""
LONGEST_NIGHT = timedelta(hours=12)
DEFAULT_LENGTH = timedelta(minutes=30)
"""The length of a session whose source has a start and no length."""


def map_track(record: Record) -> Fields:
    """Returns the fields of a track."""
    return {
        "name": record.line("name", limit=_NAME),
        "color": record.colour("color", "colour") or TrackFields(name="-").color,
        "description": record.html("description"),
    }


def map_microlocation(record: Record) -> Fields:
    """Returns the fields of a room."""
    return {
        "name": record.line("name", limit=_NAME),
        "floor": record.whole("floor", low=-99, high=999),
        "capacity": record.whole("capacity", low=0, high=1_000_000),
        "position": record.whole("position", low=0, high=100_000),
        **_coordinates(record),
    }


def map_speaker(record: Record) -> Fields:
    """Returns the fields of a speaker. Gender, phone number and the like are left out: nothing here needs them."""
    photo = record.url("photo_url", "photo")
    record.pass_over(_PICTURES if photo else ())
    record.pass_over([name for name in ("is_featured", "featured") if record.content().get(name) is False])
    return {
        "name": record.line("name", limit=_NAME),
        "email": record.email("email"),
        "photo_url": photo,
        "short_biography": record.html("short_biography"),
        "long_biography": record.html("long_biography"),
        "organisation": record.line("organisation", "organization", limit=_LINE),
        "position": record.line("position", limit=_LINE),
        "country": record.country("country"),
        "links": _links(record),
        "user_id": None,
        "listed": True,
    }


def map_sponsor(record: Record) -> Fields:
    """Returns the fields of a sponsor."""
    return {
        "name": record.line("name", limit=_NAME),
        "level": _sponsor_level(record),
        "url": record.url("url"),
        "logo_url": record.url("logo_url", "logo"),
        "description": record.html("description"),
    }


def map_session(record: Record, zone: tzinfo) -> Fields:
    """Returns the fields of a session except its references."""
    starts_at, ends_at = _session_times(record, zone)
    return {
        "title": record.line("title", "name", limit=_TITLE),
        "subtitle": record.line("subtitle", limit=_LINE),
        "short_abstract": record.html("short_abstract", "abstract"),
        "long_abstract": record.html("long_abstract", "description"),
        "language": record.line("language", limit=_LANGUAGE),
        "level": record.line("level", limit=_LINE),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "state": _session_state(record),
        "slides_url": record.url("slides_url", "slides"),
        "video_url": record.url("video_url", "video"),
    }


def map_event(record: Record, *, zone: ZoneInfo, sessions: Interval | None) -> Fields:
    """Returns the fields of the event, always a draft. Absent times are taken from the sessions."""
    content = record.content()
    record.pass_over(_LARGE if content.get("original_image_url", content.get("background_image")) else ())
    starts_at, ends_at = _event_times(record, zone, sessions)
    return {
        "name": record.line("name", limit=_NAME),
        "slug": None,
        "description": record.html("description"),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "timezone": zone.key,
        "currency": _currency(record),
        "state": "draft",
        "venue": _venue(record),
        "logo_url": record.url("logo_url", "logo"),
        "website_url": record.url("website_url", "external_event_url", "event_url"),
        "contact_email": record.email("contact_email", "email"),
    }


def zone_of(record: Record) -> ZoneInfo:
    """Returns the event's time zone; UTC with a mend when it names none."""
    name = record.value("timezone")
    if isinstance(name, str) and is_zone(name.strip()):
        return ZoneInfo(name.strip())
    problem = "is absent" if name is None else f"{shown(name)} is unknown"
    record.mend(f"timezone {problem}; times without an offset were read as UTC")
    return ZoneInfo("UTC")


MAPPINGS: dict[Kind, Callable[[Record], Fields]] = {
    Kind.TRACKS: map_track,
    Kind.MICROLOCATIONS: map_microlocation,
    Kind.SPEAKERS: map_speaker,
    Kind.SPONSORS: map_sponsor,
}
"""The functions for records that need no time zone. For sessions there is map_session."""


def _coordinates(record: Record) -> Fields:
    return {
        "latitude": record.number("latitude", low=-90, high=90),
        "longitude": record.number("longitude", low=-180, high=180),
    }


def _links(record: Record) -> list[str]:
    """Returns a speaker's own pages: the list of our own exports, or the accounts that Open Event has fields for."""
    given = record.value("links")
    readings = [read_url(link) for link in given] if isinstance(given, list) else []
    if given is not None and not (isinstance(given, list) and all(link for link, _ in readings)):
        record.mend("links lost what was not a web address")
    accounts = [record.url(name, site=site) for name, site in _ACCOUNTS.items()]
    links = list(dict.fromkeys(link for link in [link for link, _ in readings] + accounts if link))
    if len(links) > _MAX_LINKS:
        record.mend(f"had {len(links)} links; the first {_MAX_LINKS} are kept")
    return links[:_MAX_LINKS]


def _sponsor_level(record: Record) -> str | None:
    """Returns the level in words: where the level is only a rank, the type has them."""
    level = record.line("level", limit=_LINE)
    words = record.line("type", "sponsor_type", limit=_LINE)
    if level is None or words is None:
        return level or words
    lost, kept = ("level", words) if level.isdecimal() else ("type", level)
    if level != words:
        record.mend(f"not kept: {lost} {level if lost == 'level' else shown(words)}")
    return kept


def _session_times(record: Record, zone: tzinfo) -> tuple[str | None, str | None]:
    """Returns both times or none. A usable start is kept, whatever the end is."""
    starts_at = record.moment("starts_at", "start_time", zone=zone)
    ends_at = record.moment("ends_at", "end_time", zone=zone)
    if starts_at is None:
        if ends_at is not None:
            record.mend("had no usable start; its times were removed")
        return None, None
    if starts_at == ends_at and f"{starts_at:%H:%M}" == "00:00":
        record.mend(f"started and ended at midnight of {starts_at:%Y-%m-%d}: a day and no time; its times were removed")
        return None, None
    if ends_at is None or ends_at <= starts_at:
        ends_at = _end(record, starts_at, ends_at)
    return in_utc(starts_at), in_utc(ends_at)


def _end(record: Record, starts_at: datetime, ends_at: datetime | None) -> datetime:
    """Returns an end for a session without one after its start: the end's time of day on the day of the start or on the
    morning after; else the start plus the length of the session's type, or DEFAULT_LENGTH.
    """
    problem = "had no usable end" if ends_at is None else "did not end after its start"
    if ends_at is not None and ends_at < starts_at:
        same_day = datetime.combine(starts_at.date(), ends_at.timetz())
        for end in (same_day, same_day + timedelta(days=1)):
            if starts_at < end <= starts_at + LONGEST_NIGHT:
                record.mend(f"{problem}; its end is read as {end:%Y-%m-%d %H:%M}")
                return end
    session_type = record.content().get("session_type")
    length = read_length(Record(session_type).value("length") if isinstance(session_type, dict) else None)
    by_type = "as its type says" if length else "a guess"
    length = length or DEFAULT_LENGTH
    record.mend(f"{problem}; its start is kept, and it takes {length.total_seconds() / 60:.0f} minutes now ({by_type})")
    return starts_at + length


def _session_state(record: Record) -> str:
    value = record.value("state")
    state, problem = ("", "is absent") if value is None else read_state(value)
    if problem:
        record.mend(f"state {problem}; it is a draft now")
    return state or SessionState.DRAFT.value


def _event_times(record: Record, zone: tzinfo, sessions: Interval | None) -> tuple[str | None, str | None]:
    """Returns the event's times; the sessions' where they are absent. None when neither has them."""
    first, last = sessions or (None, None)
    start = record.moment("starts_at", "start_time", zone=zone)
    end = record.moment("ends_at", "end_time", zone=zone)
    starts_at, ends_at = in_utc(start) if start else first, in_utc(end) if end else None
    if start is None and first:
        record.mend("had no usable start; it is that of the first session")
    if starts_at and ends_at and ends_at < starts_at:
        record.mend("ended before its start")
        ends_at = None
    if ends_at is None and starts_at:
        ends_at = max(starts_at, last or starts_at)
        record.mend("had no usable end; it is that of the last session, or the start")
    return starts_at, ends_at


def _currency(record: Record) -> str:
    value = record.value("currency", "payment_currency")
    try:
        return convert(value, type=Currency) if value is not None else "EUR"
    except ValidationError:
        record.mend(f"currency {shown(value)} is unknown; it is EUR now")
        return "EUR"


def _venue(record: Record) -> Fields:
    """Returns the venue. Open Event has a name, a place to search for and coordinates; our own exports have a whole
    venue.
    """
    venue = record.part("venue")
    found: Fields = {
        "name": record.line("location_name", limit=_LINE) or venue.line("name", limit=_LINE),
        "street": venue.line("street", limit=_LINE),
        "city": venue.line("city", limit=_LINE) or record.line("searchable_location_name", limit=_LINE),
        "region": venue.line("region", limit=_LINE),
        "postcode": venue.line("postcode", limit=_POSTCODE),
        "country": venue.country("country"),
        **_coordinates(record if record.value("latitude") is not None else venue),
    }
    venue.note_what_is_left()
    record.mends.extend(f"venue {mend}" for mend in venue.mends)
    return found
