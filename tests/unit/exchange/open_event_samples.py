"""Builds archives for the tests of the Open Event reader, and checks programmes."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.content.domain.event import EventFields
from chalicelib.content.domain.programme import FIELDS
from chalicelib.core.kinds import Kind
from chalicelib.exchange.domain.import_job import ReportLine
from chalicelib.exchange.open_event.reader import ImportedProgramme, read_archive

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "open_event"
NAMES = ("event", "tracks", "microlocations", "speakers", "sponsors", "sessions")
SNAKE = {
    "starts-at": "start_time",
    "ends-at": "end_time",
    "photo-url": "photo",
    "logo-url": "logo",
    "slides-url": "slides",
    "video-url": "video",
    "audio-url": "audio",
    "type": "sponsor_type",
}

Files = dict[str, Any]


def zipped(files: Files, *, folder: str = "", suffix: str = ".json") -> bytes:
    """Returns a zip of the files. Content that is not bytes is written as JSON."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(folder + name + suffix, content if isinstance(content, bytes) else json.dumps(content))
    return buffer.getvalue()


def report_line(kind: str, source_id: str, outcome: str, reason: str) -> ReportLine:
    """Returns the report line of one record."""
    return ReportLine(kind=kind, source_id=source_id, outcome=outcome, reason=reason)


def samples() -> Files:
    """Returns the files of our small sample conference, in the 2017 dialect."""
    return {name: json.loads((SAMPLES / f"{name}.json").read_text("utf-8")) for name in NAMES}


def event(**changes: Any) -> dict[str, Any]:
    """Returns a small event in Tokyo."""
    return {
        "id": 1,
        "name": "Tiny",
        "starts-at": "2024-09-20T09:00:00+00:00",
        "ends-at": "2024-09-20T18:00:00+00:00",
        "timezone": "Asia/Tokyo",
    } | changes


def session(**changes: Any) -> dict[str, Any]:
    """Returns a session that needs no correction."""
    return {"id": 5, "title": "Talk", "state": "accepted"} | changes


def read(event_changes: dict[str, Any] | None = None, /, **lists: Any) -> ImportedProgramme:
    """Reads a small event with these lists and returns its programme."""
    return read_archive(zipped({"event": event(**(event_changes or {})), **lists}))


def read_one(kind: str, record: Any, **lists: Any) -> tuple[dict[str, Any], ReportLine]:
    """Reads one record. Returns its fields (empty when refused) and its report line."""
    programme = read(**{kind: [record]}, **lists)
    found = [resource.fields for resource in programme.resources if resource.kind == kind]
    return (found[0] if found else {}), next(line for line in programme.report if line.kind == kind)


def snake(value: Any) -> Any:
    """Converts a value from the 2017 to the 2018 dialect."""
    if isinstance(value, list):
        return [snake(item) for item in value]
    if isinstance(value, dict):
        return {SNAKE.get(name, name.replace("-", "_")): snake(item) for name, item in value.items()}
    return value


def assert_valid(programme: ImportedProgramme) -> None:
    """Asserts that every field fits its wire type, and that every reference is to something in the programme."""
    assert msgspec.convert(programme.event, EventFields).violations() == []
    ids = {(resource.kind, resource.source_id) for resource in programme.resources}
    assert len(ids) == len(programme.resources)
    for kind, _, fields in programme.resources:
        assert set(fields) == set(FIELDS[kind].__struct_fields__)
        blanked = fields | (
            {"track_id": None, "microlocation_id": None, "speaker_ids": []} if "title" in fields else {}
        )
        assert msgspec.convert(blanked, FIELDS[kind]).violations() == []
        if kind is Kind.SESSIONS:
            assert fields["track_id"] is None or (Kind.TRACKS, fields["track_id"]) in ids
            assert fields["microlocation_id"] is None or (Kind.MICROLOCATIONS, fields["microlocation_id"]) in ids
            assert all((Kind.SPEAKERS, speaker) in ids for speaker in fields["speaker_ids"])
            assert len(set(fields["speaker_ids"])) == len(fields["speaker_ids"]) <= 50
    msgspec.json.encode(programme)
    json.dumps(programme.event)
    json.dumps(programme.resources, allow_nan=False)
