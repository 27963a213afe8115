"""Stored parts of an event, and the port `ProgrammeStore` in memory, which records what is written."""

from collections.abc import Sequence
from typing import Any

from chalicelib.content.domain.event import Event
from chalicelib.content.domain.programme import Session, Speaker, Sponsor, Track
from chalicelib.content.domain.views import revive
from chalicelib.core.kinds import Kind
from chalicelib.representations.represent import Written
from chalicelib.representations.stored import StoredItem
from tests.unit.content.fake_programme import FakeProgramme, stored_item
from tests.unit.website.builders import ident

EVENT = ident(1)
_KINDS = {
    Event: Kind.EVENTS,
    Session: Kind.SESSIONS,
    Speaker: Kind.SPEAKERS,
    Sponsor: Kind.SPONSORS,
    Track: Kind.TRACKS,
}


def kind_of(part: Any) -> Kind:
    """The kind of a part; a room is what is none of the others."""
    return _KINDS.get(type(part), Kind.MICROLOCATIONS)


def stored(part: Any) -> StoredItem:
    """A part as it is stored."""
    return stored_item(kind_of(part), part)


def resource(change: Written) -> Any:
    """What a write writes."""
    return revive(change.kind, change.representation.body)


class RecordedProgramme(FakeProgramme):
    """Port `ProgrammeStore` with these parts. The next writes fail as planned; the others are kept in `writes`."""

    def __init__(self, *parts: Any, failures: Sequence[Exception] = ()) -> None:
        super().__init__()
        for part in parts:
            self.kept.setdefault(kind_of(part), {})[part.id] = part
        self.failures = list(failures)
        self.writes: list[tuple[Any, dict[str, Any]]] = []
        self.loads = 0

    def load(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        self.loads += 1
        return super().load(event_id, kind, resource_id)

    def sessions_tag(self, event_id: str) -> str:
        return "sessions tag"

    def write(self, what: Any, **terms: Any) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.writes.append((what, terms))

    create = replace = delete = create_event = replace_event = delete_event = write
