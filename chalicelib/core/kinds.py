"""The kinds of content that an event has, and the lists they form. The one home of their names.

Light: the read path imports this module.
"""

from enum import StrEnum


class View(StrEnum):
    """Who a representation is for: the public, or the event's staff."""

    PUBLIC = "public"
    ALL = "all"


class Kind(StrEnum):
    """A kind of content resource; the value is its path segment and the name of its list."""

    EVENTS = "events"
    MICROLOCATIONS = "microlocations"
    SESSIONS = "sessions"
    SPEAKERS = "speakers"
    SPONSORS = "sponsors"
    TRACKS = "tracks"

    @property
    def counter(self) -> str:
        """The name of this list's counter in the versions representation. Two are singular (API contract)."""
        return {Kind.EVENTS: "event_ver", Kind.SESSIONS: "session_ver"}.get(self, f"{self.value}_ver")


class CodeKind(StrEnum):
    """What a code that buyers enter is for; the value is its path segment."""

    ACCESS = "access-codes"
    DISCOUNT = "discounts"


LISTS = (Kind.MICROLOCATIONS, Kind.SESSIONS, Kind.SPEAKERS, Kind.SPONSORS, Kind.TRACKS)
COUNTERS = tuple(sorted(kind.counter for kind in Kind))

REVISION = 4
"""Revision of the JSON shapes. Raise it when a representation changes its shape: stored bytes of another revision are
then rebuilt instead of served.
"""
