"""Imports through the API: an archive in, an event out, a report; repeated, broken and foreign ones."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.functional.builders import versions
from tests.harness.client import Client, Reply

SAMPLE = Path(__file__).parents[2] / "samples" / "open_event"
REAL = Path(__file__).parents[4] / "shared" / "data" / "open-event"


def zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def folder(path: Path) -> bytes:
    return zipped({file.name: file.read_bytes() for file in sorted(path.glob("*.json"))})


def upload(client: Client, archive: bytes, **headers: str) -> Reply:
    return client.request("POST", "/v1/events/import", raw=archive, **{"content_type": "application/zip", **headers})


def run(client: Client, archive: bytes) -> Any:
    """Upload, let the stream's reaction run, and read the import."""
    from chalicelib import bootstrap

    accepted = upload(client, archive)
    assert accepted.status == 202, accepted
    import_id = accepted.json["import_id"]
    assert client.get(f"/v1/imports/{import_id}").json["state"] == "running"
    bootstrap.services().exchange.import_event.run_import(import_id)
    return client.get(f"/v1/imports/{import_id}").json


def test_import_of_sample_makes_an_event_with_everything(organiser: Client, anonymous: Client) -> None:
    done = run(organiser, folder(next(p for p in [SAMPLE, *sorted(SAMPLE.iterdir())] if list(p.glob("*sessions*")))))
    assert done["state"] == "done", done["detail"]
    path = f"/v1/events/{done['event_id']}"
    taken = [line for line in done["report"] if line["outcome"] != "refused" and line["kind"] != "events"]
    listed = {kind: organiser.get(f"{path}/{kind}?limit=500").json["items"] for kind in done["counts"]}
    assert {kind: len(items) for kind, items in listed.items()} == done["counts"]
    assert done["total"] == sum(done["counts"].values()) > 10
    assert len(taken) >= done["total"]
    speakers = {speaker["id"] for speaker in listed["speakers"]}
    assert all(set(session["speaker_ids"]) <= speakers for session in listed["sessions"])
    assert organiser.get(path).json["state"] == "draft"
    assert anonymous.get(path).status == 404
    assert versions(organiser, done["event_id"])["event_ver"] == 1


def test_import_run_again_changes_nothing(organiser: Client) -> None:
    from chalicelib import bootstrap

    archive = zipped(
        {
            "event": json.dumps(
                {"name": "Again", "starts-at": "2027-01-01T10:00:00Z", "ends-at": "2027-01-02T10:00:00Z"}
            ).encode(),
            "tracks": b'[{"id": 1, "name": "Core"}]',
        }
    )
    done = run(organiser, archive)
    tag = organiser.get(f"/v1/events/{done['event_id']}/tracks").etag
    bootstrap.services().exchange.import_event.run_import(done["id"])
    assert organiser.get(f"/v1/events/{done['event_id']}/tracks").etag == tag
    assert len(organiser.get("/v1/events?view=all").json["items"]) == 1


def test_import_killed_before_the_event_is_finished_by_the_next_run(
    organiser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib import bootstrap

    archive = zipped(
        {
            "event": json.dumps(
                {"name": "Cut", "starts-at": "2027-01-01T10:00:00Z", "ends-at": "2027-01-02T10:00:00Z"}
            ).encode(),
            "tracks": b'[{"id": 1, "name": "Core"}]',
        }
    )
    import_id = upload(organiser, archive).json["import_id"]

    def die(*_: object, **more: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(bootstrap.services().content.events, "create_event", die)
        with pytest.raises(RuntimeError):
            bootstrap.services().exchange.import_event.run_import(import_id)
    assert organiser.get("/v1/events?view=all").json["items"] == []
    bootstrap.services().exchange.import_event.run_import(import_id)
    done = organiser.get(f"/v1/imports/{import_id}").json
    assert (done["state"], done["counts"]["tracks"]) == ("done", 1)
    assert len(organiser.get(f"/v1/events/{done['event_id']}/tracks").json["items"]) == 1


EVENT = {"name": "Small", "starts-at": "2027-01-01T10:00:00Z", "ends-at": "2027-01-02T10:00:00Z", "timezone": "UTC"}


@pytest.mark.parametrize(
    ("archive", "detail"),
    [
        (b"PK no", "The archive is not a zip file, or it is damaged."),
        (zipped({}), "The file event: is missing: the archive has no file event or event.json, but no file at all."),
        (
            zipped({"event": b"{"}),
            "The file event is not JSON: Expecting property name enclosed in double quotes at line 1",
        ),
        (zipped({"event": b"[]"}), "The file event: must be a JSON object and is an array."),
        (
            zipped({"event": json.dumps(EVENT).encode(), "tracks.json": b"{}"}),
            "The file tracks: must be a JSON array and is an object.",
        ),
        (
            zipped({"event": json.dumps(EVENT | {"name": "\u3164"}).encode()}),
            "The file event, field name: must be a text that can be read.",
        ),
        (
            zipped({"event": b'{"name": "Timeless"}'}),
            "The file event, field starts_at: is absent, and no session says. "
            "The file event, field ends_at: is absent, and no session says.",
        ),
    ],
)
def test_import_of_unreadable_archive_says_file_field_and_what_is_expected(
    organiser: Client, archive: bytes, detail: str
) -> None:
    done = run(organiser, archive)
    assert done["state"] == "failed"
    assert done["detail"].startswith(detail)
    assert organiser.get("/v1/events?view=all").json["items"] == []


def test_import_with_a_report_that_is_too_long_to_keep_is_done_and_says_so(organiser: Client) -> None:
    records = [
        {"id": n, "name": f"T {n}"} | {f"k{hashlib.sha256(f'{n} {m}'.encode()).hexdigest()[:50]}": 1 for m in range(50)}
        for n in range(300)
    ]
    done = run(organiser, zipped({"event": json.dumps(EVENT).encode(), "tracks": json.dumps(records).encode()}))
    assert (done["state"], done["counts"]["tracks"], len(done["report"])) == ("done", 300, 301)
    assert done["report"][1]["reason"].startswith("not kept: k")
    assert done["report"][1]["reason"].endswith("…")


def test_import_of_other_media_is_415(organiser: Client) -> None:
    assert upload(organiser, b"{}", content_type="application/json").status == 415


def test_import_without_sign_in_is_401(anonymous: Client) -> None:
    assert upload(anonymous, b"PK").status == 401


def test_import_over_4_mb_is_413(organiser: Client) -> None:
    assert upload(organiser, b"x" * (4 * 1024 * 1024 + 1)).status == 413


def test_read_of_another_persons_import_is_404(organiser: Client, stranger: Client) -> None:
    import_id = upload(organiser, zipped({})).json["import_id"]
    assert stranger.get(f"/v1/imports/{import_id}").status == 404


@pytest.mark.skipif(not REAL.exists(), reason="the real conferences are not at hand")
@pytest.mark.parametrize(
    ("name", "speakers", "sessions"),
    [("FOSSASIASummit2017", 207, 214), ("NextcloudConference2017", 41, 54), ("OpenTechSummit2018", 14, 12)],
)
def test_import_of_real_conference_takes_everybody(organiser: Client, name: str, speakers: int, sessions: int) -> None:
    done = run(organiser, folder(REAL / name))
    assert done["state"] == "done"
    assert done["counts"]["sessions"] == sessions
    assert done["counts"]["speakers"] >= speakers
    assert [line for line in done["report"] if line["outcome"] == "refused"] == []
