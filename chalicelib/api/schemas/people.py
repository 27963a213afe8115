"""Wire structs of people that are not domain objects."""

from msgspec import Struct


class HeldRole(Struct, frozen=True, kw_only=True):
    """A role of the caller in an event."""

    event_id: str
    role: str
