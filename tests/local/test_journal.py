"""The journalled database: acknowledged writes are there after a restart, however the process ended."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.dynamodb import journal as journal_module
from local.dynamodb.database import Database
from local.dynamodb.journal import JournalEntry, encode_line
from local.start_errors import DataDirectoryInUse, JournalDamaged
from tests.local.conftest import TABLE, call, put

ROOT = Path(__file__).resolve().parents[2]


def ids(database) -> set[str]:
    _, found = call(database, "Scan", TableName="sample-outbox")
    return {item["id"]["S"] for item in found["Items"]}


def records(database) -> list[dict]:
    return [json.loads(record.json) for _, record in database.streams.all_records()]


@pytest.fixture
def opened(tmp_path):
    """Returns a function that opens a database on the same directory each time."""
    opened = []

    def open_again(**more: int) -> Database:
        while opened:
            opened.pop().close()
        opened.append(Database(tmp_path / "data", **more))
        return opened[0]

    yield open_again
    while opened:
        opened.pop().close()


@pytest.fixture
def filled(opened):
    database = opened()
    call(database, "CreateTable", **TABLE)
    for number in range(3):
        put(database, f"i{number}", value="first")
    return database


def test_replay_brings_back_items_records_and_table(filled, opened):
    _, before = call(filled, "DescribeTable", TableName="sample-outbox")
    put(filled, "i0", value="second")
    call(filled, "DeleteItem", TableName="sample-outbox", Key={"id": {"S": "i1"}})
    call(
        filled,
        "UpdateItem",
        TableName="sample-outbox",
        Key={"id": {"S": "i2"}},
        UpdateExpression="SET n = :n",
        ExpressionAttributeValues={":n": {"N": "7"}},
    )
    written = records(filled)
    for _ in range(2):  # once from the journal as written, once from its compaction
        database = opened()
        _, found = call(database, "Scan", TableName="sample-outbox")
        assert sorted(found["Items"], key=str) == sorted(
            [
                {"id": {"S": "i0"}, "value": {"S": "second"}},
                {"id": {"S": "i2"}, "value": {"S": "first"}, "n": {"N": "7"}},
            ],
            key=str,
        )
        assert records(database) == written
        assert [record["eventName"] for record in written] == ["INSERT"] * 3 + ["MODIFY", "REMOVE", "MODIFY"]
        _, after = call(database, "DescribeTable", TableName="sample-outbox")
        assert after["Table"]["LatestStreamArn"] == before["Table"]["LatestStreamArn"]
        assert after["Table"]["ItemCount"] == 2


def test_sequence_numbers_rise_over_restarts(filled, opened):
    last = records(filled)[-1]["dynamodb"]["SequenceNumber"]
    filled.save_checkpoint("reader", "sample-outbox", 3)
    database = opened()
    assert records(database) == []
    put(database, "new")
    assert records(database)[0]["dynamodb"]["SequenceNumber"] == str(int(last) + 1)


def test_transaction_token_is_remembered_over_a_restart(filled, opened):
    change = {"Update": {"TableName": "sample-outbox", "Key": {"id": {"S": "i0"}}, "UpdateExpression": "ADD n :one"}}
    change["Update"]["ExpressionAttributeValues"] = {":one": {"N": "1"}}
    request = {"TransactItems": [change], "ClientRequestToken": "token"}
    assert call(filled, "TransactWriteItems", **request)[0] == 200
    for _ in range(2):
        database = opened()
        assert call(database, "TransactWriteItems", **request)[0] == 200
        _, found = call(database, "GetItem", TableName="sample-outbox", Key={"id": {"S": "i0"}})
        assert found["Item"]["n"] == {"N": "1"}
    other = {**request, "TransactItems": [{"Put": {"TableName": "sample-outbox", "Item": {"id": {"S": "x"}}}}]}
    status, fault = call(database, "TransactWriteItems", **other)
    assert (status, fault["__type"].partition("#")[2] or fault["__type"]) == (
        400,
        "IdempotentParameterMismatchException",
    )


@pytest.mark.parametrize("cut", [1, 5, 30])
def test_torn_last_line_is_cut_off_and_the_rest_kept(filled, opened, tmp_path, cut):
    filled.close()
    path = tmp_path / "data" / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    assert ids(opened()) == {"i0", "i1"}
    put(opened(), "i3")
    assert ids(opened()) == {"i0", "i1", "i3"}


def test_damage_before_the_end_stops_the_start(filled, opened, tmp_path):
    filled.close()
    path = tmp_path / "data" / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"sample", b"simple")
    path.write_bytes(b"".join(lines))
    with pytest.raises(JournalDamaged, match="line 3"):
        opened()
    assert path.read_bytes() == b"".join(lines)


def test_one_data_directory_has_one_process(filled, tmp_path):
    code = f"from local.dynamodb.database import Database; from pathlib import Path; Database(Path({str(tmp_path / 'data')!r}))"
    other = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert other.returncode == 1
    assert f"in use by process {os.getpid()}" in other.stderr
    assert DataDirectoryInUse.__name__ in other.stderr


WRITER = """
import json, sys
from pathlib import Path
from local.dynamodb.database import Database
from tests.local.conftest import TABLE, call, put
database = Database(Path(sys.argv[1]), compact_above=int(sys.argv[2]))
call(database, "CreateTable", **TABLE)
number = 0
while True:
    put(database, f"i{number}")
    print(number, flush=True)
    number += 1
"""


@pytest.mark.parametrize("compact_above", [10**9, 2_000], ids=["plain", "while compacting"])
def test_kill_9_loses_no_acknowledged_write(tmp_path, compact_above):
    command = [sys.executable, "-c", WRITER, str(tmp_path / "data"), str(compact_above)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        acknowledged = -1
        assert writer.stdout
        for line in writer.stdout:
            acknowledged = int(line)
            if acknowledged == 150:
                os.kill(writer.pid, signal.SIGKILL)
                break
        for line in writer.stdout:
            if line.endswith("\n"):
                acknowledged = int(line)
    database = Database(tmp_path / "data")
    try:
        assert {f"i{number}" for number in range(acknowledged + 1)} <= ids(database)
        keys = [record["dynamodb"]["Keys"]["id"]["S"] for record in records(database)]
        assert keys[: acknowledged + 1] == [f"i{number}" for number in range(acknowledged + 1)]
    finally:
        database.close()


class Killed(BaseException):
    """Simulates the death of the process at a call."""


@pytest.mark.parametrize("step", ["fsync", "replace", "open directory", "half written"])
def test_compaction_that_dies_at_any_step_loses_nothing(filled, opened, tmp_path, monkeypatch, step):
    def die(*_args, **_kwargs):
        raise Killed

    def write_half(entry: JournalEntry) -> bytes:
        if entry.items:
            raise Killed
        return encode_line(entry)

    real_open = os.open

    def open_file_only(path, flags, *args, **kwargs):
        if Path(path).is_dir():
            raise Killed
        return real_open(path, flags, *args, **kwargs)

    with monkeypatch.context() as patch:
        if step == "fsync":
            patch.setattr(os, "fsync", die)
        elif step == "replace":
            patch.setattr(Path, "replace", die)
        elif step == "open directory":
            patch.setattr(os, "open", open_file_only)
        else:
            patch.setattr(journal_module, "encode_line", write_half)
        with pytest.raises(Killed):
            filled.compact()
    written = records(filled)
    database = opened()
    assert ids(database) == {"i0", "i1", "i2"}
    assert records(database) == written
    assert not (tmp_path / "data" / "journal.new").exists()


def test_compaction_drops_items_whose_ttl_is_long_past(filled, opened):
    spec = {"Enabled": True, "AttributeName": "expires_at"}
    call(filled, "UpdateTimeToLive", TableName="sample-outbox", TimeToLiveSpecification=spec)
    for id, expiry in (("old", "1000"), ("future", "99999999999")):
        item = {"id": {"S": id}, "expires_at": {"N": expiry}}
        call(filled, "PutItem", TableName="sample-outbox", Item=item)
    database = opened()
    _, ttl = call(database, "DescribeTimeToLive", TableName="sample-outbox")
    assert ttl["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    assert ids(database) == {"i0", "i1", "i2", "future"}


def test_reset_removes_items_and_keeps_tables(filled, opened):
    filled.reset()
    assert ids(filled) == set()
    put(filled, "fresh")
    assert ids(opened()) == {"fresh"}


def test_disk_that_fails_is_never_acknowledged(filled, monkeypatch):
    def fail(_fd):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        status, _ = call(filled, "PutItem", TableName="sample-outbox", Item={"id": {"S": "lost"}})
    assert status == 500
    assert call(filled, "Scan", TableName="sample-outbox")[0] == 500
    assert "lost" not in [r["dynamodb"]["Keys"]["id"]["S"] for r in map(json.loads, _readable(filled))]


def _readable(database):
    return [record.json for record in database.streams.read("sample-outbox", 0, 100, 0)]


def test_compaction_without_room_leaves_the_journal_as_it_was(filled, opened, monkeypatch, caplog):
    real_open, names = os.open, {f"kept {number}" for number in range(20)}

    def open_nothing_new(path, flags, *args, **kwargs):
        if Path(path).suffix == ".new":
            raise OSError(28, "No space left on device")
        return real_open(path, flags, *args, **kwargs)

    database = opened(compact_above=0)
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", open_nothing_new)
        for name in names:
            put(database, name)
    assert "could not be compacted" in caplog.text
    put(database, "kept too")
    assert ids(opened()) == {"i0", "i1", "i2", "kept too", *names}
