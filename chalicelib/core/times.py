"""Moments in time. Pure."""

from datetime import UTC, datetime, timedelta


def moment(unix_seconds: float) -> datetime:
    """A UTC time in whole milliseconds."""
    return datetime.fromtimestamp(int(unix_seconds * 1000) / 1000, UTC)


def ago(seconds: int) -> str:
    """An age in words, e.g. `3 minutes ago`; `now` for what is younger than a second or, by another clock, to come."""
    import humanize

    return humanize.naturaltime(timedelta(seconds=max(0, seconds)))


def rfc3339(unix_seconds: int) -> str:
    """A time for clients, e.g. 2026-11-22T20:30:00Z."""
    return moment(unix_seconds).isoformat().replace("+00:00", "Z")
