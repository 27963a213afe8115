"""Loads an event as staff see it. Called by services that need some of its fields."""

from chalicelib.content.domain.event import Event
from chalicelib.content.domain.views import revive
from chalicelib.content.ports import Programme
from chalicelib.core.errors import NotFound
from chalicelib.core.kinds import Kind


def load_event(programme: Programme, event_id: str) -> Event:
    """Returns the event, read strongly consistently. Raises NotFound."""
    stored = programme.load(event_id, Kind.EVENTS, event_id)
    if stored is None:
        raise NotFound
    event: Event = revive(Kind.EVENTS, stored.body)
    return event
