"""Time zones that an event, a call for papers or a user may have. Pure."""

from zoneinfo import available_timezones

STRANGE = frozenset({"localtime", "Factory"})
"""Zones that some systems have in their database but browsers do not know: the machine's own zone, and no zone."""


def is_zone(name: str) -> bool:
    """Whether the name is an IANA time zone that browsers know too."""
    return name in available_timezones() and name not in STRANGE
