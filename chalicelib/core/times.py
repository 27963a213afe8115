"""Converts Unix seconds to dates and texts. Pure."""

from datetime import UTC, datetime, timedelta


def moment(unix_seconds: float) -> datetime:
    """Returns a UTC time in whole milliseconds."""
    return datetime.fromtimestamp(int(unix_seconds * 1000) / 1000, UTC)


def ago(seconds: int) -> str:
    """Returns an age in words, e.g. `3 minutes ago`. Returns `now` for less than a second, also when clocks differ and
    the age is negative.
    """
    import humanize

    return humanize.naturaltime(timedelta(seconds=max(0, seconds)))


def rfc3339(unix_seconds: int) -> str:
    """Returns a time for clients, e.g. 2026-11-22T20:30:00Z."""
    return moment(unix_seconds).isoformat().replace("+00:00", "Z")
