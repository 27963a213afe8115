"""An uploaded archive becomes an event. `accept_import` is called by routes/exchange.py, `run_import` by the content
stream when the upload has been kept.

Ids are derived from the import, so a run that was cut off writes the same items again. The event itself is written
last, in one transaction with its versions: until then nothing of the import can be seen.
"""

import zlib
from collections import Counter
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from chalicelib.content.domain.event import Event, EventFields
from chalicelib.content.domain.programme import FIELDS, STORED
from chalicelib.content.domain.slugs import slugify
from chalicelib.content.domain.views import written
from chalicelib.content.ports import EventStore
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.errors import (
    AlreadyExists,
    InvalidInput,
    MalformedRequest,
    NotFound,
    UnsupportedMedia,
    Violation,
)
from chalicelib.core.ids import derive_ulid, is_ulid, milliseconds_of
from chalicelib.core.kinds import Kind
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.exchange.domain.import_job import Import, ImportJob, ImportState, shorten_report
from chalicelib.exchange.open_event.reader import ImportedProgramme, ImportedResource, read_archive
from chalicelib.exchange.ports import ImportStore
from chalicelib.representations.json_text import encode, tagged
from chalicelib.representations.represent import Written

MAX_SENT, MAX_KEPT = 5_000_000, 380_000
"""Bytes of an import with its report, as it is sent and as it is stored."""
KEPT_SECONDS = 30 * 24 * 3600
_ZIP = ("application/zip", "application/x-zip-compressed")
_REFERENCES = {"track_id": Kind.TRACKS, "microlocation_id": Kind.MICROLOCATIONS, "speaker_ids": Kind.SPEAKERS}


class Progress(Protocol):
    """Tells whoever imports how far it has got (live/services/signal_orders.py)."""

    def signal_import(self, import_id: str, *, owner_id: str, state: str, done: int, total: int) -> None:
        """So many records of an import are written."""


class ImportEvent:
    def __init__(
        self, store: ImportStore, events: EventStore, clock: Clock, ids: Ids, progress: Callable[[], Progress]
    ) -> None:
        self._store = store
        self._events = events
        self._clock = clock
        self._ids = ids
        self._progress_of = progress

    def accept_import(self, archive: bytes, *, content_type: str, caller: Principal, new_id: str) -> None:
        """Keep an upload as the import of this id. Raises UnsupportedMedia."""
        if content_type.partition(";")[0].strip().lower() not in _ZIP:
            raise UnsupportedMedia("Send the archive with Content-Type: application/zip.")
        event_id = derive_ulid(milliseconds_of(new_id), new_id, "event")
        started = Import(id=new_id, state=ImportState.RUNNING, event_id=None, counts={}, total=0, report=[])
        job = _job(started, owner_id=caller.user_id, event_id=event_id)
        self._store.store_upload(job, archive, expires_at=int(self._clock.now()) + KEPT_SECONDS)

    def read_import(self, import_id: str, *, caller: Principal) -> ImportJob:
        """One of the caller's imports. Raises NotFound."""
        job = self._store.load_import(import_id) if is_ulid(import_id) else None
        if job is None or job.owner_id != caller.user_id:
            raise NotFound
        return job

    def on_changes(self, changes: list[Change]) -> None:
        """Run each import that just arrived."""
        for change in changes:
            if change.kind is ChangeKind.CREATED:
                self.run_import(change.owner)

    def run_import(self, import_id: str) -> None:
        """Make the event of a kept upload; safe to repeat. An archive that cannot be read ends the import."""
        job = self._store.load_import(import_id)
        if job is None or msgspec.json.decode(job.body, type=Import).state is not ImportState.RUNNING:
            return
        try:
            self._write(job, read_archive(self._store.load_archive(import_id)))
        except MalformedRequest as refusal:
            self._store_import(job, _failed(job, refusal.detail))
        except InvalidInput as refusal:
            self._store_import(job, _failed(job, " ".join(map(_sentence, refusal.violations))))

    def _write(self, job: ImportJob, programme: ImportedProgramme) -> None:
        now = moment(milliseconds_of(job.id) / 1000)
        ids = {
            (resource.kind, resource.source_id): derive_ulid(
                milliseconds_of(job.id) + number, job.id, resource.kind.value, resource.source_id
            )
            for number, resource in enumerate(programme.resources)
        }
        counts: Counter[str] = Counter()
        for kind in FIELDS:
            parts = [part for part in programme.resources if part.kind is kind]
            self._store.write_resources([_part(job.event_id, part, ids, now) for part in parts])
            counts[kind.value] += len(parts)
            self._report_progress(job, programme, counts, ImportState.RUNNING)
        self._create_event(job, programme.event)
        self._report_progress(job, programme, counts, ImportState.DONE)

    def _create_event(self, job: ImportJob, fields: dict[str, Any]) -> None:
        now = moment(milliseconds_of(job.id) / 1000)
        valid = msgspec.convert(fields, EventFields)
        suffix = job.event_id[-6:].lower()
        for slug in (slugify(valid.name, job.event_id.lower()), f"{slugify(valid.name, 'event')}-{suffix}"):
            values = {name: getattr(valid, name) for name in EventFields.__struct_fields__}
            event = Event(**{**values, "slug": slug}, id=job.event_id, created_at=now, updated_at=now)
            try:
                self._events.create_event(
                    written(job.event_id, Kind.EVENTS, event),
                    slug=slug,
                    owner_id=job.owner_id,
                    now=int(now.timestamp()),
                    tag=self._ids.new_id(),
                )
            except AlreadyExists as taken:
                if taken.code == "slug_taken":
                    continue
            return

    def _report_progress(
        self, job: ImportJob, programme: ImportedProgramme, counts: Counter[str], state: ImportState
    ) -> None:
        current = Import(
            id=job.id,
            state=state,
            event_id=job.event_id if state is ImportState.DONE else None,
            counts=dict(counts),
            total=len(programme.resources),
            report=programme.report if state is ImportState.DONE else [],
        )
        self._store_import(job, shorten_report(current, fits=_fits))

    def _store_import(self, job: ImportJob, current: Import) -> None:
        """Keep where it stands, then say so: at once, since the stream's record of it waits for the import to end."""
        self._store.replace_import(_job(current, owner_id=job.owner_id, event_id=job.event_id))
        self._progress_of().signal_import(
            job.id,
            owner_id=job.owner_id,
            state=current.state.value,
            done=sum(current.counts.values()),
            total=current.total,
        )


def _part(event_id: str, part: ImportedResource, ids: dict[tuple[Kind, str], str], now: Any) -> Written:
    """The resource for a record, with the references of its source turned into ours."""
    fields = dict(part.fields)
    for name, kind in _REFERENCES.items():
        target = fields.get(name)
        if isinstance(target, list):
            fields[name] = [ids[kind, source] for source in target]
        elif target is not None:
            fields[name] = ids[kind, target]
    valid = msgspec.convert(fields, FIELDS[part.kind])
    values = {name: getattr(valid, name) for name in FIELDS[part.kind].__struct_fields__}
    made: Any = STORED[part.kind](**values, id=ids[part.kind, part.source_id], created_at=now, updated_at=now)
    return written(event_id, part.kind, made)


def _fits(current: Import) -> bool:
    """Whether an import can be kept (an item of DynamoDB: 400 KB, and it is packed) and sent (Lambda: 6 MB)."""
    body = msgspec.json.encode(current)
    return len(body) <= MAX_SENT and len(zlib.compress(body)) <= MAX_KEPT


def _sentence(violation: Violation) -> str:
    """What is wrong with a file, or with a field of its only record, as a sentence."""
    file, _, field = violation.pointer.strip("/").partition("/")
    return f"The file {file}{f', field {field}' if field else ''}: {violation.detail}."


def _failed(job: ImportJob, detail: str) -> Import:
    return Import(id=job.id, state=ImportState.FAILED, event_id=None, counts={}, total=0, report=[], detail=detail)


def _job(current: Import, *, owner_id: str, event_id: str) -> ImportJob:
    return ImportJob(current.id, owner_id, event_id, *tagged(encode(current)))
