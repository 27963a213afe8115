"""Moments in time. Pure."""

from datetime import UTC, datetime


def moment(unix_seconds: float) -> datetime:
    """A UTC time in whole milliseconds."""
    return datetime.fromtimestamp(int(unix_seconds * 1000) / 1000, UTC)
