"""Wire structs of events that are not domain objects."""

from msgspec import Struct


class Versions(Struct, frozen=True, kw_only=True):
    """The counters of an event's lists. A counter rises by one with every change of its list."""

    event_id: str
    event_ver: int
    microlocations_ver: int
    session_ver: int
    speakers_ver: int
    sponsors_ver: int
    tracks_ver: int
