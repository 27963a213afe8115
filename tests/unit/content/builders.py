"""Stored parts of an event, and the port `ProgrammeStore` in memory."""

from collections.abc import Sequence
from typing import Any

from chalicelib.content.domain.event import Event
from chalicelib.content.domain.programme import Session, Speaker, Sponsor, Track
from chalicelib.content.domain.views import revive, written
from chalicelib.core.kinds import REVISION, Kind
from chalicelib.representations.represent import Written
from chalicelib.representations.stored import StoredItem
from tests.unit.website.builders import ident

EVENT = ident(1)
_KINDS = {
    Event: Kind.EVENTS,
    Session: Kind.SESSIONS,
    Speaker: Kind.SPEAKERS,
    Sponsor: Kind.SPONSORS,
    Track: Kind.TRACKS,
}


def stored(part: Any) -> StoredItem:
    """A part as it is stored."""
    made = written(EVENT, _KINDS.get(type(part), Kind.MICROLOCATIONS), part)
    return StoredItem(*made.representation, REVISION)


def resource(change: Written) -> Any:
    """What a write writes."""
    return revive(change.kind, change.representation.body)


class FakeProgramme:
    """Port `ProgrammeStore` with these parts. The next writes fail as planned; the others are kept in `writes`."""

    def __init__(self, *parts: Any, failures: Sequence[Exception] = ()) -> None:
        self.parts = {(_KINDS.get(type(one), Kind.MICROLOCATIONS), one.id): stored(one) for one in parts}
        self.failures = list(failures)
        self.writes: list[tuple[Any, dict[str, Any]]] = []
        self.loads = 0

    def load(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        self.loads += 1
        return self.parts.get((kind, resource_id))

    def load_all(self, event_id: str, kind: Kind) -> list[StoredItem]:
        return [item for (other, _), item in self.parts.items() if other is kind]

    def sessions_tag(self, event_id: str) -> str:
        return "sessions tag"

    def write(self, what: Any, **terms: Any) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.writes.append((what, terms))

    create = replace = delete = create_event = replace_event = delete_event = write
