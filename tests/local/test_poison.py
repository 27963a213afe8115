"""A record that fails at every attempt, at each position of a batch: the others take effect once, the record is kept
with its reason, the stream continues, and a replay after the fix succeeds once. test_poison_product.py tests the
product's own handlers.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import reactions
from chalicelib.triggers import streams
from local.dynamodb.database import Database
from local.events.failures import FailureFile
from local.events.streams import StreamLoop, wait_until_drained
from local.gateway.handlers import Handler, StreamSource
from tests.local.conftest import call

TABLE = "sample-notes"
ARN = f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}/stream/local"
PARTITIONS = 5
PLACES = [(25, index) for index in range(25)] + [(100, index) for index in (0, 1, 98, 99)]


class Ledger:
    """Records each record once however often it is delivered, unless marks are off. Fails for the names in `poison`."""

    def __init__(self, *poison: str, marks: bool = True) -> None:
        self.poison = set(poison)
        self.marks = marks
        self.noted: list[str] = []
        self.deliveries = 0

    def note(self, name: str) -> None:
        if name in self.poison:
            raise ValueError(f"cannot read {name}")
        self.deliveries += 1
        if not self.marks or name not in self.noted:
            self.noted.append(name)


def raising(ledger: Ledger) -> Handler:
    """Returns a handler without partial answers."""

    def handle(event: dict[str, Any], context: object) -> None:
        for record in event["Records"]:
            ledger.note(record["dynamodb"]["Keys"]["sk"]["S"])

    return Handler("notes", handle)


def answering_in_part(ledger: Ledger) -> Handler:
    """Returns a reaction inside the product's own boundary, which gives partial answers."""

    def on_changes(changes: list[Any]) -> None:
        for change in changes:
            ledger.note(change.after["sk"])

    return Handler("notes", lambda event, _: streams.react(event, [reactions.On("NOTE", lambda services: on_changes)]))


MODES = pytest.mark.parametrize("mode", [raising, answering_in_part])
Mode = Callable[[Ledger], Handler]


@pytest.fixture
def notes() -> Iterator[Database]:
    """A table with a stream."""
    database = Database()
    kinds = {"pk": "HASH", "sk": "RANGE"}
    call(
        database,
        "CreateTable",
        TableName=TABLE,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in kinds.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in kinds],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    yield database
    database.close()


def fill(database: Database, count: int) -> list[str]:
    """Writes `count` records in five partitions. Returns their names in order."""
    names = [f"NOTE#{number:03d}" for number in range(count)]
    for number, name in enumerate(names):
        item = {"pk": {"S": f"P#{number % PARTITIONS}"}, "sk": {"S": name}}
        assert call(database, "PutItem", TableName=TABLE, Item=item)[0] == 200
    return names


def drain(database: Database, source: StreamSource, failures: FailureFile) -> None:
    """Runs the loop until it has handled everything."""
    loop = StreamLoop(database, source, failures, attempts=5, pause_seconds=0.001)
    loop.start()
    try:
        assert wait_until_drained([loop], 20)
    finally:
        loop.stop()


def drain_notes(database: Database, handler: Handler, size: int, path: Path | None = None) -> FailureFile:
    failures = FailureFile(path)
    drain(database, StreamSource(handler, TABLE, ARN, size), failures)
    return failures


def in_order(noted: list[str]) -> bool:
    """Returns whether each partition's effects came in the order of its records."""
    lanes = [[name for name in noted if int(name[-3:]) % PARTITIONS == lane] for lane in range(PARTITIONS)]
    return all(lane == sorted(lane) for lane in lanes)


@MODES
@pytest.mark.parametrize(("size", "index"), PLACES)
def test_drain_poison_anywhere_in_a_batch_others_take_effect_once(
    notes: Database, mode: Mode, size: int, index: int
) -> None:
    names = fill(notes, size + 3)  # three more than one batch
    ledger = Ledger(names[index])
    failures = drain_notes(notes, mode(ledger), size)
    others = [name for name in names if name != names[index]]
    assert sorted(ledger.noted) == others
    assert in_order(ledger.noted)
    (entry,) = failures.entries
    assert (entry["handler"], entry["attempts"]) == ("notes", 5)
    assert entry["record"]["dynamodb"]["Keys"]["sk"]["S"] == names[index]
    told = {raising: rf"ValueError: cannot read {names[index]}"}
    expected = told.get(mode, r"reported by the handler: ValueError at test_poison\.py:\d+ note")
    assert re.fullmatch(expected, entry["reason"])

    ledger.poison.clear()
    (replayed,) = failures.replay()
    assert (replayed.succeeded, replayed.reason) == (True, "")
    assert failures.entries == []
    assert failures.replay() == []
    assert Counter(ledger.noted) == Counter(names)


@MODES
def test_drain_without_marks_effects_are_doubled(notes: Database, mode: Mode) -> None:
    """The control: records are delivered repeatedly, so the test above would find a reaction that is not idempotent."""
    names = fill(notes, 25)
    ledger = Ledger(names[12], marks=False)
    drain_notes(notes, mode(ledger), 25)
    assert set(ledger.noted) == set(names) - {names[12]}
    assert max(Counter(ledger.noted).values()) > 1


@MODES
def test_drain_several_poisons_all_wait_and_one_is_replayed_by_its_id(notes: Database, mode: Mode) -> None:
    names = fill(notes, 25)
    bad = [names[0], names[5], names[6], names[24]]
    ledger = Ledger(*bad)
    failures = drain_notes(notes, mode(ledger), 25)
    waiting = [entry["record"]["dynamodb"]["Keys"]["sk"]["S"] for entry in failures.entries]
    assert waiting == bad
    ledger.poison.clear()
    (replayed,) = failures.replay(failures.entries[1]["id"])
    assert replayed.succeeded
    assert Counter(ledger.noted) == Counter(set(names) - {bad[0], bad[2], bad[3]})
    assert len(failures.entries) == 3


@MODES
def test_replay_before_the_fix_keeps_the_record_and_counts_the_call(notes: Database, mode: Mode) -> None:
    (name,) = fill(notes, 1)
    ledger = Ledger(name)
    failures = drain_notes(notes, mode(ledger), 25)
    (replayed,) = failures.replay()
    (entry,) = failures.entries
    assert (replayed.succeeded, replayed.reason) == (False, entry["reason"])
    assert entry["attempts"] == 6
    assert "ValueError" in entry["reason"]
