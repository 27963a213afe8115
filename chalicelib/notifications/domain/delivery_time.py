"""When it is a certain time of day somewhere. Pure; daylight saving is zoneinfo's to know.

A time of day that a clock change leaves out happens when the clock has jumped over it (02:30 at 03:30); one that comes
twice happens the first time. So every time of day happens once a day (PEP 495, fold=0).

Which mails wait for the end of quiet hours: notifications/services/choose_channels.py.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.notifications.domain.preferences import Preferences, Quiet

DIGEST_MARGIN_SECONDS = 120
"""What is told later than this before a digest goes into the next one, so that it is certainly written by then."""


def quiet_until(preferences: Preferences, now: float) -> int | None:
    """When the quiet hours that hold now end, in Unix seconds; None outside of them."""
    quiet = preferences.quiet
    if quiet is None:
        return None
    zone = ZoneInfo(preferences.timezone)
    today = datetime.fromtimestamp(now, zone).date()
    for day in (today - timedelta(days=1), today):
        start, end = _hours(quiet, day, zone)
        if start <= now < end:
            return end
    return None


def next_digest(preferences: Preferences, now: float) -> int:
    """When the digest that takes what is told now is due, in Unix seconds."""
    zone = ZoneInfo(preferences.timezone)
    day = datetime.fromtimestamp(now, zone).date()
    while True:
        due = _instant(day, preferences.digest_hour * 60, zone)
        if due >= now + DIGEST_MARGIN_SECONDS:
            return due
        day += timedelta(days=1)


def _hours(quiet: Quiet, day: date, zone: ZoneInfo) -> tuple[int, int]:
    """The quiet hours that begin on a day."""
    last = day if quiet.end > quiet.start else day + timedelta(days=1)
    return _instant(day, quiet.start, zone), _instant(last, quiet.end, zone)


def _instant(day: date, minute: int, zone: ZoneInfo) -> int:
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return int(local.astimezone(UTC).timestamp())
