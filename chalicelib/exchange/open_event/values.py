"""Reads numbers, moments, colours, countries and states as an archive spells them into values that our wire types
accept.

Called by record.py, mapping.py, links.py, references.py and reader.py. The same contract as text.py: returns (value,
mend), and does not raise.
"""

import math
import re
from datetime import UTC, datetime, timedelta, tzinfo

from chalicelib.content.domain.programme import SessionState
from chalicelib.core.validation import FIRST_YEAR, LAST_YEAR
from chalicelib.exchange.open_event.countries import country_code
from chalicelib.exchange.open_event.text import read_line, shown

_MAX_COUNTRY = 100
_AMBIGUOUS = "georgia"
_SEVERAL = re.compile(r"[/;&+]| and | or ")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,15})?", re.ASCII)
_LENGTH = re.compile(r"(\d{1,2}):([0-5]\d)(?::[0-5]\d)?", re.ASCII)
_HEX = re.compile(r"#?(?:([0-9a-f]{6})(?:[0-9a-f]{2})?|([0-9a-f])([0-9a-f])([0-9a-f]))", re.ASCII)
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,[^)]*)?\)", re.ASCII)
# The names of CSS level 2 (www.w3.org/TR/CSS2/syndata.html#color-units) and a few more that people use.
_COLOURS = {
    name: f"#{digits}"
    for name, digits in re.findall(
        r"(\w+) (\w+)",
        "aqua 00ffff, black 000000, blue 0000ff, brown a52a2a, cyan 00ffff, fuchsia ff00ff, gold ffd700, gray 808080, "
        "green 008000, grey 808080, indigo 4b0082, lime 00ff00, magenta ff00ff, maroon 800000, navy 000080, "
        "olive 808000, orange ffa500, pink ffc0cb, purple 800080, red ff0000, silver c0c0c0, teal 008080, "
        "violet ee82ee, white ffffff, yellow ffff00",
    )
}
_MIDNIGHT_AFTER = re.compile(r"(?<=[T ])24(?=(?::00){1,2}(?:\.0+)?(?:[Zz+-]|$))", re.ASCII)
"""24:00, the end of a day (ISO 8601-1, 5.3.1.1)."""
_STATES = {state.value: state.value for state in SessionState} | {
    "approved": "accepted",
    "canceled": "cancelled",
    "declined": "rejected",
    "pending": "submitted",
    "published": "accepted",
}


def read_number(value: object, low: float, high: float) -> tuple[float | None, str]:
    """Reads a number from `low` to `high`, also when it comes as text."""
    number = _number(value)
    if number is None:
        return None, "was not a number and is left out"
    if not low <= number <= high:
        return None, f"was not between {low} and {high} and is left out"
    return number, ""


def read_whole(value: object, low: int, high: int) -> tuple[int | None, str]:
    """Reads a whole number from `low` to `high`, also when it comes as text."""
    number, mend = read_number(value, low, high)
    if number is None or number == int(number):
        return (None if number is None else int(number)), mend
    return None, "was not a whole number and is left out"


def read_moment(value: object, zone: tzinfo) -> tuple[datetime | None, str]:
    """Reads an ISO 8601 moment with the offset that it is written in, to the second. Without an offset it is read in
    `zone`.
    """
    text = value.strip() if isinstance(value, str) else ""
    try:
        moment = datetime.fromisoformat(_MIDNIGHT_AFTER.sub("00", text))
        if _MIDNIGHT_AFTER.search(text):
            moment += timedelta(days=1)
        missing = "time of day" if ":" not in text and "T" not in text.upper() else "offset"
        mend = "" if moment.tzinfo else f"had no {missing} and was read as {moment:%H:%M}, {zone} time"
        aware = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).replace(microsecond=0)
        in_time = FIRST_YEAR < aware.astimezone(UTC).year < LAST_YEAR
    except (ValueError, OverflowError):
        return None, "was not a date and time and is left out"
    return (aware, mend) if in_time else (None, f"was not between {FIRST_YEAR} and {LAST_YEAR} and is left out")


def in_utc(moment: datetime) -> str:
    """Returns the moment as RFC 3339 in UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def read_length(value: object) -> timedelta | None:
    """Reads a length such as `00:25` (hours and minutes), as types of sessions have it; None for zero or more than a
    day.
    """
    match = _LENGTH.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None
    length = timedelta(hours=int(match[1]), minutes=int(match[2]))
    return length if timedelta() < length <= timedelta(days=1) else None


def read_colour(value: object) -> tuple[str | None, str]:
    """Reads a colour as #rrggbb: from hexadecimal digits, rgb() or a name."""
    text = value.strip().lower() if isinstance(value, str) else ""
    if digits := _HEX.fullmatch(text):
        return "#" + (digits[1] or "".join(digit * 2 for digit in digits.groups()[1:])), ""
    if (rgb := _RGB.fullmatch(text)) and max(parts := [int(part) for part in rgb.groups()]) < 256:
        return "#" + "".join(f"{part:02x}" for part in parts), ""
    if text in _COLOURS:
        return _COLOURS[text], ""
    return None, f"{shown(value)} was not a colour and is left out"


def read_country(value: object) -> tuple[str | None, str]:
    """Reads a country as ISO 3166-1 alpha-2: its code or a name of it, alone, after a place (`Berlin, Germany`), or
    first of several (`Germany/Austria`). After a place, two letters may also be a state's code (`Portland, DE`), and so
    may Georgia: these are not read.
    """
    text = value.strip() if isinstance(value, str) and len(value) <= _MAX_COUNTRY else ""
    if code := country_code(text):
        return code, ""
    places = [part.strip() for part in text.split(",")]
    codes = [_named_country(part.strip()) for part in _SEVERAL.split(text)]
    if len(places) > 1 and places[-1].casefold() != _AMBIGUOUS:
        codes = [_named_country(places[-1])]
    if codes[0] and all(codes):
        return codes[0], f"{shown(value)} was read as {codes[0]}"
    return None, f"{shown(value)} was not a country and is left out"


def _named_country(text: str) -> str | None:
    """Returns the code of a country that is written out."""
    return country_code(text) if len(text) > 2 else None


def read_state(value: object) -> tuple[str | None, str]:
    """Reads the session state that a name stands for."""
    state = _STATES.get(value.strip().lower()) if isinstance(value, str) else None
    return (state, "") if state else (None, f"{shown(value)} was not a state")


def read_id(value: object) -> str | None:
    """Reads a source id as text: a whole number, or a text of up to 100 characters."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return read_line(value, 100)[0]


def _number(value: object) -> float | None:
    """Returns a finite number of a size that people use."""
    if isinstance(value, str):
        text = value.strip()
        return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 10**15 and not math.isnan(value) else None
