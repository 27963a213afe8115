"""Time zones that an event, a call or a person may have. Pure."""

from zoneinfo import available_timezones

STRANGE = frozenset({"localtime", "Factory"})
"""In the database of some systems, known to no browser: the zone of a machine, and none at all."""


def is_zone(name: str) -> bool:
    """Whether it is an IANA time zone that everybody knows."""
    return name in available_timezones() and name not in STRANGE
