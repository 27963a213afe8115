"""The local failure queue: what survives restarts and kills, and its endpoint and page."""

import json
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.dynamodb.stream_log import sequence_number
from local.events.failures import FailureFile, ReplayRunning
from local.gateway.gateway import Gateway
from local.gateway.servers import listen, serving
from local.mail.mailbox import Mailbox
from local.site.mount_apps import mount_apps
from local.site.site import LocalSite
from local.websocket.sockets import SocketGateway
from tests.local.conftest import dynamo
from tests.local.test_runner import ROOT, Running, environment, eventually  # noqa: F401  a fixture among them

STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/local"
HOSTILE = "<script>alert(1)</script>"


def fail(failures: FailureFile, *sequences: str, handler: str = "notes", reason: str = "ValueError: no") -> None:
    for sequence in sequences:
        record = {"dynamodb": {"SequenceNumber": sequence, "NewImage": {"email": {"S": "ada@example.org"}}}}
        failures.add(handler=handler, stream=STREAM, sequence=sequence, record=record, reason=reason, attempts=5)


class Notes:
    """Replays to a handler that is broken until it is repaired."""

    def __init__(self) -> None:
        self.broken = False
        self.records: list[dict[str, Any]] = []

    def __call__(self, record: dict[str, Any]) -> str:
        self.records.append(record)
        return "KeyError: still" if self.broken else ""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "failures.jsonl"


@pytest.fixture
def notes() -> Notes:
    return Notes()


def opened(path: Path | None, notes: Notes) -> FailureFile:
    failures = FailureFile(path)
    failures.serve("notes", notes)
    return failures


def ids(failures: FailureFile) -> list[str]:
    return [entry["id"] for entry in failures.entries]


def test_entries_survive_a_restart_with_what_replays_did(path: Path, notes: Notes) -> None:
    failures = opened(path, notes)
    fail(failures, "1", "2", "3")
    assert failures.replay("notes-2")[0].succeeded
    notes.broken = True
    assert not failures.replay("notes-3")[0].succeeded
    again = opened(path, notes)
    assert again.entries == failures.entries
    assert [(one["id"], one["attempts"], one["reason"]) for one in again.entries] == [
        ("notes-1", 5, "ValueError: no"),
        ("notes-3", 6, "KeyError: still"),
    ]


def test_replayed_record_is_off_the_disk_after_a_restart_or_the_last_replay(path: Path, notes: Notes) -> None:
    failures = opened(path, notes)
    fail(failures, "1", "2")
    failures.replay("notes-1")
    failures = opened(path, notes)
    assert '"1"' not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    failures.replay()
    assert not path.exists()
    assert [one["dynamodb"]["SequenceNumber"] for one in notes.records] == ["1", "2"]
    assert notes.records[0]["eventSourceARN"] == STREAM


def test_record_that_comes_again_has_one_entry(path: Path, notes: Notes) -> None:
    failures = opened(path, notes)
    fail(failures, "1")
    fail(failures, "1", reason="TypeError: other")
    assert [one["reason"] for one in failures.entries] == ["TypeError: other"]
    assert opened(path, notes).entries == failures.entries


def test_damaged_lines_are_skipped_and_the_file_goes_on(path: Path, notes: Notes) -> None:
    fail(opened(path, notes), "1", "2")
    with path.open("a") as file:
        file.write(
            '5\n"text"\n{"replayed": "nobody"}\n{"failed_again": "nobody", "attempts": 1, "reason": ""}\n{"id": "x"}\n{"hand'
        )
    fail(opened(path, notes), "3")
    assert ids(opened(path, notes)) == ["notes-1", "notes-2", "notes-3"]


def test_file_of_an_older_version_has_ids_now(path: Path, notes: Notes) -> None:
    fail(opened(path, notes), "1")
    entry = json.loads(path.read_text())
    del entry["id"]
    path.write_text(json.dumps(entry) + "\n")
    assert opened(path, notes).replay("notes-1")[0].succeeded


def test_replay_of_nothing_known_is_an_error_and_calls_nobody(path: Path, notes: Notes) -> None:
    failures = opened(path, notes)
    fail(failures, "1")
    for id in ("notes-9", ""):
        with pytest.raises(KeyError):
            failures.replay(id)
    assert notes.records == []


def test_replay_for_a_handler_that_is_gone_keeps_the_record(notes: Notes) -> None:
    failures = opened(None, notes)
    fail(failures, "1", handler="renamed")
    (replayed,) = failures.replay()
    assert (replayed.succeeded, replayed.reason) == (False, "no handler has this name now")
    assert failures.entries[0]["attempts"] == 5


def test_replay_while_another_runs_is_refused_and_a_reset_meanwhile_wins() -> None:
    failures = FailureFile(None)
    entered, release = threading.Event(), threading.Event()

    def slow(record: dict[str, Any]) -> str:
        entered.set()
        release.wait(5)
        return "too late"

    failures.serve("notes", slow)
    fail(failures, "1")
    thread = threading.Thread(target=failures.replay)
    thread.start()
    assert entered.wait(5)
    with pytest.raises(ReplayRunning):
        failures.replay()
    failures.clear()
    release.set()
    thread.join(5)
    assert failures.entries == []


KILLED = """
import os, signal, sys
from pathlib import Path
from local.events.failures import FailureFile
def attempt(record):
    print("called", flush=True)
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    return ""
failures = FailureFile(Path(sys.argv[1]))
failures.serve("notes", attempt)
print(len(failures.replay()), len(failures.entries))
"""


def test_replay_killed_behind_the_call_replays_again(path: Path, notes: Notes) -> None:
    fail(opened(path, notes), "1")
    said = []
    for mode in ("killed", "whole", "whole"):
        command = [sys.executable, "-c", KILLED, str(path), mode]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
        said.append((done.returncode, done.stdout.split()))
    assert said == [(-signal.SIGKILL, ["called"]), (0, ["called", "1", "0"]), (0, ["0", "0"])]


@pytest.fixture
def failures(notes: Notes) -> FailureFile:
    return opened(None, notes)


@pytest.fixture
def origin(sample, static_dir, tmp_path, failures):
    site = LocalSite(mailbox=Mailbox(None), sockets=SocketGateway({}), failures=failures, reset=list)
    gateway = Gateway(sample.app, static_dir=static_dir)
    with serving(mount_apps(gateway, site, site.sockets), listen()) as url:
        yield f"{url}/_local"
    gateway.close()


@pytest.mark.enable_socket
def test_endpoint_replays_all_or_one_and_tells_each_outcome(origin: str, failures: FailureFile, notes: Notes) -> None:
    fail(failures, "1", "2", "3")
    one = httpx.post(f"{origin}/failures/replay?id=notes-2").json()
    assert one == {"items": [{"id": "notes-2", "handler": "notes", "succeeded": True, "reason": ""}]}
    notes.broken = True
    by_form = httpx.post(f"{origin}/failures/replay", data={"id": "notes-1"}).json()["items"]
    assert by_form == [{"id": "notes-1", "handler": "notes", "succeeded": False, "reason": "KeyError: still"}]
    notes.broken = False
    both = httpx.post(f"{origin}/failures/replay").json()["items"]
    assert [(item["id"], item["succeeded"]) for item in both] == [("notes-1", True), ("notes-3", True)]
    assert httpx.get(f"{origin}/failures.json").json() == {"items": []}


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({"Origin": "https://evil.example"}, "", 403),
        ({"Origin": "null"}, "", 403),
        ({"Host": "evil.example"}, "", 403),
        ({}, "?id=notes-9", 404),
        ({}, "?id=", 404),
    ],
)
def test_endpoint_refuses_other_sites_and_unknown_ids(
    origin: str, failures: FailureFile, notes: Notes, *, headers: dict[str, str], query: str, status: int
) -> None:
    fail(failures, "1")
    assert httpx.post(f"{origin}/failures/replay{query}", headers=headers).status_code == status
    assert httpx.get(f"{origin}/failures/replay").status_code == 405
    assert notes.records == []


@pytest.mark.enable_socket
def test_page_counts_the_queue_and_its_button_replays(origin: str, failures: FailureFile) -> None:
    assert "Failure queue (0)" in httpx.get(f"{origin}/").text
    fail(failures, "1", "2", reason=HOSTILE)
    page = httpx.get(f"{origin}/").text
    assert "Failure queue (2)" in page
    assert 'action="/_local/failures/replay"' in page
    assert HOSTILE not in page
    assert "ada@example.org" not in page
    pressed = httpx.post(f"{origin}/failures/replay", headers={"Accept": "text/html"})
    assert (pressed.status_code, pressed.headers["location"]) == (303, "/_local/#failures")
    assert failures.entries == []


@pytest.mark.enable_socket
@pytest.mark.usefixtures("environment")
def test_runner_replays_after_a_restart_with_the_mended_handler(sample, tmp_path) -> None:
    handle, poison = sample.outbox.func, {"b"}

    def stumbling(event) -> None:
        if any(record["dynamodb"]["Keys"]["id"]["S"] in poison for record in event.to_dict()["Records"]):
            raise RuntimeError("cannot read b")
        handle(event)

    sample.outbox.func = stumbling
    with Running(sample, tmp_path / "data") as running:
        client = dynamo(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
        for id in "abc":
            client.put_item(TableName="sample-outbox", Item={"id": {"S": id}})
        url = f"{running.settings.origin}/_local/failures.json"
        (entry,) = eventually(lambda: httpx.get(url).json()["items"], 15)
        eventually(lambda: {id for batch in sample.seen_batches for id in batch} == {"a", "c"})
        assert entry["reason"] == "RuntimeError: cannot read b"
        assert entry["id"].removeprefix("outbox-") == entry["sequence"] > sequence_number(0)
    poison.clear()
    with Running(sample, tmp_path / "data") as running:
        replay = f"{running.settings.origin}/_local/failures/replay"
        assert [item["succeeded"] for item in httpx.post(replay).json()["items"]] == [True]
        assert httpx.post(replay).json() == {"items": []}
    assert sorted(id for batch in sample.seen_batches for id in batch) == ["a", "b", "c"]
    assert not (tmp_path / "data" / "failures.jsonl").exists()
