"""An upload becomes an event: what is kept, written and told in which order, and how an import ends."""

import json
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from chalicelib.content.domain.views import revive
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.errors import AlreadyExists, NotFound, UnsupportedMedia
from chalicelib.core.ids import derive_ulid, make_ulid, milliseconds_of
from chalicelib.core.kinds import Kind
from chalicelib.core.principal import Principal
from chalicelib.exchange.domain.import_job import Import, ImportJob, ImportState
from chalicelib.exchange.services.import_event import KEPT_SECONDS, ImportEvent
from chalicelib.representations.represent import Written, represent
from tests.unit.exchange.open_event_samples import Files, event, zipped
from tests.unit.orders.builders import MOMENT, clock_at

ID = make_ulid(int(MOMENT.timestamp() * 1000), b"0123456789")
EVENT_ID = derive_ulid(milliseconds_of(ID), ID, "event")
SUFFIX = EVENT_ID[-6:].lower()
ADA = Principal("ada", "f")
FILES: Files = {
    "event": event(),
    "tracks": [{"id": 7, "name": "Web"}],
    "speakers": [{"id": 8, "name": "Bo"}],
    "sessions": [{"id": 9, "title": "Talk", "track": {"id": 7}, "speakers": [{"id": 8}]}],
}
TAKEN, THERE = AlreadyExists("taken", code="slug_taken"), AlreadyExists("there")


def job(state: ImportState = ImportState.RUNNING, **changes: Any) -> ImportJob:
    shown = Import(id=ID, state=state, event_id=None, counts={}, total=0, report=[])
    return ImportJob(ID, "ada", EVENT_ID, *represent(shown))._replace(**changes)


class World:
    """Every port of the service: this import of this archive. `done` is what was done, in order."""

    def __init__(self, files: Files | bytes, *failures: Exception, kept: ImportJob | None = None) -> None:
        self.bytes = files if isinstance(files, bytes) else zipped(files)
        self.kept, self.failures = kept, list(failures)
        self.done: list[Any] = []
        ids: Any = SimpleNamespace(new_id=lambda: "tag")
        world: Any = self
        self.service = ImportEvent(world, world, clock_at(MOMENT.timestamp() + 0.5), ids, lambda: world)

    def store_upload(self, job: ImportJob, archive: bytes, *, expires_at: int) -> bool:
        self.done.append(("upload", job, archive, expires_at))
        return True

    def load_import(self, import_id: str) -> ImportJob | None:
        return self.kept

    def load_archive(self, import_id: str) -> bytes:
        return self.bytes

    def replace_import(self, job: ImportJob) -> None:
        self.done.append(("keep", msgspec.json.decode(job.body, type=Import)))

    def write_resources(self, resources: list[Written]) -> None:
        self.done.append(("write", [(one.kind, revive(one.kind, one.representation.body)) for one in resources]))

    def create_event(self, event: Written, **terms: Any) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.done.append(("create", revive(event.kind, event.representation.body), terms))

    def signal_import(self, import_id: str, *, owner_id: str, **told: Any) -> None:
        self.done.append(("signal", owner_id, told["state"], told["done"], told["total"]))

    def of(self, what: str) -> list[Any]:
        return [one for one in self.done if one[0] == what]


def ran(files: Files | bytes = FILES, *failures: Exception) -> World:
    world = World(files, *failures, kept=job())
    world.service.run_import(ID)
    return world


@pytest.mark.parametrize("content_type", ["application/zip", " Application/X-Zip-Compressed ; a=b"])
def test_accept_a_zip_keeps_it_as_a_running_import_of_its_sender(content_type: str) -> None:
    world = World(b"")
    world.service.accept_import(b"bytes", content_type=content_type, caller=ADA, new_id=ID)
    ((_, kept, archive, expires_at),) = world.done
    assert (kept.id, kept.owner_id, kept.event_id) == (ID, "ada", EVENT_ID)
    assert (json.loads(kept.body)["state"], archive) == ("running", b"bytes")
    assert expires_at == int(MOMENT.timestamp()) + KEPT_SECONDS


@pytest.mark.parametrize("content_type", ["application/json", "", "multipart/form-data; boundary=application/zip"])
def test_accept_what_is_no_zip_is_refused(content_type: str) -> None:
    world = World(b"")
    with pytest.raises(UnsupportedMedia):
        world.service.accept_import(b"bytes", content_type=content_type, caller=ADA, new_id=ID)
    assert world.done == []


def test_read_is_for_the_owner_alone() -> None:
    assert World(b"", kept=job()).service.read_import(ID, caller=ADA) == job()
    for kept, id in ((job(owner_id="bob"), ID), (None, ID), (job(), "no id")):
        with pytest.raises(NotFound):
            World(b"", kept=kept).service.read_import(id, caller=ADA)


def test_run_writes_parts_then_the_event_and_tells_after_each_kind() -> None:
    world = ran()
    assert [one[0] for one in world.done] == ["write", "keep", "signal"] * 5 + ["create", "keep", "signal"]
    assert [one[1:] for one in world.of("signal")][-1] == ("ada", "done", 3, 3)
    assert {one[2] for one in world.of("signal")[:-1]} == {"running"}
    last = world.of("keep")[-1][1]
    assert (last.state, last.event_id, last.counts["tracks"], last.total) == (ImportState.DONE, EVENT_ID, 1, 3)
    assert {one[1].event_id for one in world.of("keep")[:-1]} == {None}


def test_run_turns_references_of_the_source_into_ours() -> None:
    parts = {kind: part for _, written in ran().of("write") for kind, part in written}
    talk = parts[Kind.SESSIONS]
    assert (talk.track_id, talk.speaker_ids) == (parts[Kind.TRACKS].id, [parts[Kind.SPEAKERS].id])
    assert talk.created_at == MOMENT


def test_run_again_writes_the_same_items() -> None:
    assert ran().of("write") == ran().of("write")
    assert ran().of("create") == ran().of("create")


def test_run_makes_the_event_of_its_owner_under_a_slug_of_its_name() -> None:
    ((_, made, terms),) = ran().of("create")
    assert (made.id, made.name, made.slug) == (EVENT_ID, "Tiny", "tiny")
    assert terms == {"slug": "tiny", "owner_id": "ada", "now": int(MOMENT.timestamp()), "tag": "tag"}


def test_run_with_a_slug_that_is_taken_adds_the_end_of_the_event_s_id() -> None:
    world = ran(FILES, TAKEN)
    ((_, made, terms),) = world.of("create")
    assert (made.slug, terms["slug"]) == (f"tiny-{SUFFIX}", f"tiny-{SUFFIX}")


def test_run_that_was_cut_off_behind_the_event_ends_without_another() -> None:
    world = ran(FILES, THERE)
    assert (world.of("create"), world.of("keep")[-1][1].state) == ([], ImportState.DONE)


@pytest.mark.parametrize(
    ("archive", "detail"),
    [
        (b"", "The archive is not a zip file, or it is damaged."),
        (
            zipped({"tracks": []}),
            "The file event: is missing: the archive has no file event or event.json, but tracks.json.",
        ),
    ],
    ids=["no archive", "no event"],
)
def test_run_of_what_cannot_be_read_fails_and_says_why(archive: bytes, detail: str) -> None:
    world = ran(archive)
    ((_, kept),) = world.of("keep")
    assert (kept.state, kept.event_id, kept.detail) == (ImportState.FAILED, None, detail)
    assert world.of("signal") == [("signal", "ada", "failed", 0, 0)]
    assert (world.of("write"), world.of("create")) == ([], [])


@pytest.mark.parametrize("kept", [None, job(ImportState.DONE), job(ImportState.FAILED)])
def test_run_what_is_gone_or_has_ended_does_nothing(kept: ImportJob | None) -> None:
    world = World(FILES, kept=kept)
    world.service.run_import(ID)
    assert world.done == []


@pytest.mark.parametrize(
    ("kind", "runs"), [(ChangeKind.CREATED, True), (ChangeKind.CHANGED, False), (ChangeKind.REMOVED, False)]
)
def test_hear_changes_runs_an_import_that_just_arrived(kind: ChangeKind, runs: bool) -> None:
    world = World(FILES, kept=job())
    world.service.on_changes([Change(kind, "IMPORT", f"IMPORT#{ID}", None, None)])
    assert (world.of("create") != []) is runs
