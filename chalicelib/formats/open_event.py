"""Reads the Open Event archive: a zip of JSON files that describe a conference. Called by services/importing.

Pure: bytes in; fields that our wire types take and a report line per record out. One bad record never spoils the
rest. A line says `mended` when something was lost or guessed; another spelling of the same value (an offset, a
country by name, a number as text) is no mend. Knows nothing of ids of ours: references are the archive's own ids.
"""

from typing import Any, Literal, NamedTuple

import msgspec

from chalicelib.domain.errors import InvalidInput, Violation
from chalicelib.domain.event import EventFields
from chalicelib.domain.kinds import Kind
from chalicelib.domain.programme import FIELDS
from chalicelib.formats.open_event_archive import MAX_RECORDS, open_archive
from chalicelib.formats.open_event_mapping import MAPPINGS, Interval, map_event, map_session, zone_of
from chalicelib.formats.open_event_record import Record, is_blank
from chalicelib.formats.open_event_text import read_line, shown
from chalicelib.formats.open_event_values import read_id

ORDER = (Kind.TRACKS, Kind.MICROLOCATIONS, Kind.SPEAKERS, Kind.SPONSORS, Kind.SESSIONS)
"""What is referred to comes before what refers."""
MAX_SPEAKERS = 50
"""Of one session."""
_UNREFERRED: dict[str, object] = {"track_id": None, "microlocation_id": None, "speaker_ids": []}


class Line(NamedTuple):
    """What became of one record. `reason` is empty for a record taken as it was."""

    kind: str
    source_id: str
    outcome: Literal["taken", "mended", "refused"]
    reason: str


class Resource(NamedTuple):
    """A record as fields of ours; track_id, microlocation_id and speaker_ids are ids of the archive."""

    kind: Kind
    source_id: str
    fields: dict[str, Any]


class Programme(NamedTuple):
    """A whole archive: the event's fields (a draft without a slug), its resources in ORDER, a line per record."""

    event: dict[str, Any]
    resources: list[Resource]
    report: list[Line]


def read_archive(archive: bytes) -> Programme:
    """The programme in an Open Event archive.

    Raises MalformedRequest (BodyTooLarge for sizes) for bytes that are no readable archive of JSON files, and
    InvalidInput for an archive without a usable event or with a file of the wrong type.
    """
    contents = open_archive(archive)
    event = Record(contents.event)
    reading = _Reading(event)
    for kind in ORDER:
        for position, value in enumerate(contents.lists[kind.value], start=1):
            reading.take(kind, value, f"#{position}")
    fields = reading.event_fields()
    lines = [_line(Kind.EVENTS, read_id(event.value("id")) or "", event.mends)]
    resources = [resource for kind in ORDER for resource in reading.taken[kind].values()]
    return Programme(fields, resources, lines + [line for kind in ORDER for line in reading.lines[kind]])


class _Reading:
    """One pass over the records of an archive, and what it has found so far."""

    def __init__(self, event: Record) -> None:
        self.event = event
        self.zone = zone_of(event)
        self.taken: dict[Kind, dict[str, Resource]] = {kind: {} for kind in ORDER}
        self.lines: dict[Kind, list[Line]] = {kind: [] for kind in ORDER}
        self._names: dict[Kind, dict[str, str]] = {kind: {} for kind in ORDER}
        self._deleted: set[str] = set()
        self._session_types: set[str] = set()

    def take(self, kind: Kind, value: object, fallback_id: str, *, note: str = "") -> str | None:
        """Take one record or refuse it, with a report line. The source id if it was taken."""
        record = Record(value if isinstance(value, dict) else {})
        source_id = read_id(record.value("id")) or fallback_id
        if note:
            record.mend(note)
        elif source_id == fallback_id:
            record.mend(f"had no id; it is {fallback_id} in this report")
        problem = self._problem(kind, value, record, source_id)
        fields = {} if problem else self._fields(kind, record, source_id)
        problem = problem or _flaw(kind, fields)
        if problem:
            self.lines[kind].append(Line(kind.value, source_id, "refused", problem))
            return None
        self.taken[kind][source_id] = Resource(kind, source_id, fields)
        if "name" in fields:
            self._names[kind].setdefault(fields["name"].casefold(), source_id)
        self.lines[kind].append(_line(kind, source_id, record.mends))
        return source_id

    def event_fields(self) -> dict[str, Any]:
        """The event's fields, once all sessions are read. Raises InvalidInput when they do not make an event."""
        if self._session_types:
            self.event.mend(f"session types are not kept: {', '.join(sorted(self._session_types)[:10])}")
        if not _name(self.event, "name"):
            raise InvalidInput([Violation("/event/name", "must be a text that is not empty")])
        fields = map_event(self.event, zone=self.zone, sessions=self._interval())
        absent = [name for name in ("starts_at", "ends_at") if fields[name] is None]
        if absent:
            raise InvalidInput([Violation(f"/event/{name}", "is absent, and no session says") for name in absent])
        try:
            violations = msgspec.convert(fields, type=EventFields).violations()
        except msgspec.ValidationError as problem:
            violations = [Violation("/event", str(problem))]
        if violations:
            raise InvalidInput([Violation("/event" + pointer, detail) for pointer, detail in violations])
        return fields

    def _problem(self, kind: Kind, value: object, record: Record, source_id: str) -> str:
        """Why a record cannot be taken, or an empty text."""
        if not isinstance(value, dict):
            return "is not a JSON object"
        if record.value("deleted_at"):
            self._deleted.add(f"{kind}/{source_id}")
            return "deleted at source"
        if source_id in self.taken[kind]:
            return "has the id of an earlier record"
        names = ("title", "name") if kind is Kind.SESSIONS else ("name",)
        return "" if _name(record, *names) else f"has no usable {names[0]}"

    def _fields(self, kind: Kind, record: Record, source_id: str) -> dict[str, Any]:
        if kind is not Kind.SESSIONS:
            return MAPPINGS[kind](record)
        if session_type := read_line(_named(record.value("session_type")), 100)[0]:
            self._session_types.add(session_type)
        return map_session(record, self.zone) | {
            "track_id": self._reference(record, Kind.TRACKS, "track", "track_id"),
            "microlocation_id": self._reference(record, Kind.MICROLOCATIONS, "microlocation", "microlocation_id"),
            "speaker_ids": self._speakers(record, source_id),
        }

    def _reference(self, record: Record, kind: Kind, *names: str) -> str | None:
        """The source id of the one thing that a session points at; a mend when it is not in the archive."""
        value = record.value(*names)
        if value is None:
            return None
        found = self._find(kind, value)
        if found is None:
            record.mend(f"{names[0]} {_shown(value)} is not in the archive and is left out")
        return found

    def _speakers(self, record: Record, session_id: str) -> list[str]:
        """The source ids of a session's speakers, each once."""
        value = record.value("speakers", "speaker_ids")
        given = [one for one in (value if isinstance(value, list) else [value]) if not is_blank(one)]
        resolved = [(self._find(Kind.SPEAKERS, one) or self._adopt(one, session_id), one) for one in given]
        if unknown := [_shown(one) for source_id, one in resolved if source_id is None]:
            more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
            record.mend(f"speaker {', '.join(unknown[:5])}{more} is not in the archive and is left out")
        found = list(dict.fromkeys(source_id for source_id, _ in resolved if source_id))
        if len(found) > MAX_SPEAKERS:
            record.mend(f"had {len(found)} speakers; the first {MAX_SPEAKERS} are kept")
        return found[:MAX_SPEAKERS]

    def _find(self, kind: Kind, value: object) -> str | None:
        """The source id that a reference means: by id, or by name where it has no id."""
        source_id = read_id(Record(value).value("id") if isinstance(value, dict) else value)
        if source_id:
            return source_id if source_id in self.taken[kind] else None
        name = read_line(_named(value), 200)[0]
        return self._names[kind].get(name.casefold()) if name else None

    def _adopt(self, value: object, session_id: str) -> str | None:
        """Take a speaker who is only written down inside a session."""
        record = Record(value) if isinstance(value, dict) else Record({})
        name = _name(record, "name")
        source_id = read_id(record.value("id")) or f"name:{name}"
        full = len(self.taken[Kind.SPEAKERS]) >= MAX_RECORDS
        if full or not name or f"{Kind.SPEAKERS}/{source_id}" in self._deleted:
            return None
        return self.take(Kind.SPEAKERS, value, source_id, note=f"only listed with session {session_id}")

    def _interval(self) -> Interval | None:
        """From the start of the first session to the end of the last."""
        times = [resource.fields for resource in self.taken[Kind.SESSIONS].values() if resource.fields["starts_at"]]
        if not times:
            return None
        return min(fields["starts_at"] for fields in times), max(fields["ends_at"] for fields in times)


def _line(kind: Kind, source_id: str, mends: list[str]) -> Line:
    return Line(kind.value, source_id, "mended" if mends else "taken", "; ".join(mends))


def _flaw(kind: Kind, fields: dict[str, Any]) -> str:
    """What our wire type says against the fields; the net below the mapping. References are not ids of ours yet."""
    try:
        made = msgspec.convert(fields | _UNREFERRED if kind is Kind.SESSIONS else fields, type=FIELDS[kind])
    except msgspec.ValidationError as problem:
        return str(problem)
    return "; ".join(violation.detail for violation in made.violations())


def _name(record: Record, *names: str) -> str | None:
    """A name that people can read; a number or a list is none."""
    value = record.value(*names)
    return read_line(value, 200)[0] if isinstance(value, str) else None


def _named(value: object) -> object:
    """The name of an embedded object."""
    return Record(value).value("name") if isinstance(value, dict) else None


def _shown(value: object) -> str:
    """A reference for a sentence of the report: its id, else its name."""
    return shown(Record(value).value("id", "name") if isinstance(value, dict) else value)
