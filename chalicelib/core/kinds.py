"""The kinds of content an event is made of, and the lists they form. The one home of their names.

Light on purpose: the read path imports this and nothing heavier.
"""

from enum import StrEnum


class View(StrEnum):
    """Who a representation is for: everybody, or the event's staff."""

    PUBLIC = "public"
    ALL = "all"


class Kind(StrEnum):
    """A kind of content resource; the value is its path segment and list name."""

    EVENTS = "events"
    MICROLOCATIONS = "microlocations"
    SESSIONS = "sessions"
    SPEAKERS = "speakers"
    SPONSORS = "sponsors"
    TRACKS = "tracks"

    @property
    def counter(self) -> str:
        """Name of this list's counter in the versions representation (API contract: two are singular)."""
        return {Kind.EVENTS: "event_ver", Kind.SESSIONS: "session_ver"}.get(self, f"{self.value}_ver")


class CodeKind(StrEnum):
    """What a code that buyers type is for; the value is its path segment."""

    ACCESS = "access-codes"
    DISCOUNT = "discounts"


LISTS = (Kind.MICROLOCATIONS, Kind.SESSIONS, Kind.SPEAKERS, Kind.SPONSORS, Kind.TRACKS)
COUNTERS = tuple(sorted(kind.counter for kind in Kind))

REVISION = 3
"""Revision of the JSON shapes. Raise it whenever a representation changes its shape: stored bytes of another
revision are then made again instead of being served."""
