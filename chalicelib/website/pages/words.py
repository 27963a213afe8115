"""Formats what pages show: times in an event's zone, money, initials. Pure.

Words are English; the page's scripts format numbers in the reader's locale.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from chalicelib.core.money import Money, decimals

_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
"""Currencies that are known by their sign; others are shown by code."""


class Period(NamedTuple):
    """A start and an end in words: `days` (11 – 12 June 2027), `hours` (09:00 – 18:00), the zone's name and offset."""

    days: str
    hours: str
    zone: str
    start: str
    end: str


def period(starts_at: datetime, ends_at: datetime, timezone: str) -> Period:
    """Returns a period in its own zone."""
    zone = ZoneInfo(timezone)
    start, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
    offsets = list(dict.fromkeys([offset(start), offset(end)]))
    return Period(
        days=days(start, end),
        hours=f"{start:%H:%M} – {end:%H:%M}",
        zone=f"{timezone.replace('_', ' ')} ({', then '.join(offsets)})",
        start=iso(starts_at),
        end=iso(ends_at),
    )


def days(start: datetime, end: datetime) -> str:
    """Returns the days from one date to another in the shortest form: `Friday 11 June 2027`, `11 – 12 June 2027`."""
    last = f"{end.day} {end:%B %Y}"
    if start.date() == end.date():
        return f"{start:%A} {last}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{start.day} – {last}"
    first = f"{start.day} {start:%B}" if start.year == end.year else f"{start.day} {start:%B %Y}"
    return f"{first} – {last}"


def offset(local: datetime) -> str:
    """Returns the zone's own short name and its distance from UTC: `CEST, UTC+2`, `UTC+5:30`."""
    seconds = int((local.utcoffset() or timedelta()).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    distance = "UTC" if not seconds else f"UTC{'-' if seconds < 0 else '+'}{hours}{f':{minutes:02}' if minutes else ''}"
    name = local.tzname() or ""
    return f"{name}, {distance}" if name.isalpha() and name != "UTC" else distance


def clock(local: datetime, *, exact: bool) -> str:
    """Returns a time of day; with `exact` also the zone's name, for days on which the clocks change."""
    return f"{local:%H:%M} {local.tzname()}" if exact else f"{local:%H:%M}"


def iso(moment: datetime) -> str:
    """Returns the machine-readable form, for `datetime` attributes."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def money(amount: Money | Any) -> str:
    """Returns an amount as text: `€25.00`, `CHF 120.00`, `¥3,000`, `KWD 4.250`."""
    places = decimals(amount.currency)
    number = f"{amount.amount / 10**places:,.{places}f}"
    sign = _SIGNS.get(amount.currency)
    return f"{sign}{number}" if sign else f"{amount.currency}\u00a0{number}"


def initials(name: str) -> str:
    """Returns up to two letters, in place of a person's photo."""
    parts = [part for part in name.split() if part[0].isalnum()]
    if not parts:
        return "?"
    first, last = parts[0][0], parts[-1][0] if len(parts) > 1 else ""
    return f"{first}{last}".upper()
