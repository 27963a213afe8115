"""Computes the end of quiet hours and the time of the next digest. Pure; zoneinfo knows daylight saving time.

A time of day that a clock change skips counts as the time to which the clock jumped (02:30 is 03:30). One that occurs
twice counts the first time. So every time of day occurs once per day (PEP 495, fold=0).

notifications/services/choose_channels.py decides which mails wait for the end of quiet hours.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib.notifications.domain.preferences import Preferences, Quiet

DIGEST_MARGIN_SECONDS = 120
"""A notification that comes later than this before a digest goes into the next one, so that it is certainly written."""


def quiet_until(preferences: Preferences, now: float) -> int | None:
    """Returns the end of the current quiet hours (Unix seconds); None outside of them."""
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
    """Returns when the digest is due that collects a notification of now (Unix seconds)."""
    zone = ZoneInfo(preferences.timezone)
    day = datetime.fromtimestamp(now, zone).date()
    while True:
        due = _instant(day, preferences.digest_hour * 60, zone)
        if due >= now + DIGEST_MARGIN_SECONDS:
            return due
        day += timedelta(days=1)


def _hours(quiet: Quiet, day: date, zone: ZoneInfo) -> tuple[int, int]:
    """Returns start and end of the quiet hours that begin on a day."""
    last = day if quiet.end > quiet.start else day + timedelta(days=1)
    return _instant(day, quiet.start, zone), _instant(last, quiet.end, zone)


def _instant(day: date, minute: int, zone: ZoneInfo) -> int:
    local = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone)
    return int(local.astimezone(UTC).timestamp())
