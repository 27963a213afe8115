"""Reads the Open Event archive: a zip of JSON files that describe a conference. Called by
exchange/services/import_event.py.

Pure: takes bytes; returns fields that our wire types accept, and a line of the report for each record. One bad record
does not spoil the others. A line says `mended` when something was lost or guessed; another spelling of the same value
(an offset, a country by name, a number as text) is not a mend. Knows no ids of ours: references are the archive's own
ids.
"""

from collections import Counter
from typing import Any, NamedTuple

import msgspec

from chalicelib.content.domain.event import EventFields
from chalicelib.content.domain.programme import FIELDS
from chalicelib.core.errors import InvalidInput, Violation
from chalicelib.core.kinds import Kind
from chalicelib.core.names import is_name
from chalicelib.exchange.domain.import_job import ReportLine
from chalicelib.exchange.open_event.archive import MAX_RECORDS, json_type, open_archive
from chalicelib.exchange.open_event.links import SessionLinks
from chalicelib.exchange.open_event.mapping import (
    MAPPINGS,
    WITHOUT_MEANING,
    Interval,
    map_event,
    map_session,
    zone_of,
)
from chalicelib.exchange.open_event.record import MAX_NAMED, Record, listed, shortened
from chalicelib.exchange.open_event.references import (
    Known,
    Reference,
    References,
    SessionIdentity,
    folded,
    several_sessions,
)
from chalicelib.exchange.open_event.text import read_line, shown
from chalicelib.exchange.open_event.values import read_id

ORDER = (Kind.TRACKS, Kind.MICROLOCATIONS, Kind.SPEAKERS, Kind.SPONSORS, Kind.SESSIONS)
"""Kinds that are referred to come before kinds that refer to them."""
_UNREFERRED: dict[str, object] = {"track_id": None, "microlocation_id": None, "speaker_ids": []}


class ImportedResource(NamedTuple):
    """A record as fields of ours; track_id, microlocation_id and speaker_ids are ids of the archive."""

    kind: Kind
    source_id: str
    fields: dict[str, Any]


class ImportedProgramme(NamedTuple):
    """A whole archive: the event's fields (a draft without a slug), its resources in ORDER, and the report's lines."""

    event: dict[str, Any]
    resources: list[ImportedResource]
    report: list[ReportLine]


def read_archive(archive: bytes) -> ImportedProgramme:
    """Returns the programme in an Open Event archive.

    Raises MalformedRequest (BodyTooLarge for sizes) for bytes that are not a readable archive of JSON files, and
    InvalidInput for an archive without a usable event or with a file of the wrong type.
    """
    contents = open_archive(archive)
    event = Record(contents.event)
    if contents.others:
        event.mend(f"files that are not read: {listed(contents.others, shown=shortened)}")
    reading = _Reading(event, several_sessions(contents.lists[Kind.SESSIONS.value]))
    for kind in ORDER:
        for position, value in enumerate(contents.lists[kind.value], start=1):
            reading.take(kind, value, f"#{position}")
    reading.note_lists()
    fields = reading.event_fields()
    lines = [_taken(Kind.EVENTS, read_id(event.value("id")) or "", event.mends)]
    resources = [resource for kind in ORDER for resource in reading.taken[kind].values()]
    return ImportedProgramme(fields, resources, lines + [line for kind in ORDER for line in reading.lines(kind)])


class _Read(NamedTuple):
    """A record that was read; `problem` says why it is refused, empty when it is taken."""

    source_id: str
    record: Record
    problem: str


class _Reading:
    """One pass over the records of an archive, and what it has found so far."""

    def __init__(self, event: Record, several: frozenset[str]) -> None:
        self.event = event
        self._several = several
        self.zone = zone_of(event)
        self.taken: dict[Kind, dict[str, ImportedResource]] = {kind: {} for kind in ORDER}
        self._read: dict[Kind, list[_Read]] = {kind: [] for kind in ORDER}
        self._known = {kind: References(kind) for kind in ORDER}
        self._links = SessionLinks(self._known, self._adopt)
        self._deleted: set[tuple[Kind, str, str]] = set()
        self._copies: set[tuple[Kind, str, str]] = set()
        self._same_id: Counter[tuple[Kind, str]] = Counter()

    def take(self, kind: Kind, value: object, fallback_id: str, *, note: str = "") -> Known | None:
        """Takes one record or refuses it, with a line of the report. Returns None if it was refused."""
        record = Record(value if isinstance(value, dict) else {})
        source_id = read_id(record.value("id")) or fallback_id
        if note:
            record.mend(note)
        elif source_id == fallback_id:
            record.mend(f"had no id; it is {fallback_id} in this report")
        problem = self._problem(kind, value, record, source_id)
        fields = {} if problem else self._fields(kind, record, source_id)
        problem = problem or _flaw(kind, fields)
        self._read[kind].append(_Read(source_id, record, problem))
        if problem:
            return None
        key = self._free_key(kind, source_id, record)
        known = Known(key, source_id, fields["title" if "title" in fields else "name"], record)
        self._known[kind].add(known)
        self._copies.add((kind, source_id, record.spelled_out()))
        self.taken[kind][known.key] = ImportedResource(kind, known.key, fields)
        return known

    def lines(self, kind: Kind) -> list[ReportLine]:
        """Returns the report on the records of a kind, once all records are read."""
        return [
            _refused(kind, source_id, problem) if problem else _taken(kind, source_id, record.mends)
            for source_id, record, problem in self._read[kind]
        ]

    def note_lists(self) -> None:
        """Notes which sessions a speaker or a track lists that are not in the archive."""
        present = {read.source_id for read in self._read[Kind.SESSIONS]}
        for kind in (Kind.SPEAKERS, Kind.TRACKS):
            for known, missing in self._known[kind].missing(present):
                known.record.mend(f"lists sessions that are not in the archive: {listed(missing)}")

    def event_fields(self) -> dict[str, Any]:
        """Returns the event's fields, once all sessions are read. Raises InvalidInput when they make no event."""
        if not _name(self.event, "name"):
            raise InvalidInput([Violation("/event/name", "must be a text that can be read")])
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
        self.event.pass_over(WITHOUT_MEANING[Kind.EVENTS])
        self.event.note_what_is_left()
        return fields

    def _problem(self, kind: Kind, value: object, record: Record, source_id: str) -> str:
        """Returns why a record cannot be taken, or an empty text."""
        if not isinstance(value, dict):
            return f"must be a JSON object and is {json_type(value)}"
        names = ("title", "name") if kind is Kind.SESSIONS else ("name",)
        name = _name(record, *names)
        if record.value("deleted_at"):
            self._deleted.add((kind, source_id, folded(name)))
            return "deleted at source"
        if (kind, source_id, record.spelled_out()) in self._copies:
            return "is a copy of an earlier record, which is taken"
        if name:
            return ""
        given = record.value(*names)
        what = (
            "is absent or has no letter or digit"
            if given is None or isinstance(given, str)
            else f"is {json_type(given)}"
        )
        return f"has no usable {names[0]}: it must be a text that can be read, and {what}"

    def _free_key(self, kind: Kind, source_id: str, record: Record) -> str:
        """Returns the source id, or one derived from it that no other record has."""
        if same := self._known[kind].named(source_id):
            record.mend(f"has the id of an earlier record, {shown(same[0].name)}; both are kept")
        while True:
            self._same_id[kind, source_id] += 1
            number = self._same_id[kind, source_id]
            key = source_id if number == 1 else f"{source_id}#{number}"
            if key not in self.taken[kind]:
                return key

    def _fields(self, kind: Kind, record: Record, source_id: str) -> dict[str, Any]:
        if kind is Kind.SESSIONS:
            title = _name(record, "title", "name") or ""
            session = SessionIdentity(source_id, title, is_alone=source_id not in self._several)
            fields = map_session(record, self.zone) | self._links.of(record, session)
        else:
            fields = MAPPINGS[kind](record)
            lists_sessions = kind in (Kind.SPEAKERS, Kind.TRACKS) and isinstance(record.content().get("sessions"), list)
            record.pass_over(("sessions",) if lists_sessions else ())
        record.pass_over(WITHOUT_MEANING[kind])
        record.note_what_is_left()
        return fields

    def _adopt(self, kind: Kind, reference: Reference, session: SessionIdentity) -> Known | None:
        """Takes a record that only a session holds."""
        source_id = reference.source_id or f"name:{reference.name}"
        full = len(self.taken[kind]) >= MAX_RECORDS
        if full or not reference.name or (kind, source_id, folded(reference.name)) in self._deleted:
            return None
        return self.take(kind, reference.value, source_id, note=f"only listed with session {session.source_id}")

    def _interval(self) -> Interval | None:
        """Returns the start of the first session and the end of the last; None without times."""
        times = [resource.fields for resource in self.taken[Kind.SESSIONS].values() if resource.fields["starts_at"]]
        if not times:
            return None
        return min(fields["starts_at"] for fields in times), max(fields["ends_at"] for fields in times)


def _refused(kind: Kind, source_id: str, problem: str) -> ReportLine:
    return ReportLine(kind=kind.value, source_id=source_id, outcome="refused", reason=problem)


def _taken(kind: Kind, source_id: str, mends: list[str]) -> ReportLine:
    more = [f"and {len(mends) - MAX_NAMED} more"] if len(mends) > MAX_NAMED else []
    outcome, reason = "mended" if mends else "taken", "; ".join(mends[:MAX_NAMED] + more)
    return ReportLine(kind=kind.value, source_id=source_id, outcome=outcome, reason=reason)


def _flaw(kind: Kind, fields: dict[str, Any]) -> str:
    """Returns what our wire type rejects of the fields, as a last check after the mapping. References are left out:
    they are not ids of ours yet.
    """
    try:
        made = msgspec.convert(fields | _UNREFERRED if kind is Kind.SESSIONS else fields, type=FIELDS[kind])
    except msgspec.ValidationError as problem:
        return str(problem)
    return "; ".join(violation.detail for violation in made.violations())


def _name(record: Record, *names: str) -> str | None:
    """Returns a name that people can read; None for a number or a list."""
    value = record.value(*names)
    name = read_line(value, 200)[0] if isinstance(value, str) else None
    return name if name and is_name(name) else None
