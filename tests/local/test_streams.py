"""Stream loops: Lambda's retry rules, checkpoints, latency."""

import itertools
import json
import threading
import time

import pytest

from local.dynamodb.database import Database
from local.dynamodb.stream_log import UNREAD_LIMIT, StoredRecord, StreamLog
from local.events.failures import FailureFile
from local.events.stream_lanes import Lanes
from local.events.streams import StreamLoop, wait_until_drained
from local.gateway.handlers import Handler, StreamSource
from tests.local.conftest import TABLE, call, put

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/sample-outbox/stream/local"


class Consumer:
    """A handler that records its records, and fails for the ids in `poison`."""

    def __init__(self, *, partial: bool = False, poison: tuple[str, ...] = (), times: int = 10**9) -> None:
        self.calls: list[list[str]] = []
        self.handled: list[str] = []
        self.events: list[dict] = []
        self.partial = partial
        self.poison = dict.fromkeys(poison, times)

    def _fails(self, id: str) -> bool:
        if self.poison.get(id, 0) > 0:
            self.poison[id] -= 1
            return True
        return False

    def __call__(self, event: dict, context: object) -> object:
        self.events.append(event)
        records = event["Records"]
        ids = [record["dynamodb"]["Keys"]["id"]["S"] for record in records]
        self.calls.append(ids)
        if not self.partial:
            for id in ids:
                if self._fails(id):
                    raise RuntimeError(f"poison {id}")
            self.handled += ids
            return None
        failed = []
        for id, record in zip(ids, records, strict=True):
            if self._fails(id):
                failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
            else:
                self.handled.append(id)
        return {"batchItemFailures": failed}


@pytest.fixture
def memory():
    database = Database()
    call(database, "CreateTable", **TABLE)
    yield database
    database.close()


@pytest.fixture
def consume(memory, tmp_path):
    """Returns a function that runs a consumer until it has handled all records."""
    loops = []

    def run(consumer, *, batch_size: int = 100, database: Database = memory) -> FailureFile:
        failures = FailureFile(tmp_path / "failures.jsonl")
        source = StreamSource(Handler("outbox", consumer), "sample-outbox", ARN, batch_size)
        loops.append(StreamLoop(database, source, failures, attempts=5, pause_seconds=0.001))
        loops[-1].start()
        assert wait_until_drained(loops, 10)
        loops.pop().stop()
        return failures

    yield run
    for loop in loops:
        loop.stop()


def fill(database, count: int) -> list[str]:
    ids = [f"r{number:03d}" for number in range(count)]
    for id in ids:
        put(database, id)
    return ids


def test_records_have_lambdas_shape(memory, consume):
    put(memory, "a", n="1")
    put(memory, "a", n="2")
    call(memory, "DeleteItem", TableName="sample-outbox", Key={"id": {"S": "a"}})
    consumer = Consumer()
    consume(consumer)
    insert, modify, remove = itertools.chain(*(event["Records"] for event in consumer.events))
    assert [record["eventName"] for record in (insert, modify, remove)] == ["INSERT", "MODIFY", "REMOVE"]
    change = insert["dynamodb"]
    assert (insert["eventSource"], insert["awsRegion"], insert["eventSourceARN"]) == ("aws:dynamodb", "us-east-1", ARN)
    assert change["Keys"] == {"id": {"S": "a"}}
    assert change["NewImage"] == {"id": {"S": "a"}, "n": {"S": "1"}}
    assert "OldImage" not in change
    assert change["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert abs(change["ApproximateCreationDateTime"] - time.time()) < 60
    assert modify["dynamodb"]["OldImage"]["n"] == {"S": "1"}
    assert "NewImage" not in remove["dynamodb"]


def test_a_put_that_changes_nothing_makes_no_record(memory, consume):
    put(memory, "a", n="1")
    put(memory, "a", n="1")
    consumer = Consumer()
    consume(consumer)
    assert consumer.calls == [["a"]]


def test_batches_keep_the_order_and_the_size(memory, consume):
    ids = fill(memory, 25)
    consumer = Consumer()
    consume(consumer, batch_size=10)
    assert consumer.calls == [ids[:10], ids[10:20], ids[20:]]


@pytest.mark.parametrize("partial", [False, True], ids=["raises", "partial answer"])
@pytest.mark.parametrize("index", [0, 1, 50, 98, 99])
def test_poison_is_given_up_and_the_other_99_are_handled(memory, consume, index, partial):
    ids = fill(memory, 100)
    consumer = Consumer(partial=partial, poison=(ids[index],))
    failures = consume(consumer)
    assert set(consumer.handled) == set(ids) - {ids[index]}
    assert [entry["record"]["dynamodb"]["Keys"]["id"]["S"] for entry in failures.entries] == [ids[index]]
    assert failures.entries[0]["attempts"] == 5
    assert sum(ids[index] in batch and len(batch) == 1 for batch in consumer.calls) == 5


def test_given_up_record_is_in_the_file_with_its_reason(memory, consume, tmp_path):
    put(memory, "bad")
    consume(Consumer(poison=("bad",)))
    (line,) = (tmp_path / "failures.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert entry["reason"] == "RuntimeError: poison bad"
    assert entry["handler"] == "outbox"
    assert entry["record"]["dynamodb"]["NewImage"] == {"id": {"S": "bad"}}


@pytest.mark.parametrize("partial", [False, True], ids=["raises", "partial answer"])
def test_passing_trouble_is_retried_until_it_passes(memory, consume, partial):
    ids = fill(memory, 3)
    consumer = Consumer(partial=partial, poison=(ids[1],), times=3)
    failures = consume(consumer)
    assert failures.entries == []
    assert set(consumer.handled) == set(ids)


def test_raising_batch_is_halved(memory, consume):
    ids = fill(memory, 4)
    consumer = Consumer(poison=(ids[3],), times=2)
    consume(consumer)
    assert consumer.calls == [ids, ids[:2], ids[2:], ids[2:3], ids[3:]]


def test_partial_answer_moves_the_checkpoint_to_the_lowest_failure(memory, consume):
    ids = fill(memory, 4)
    consumer = Consumer(partial=True, poison=(ids[2],), times=1)
    consume(consumer)
    assert consumer.calls == [ids, ids[2:]]


def test_unknown_identifier_fails_the_whole_batch(memory, consume):
    ids = fill(memory, 2)
    calls = []

    def confused(event, context):
        calls.append([record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]])
        return {"batchItemFailures": [{"itemIdentifier": "nonsense"}]} if len(calls) == 1 else None

    failures = consume(confused)
    assert calls == [ids, ids[:1], ids[1:]]
    assert failures.entries == []


def test_checkpoint_survives_a_restart_and_nothing_comes_twice(tmp_path):
    database = Database(tmp_path / "data")
    call(database, "CreateTable", **TABLE)
    seen: list[list[str]] = []
    for round_number in range(2):
        put(database, f"round{round_number}")
        consumer = Consumer()
        source = StreamSource(Handler("outbox", consumer), "sample-outbox", ARN, 10)
        loop = StreamLoop(database, source, FailureFile(None))
        loop.start()
        assert wait_until_drained([loop], 5)
        loop.stop()
        database.close()
        seen += consumer.calls
        database = Database(tmp_path / "data")
    assert list(database.streams.all_records()) == []
    database.close()
    assert seen == [["round0"], ["round1"]]


def test_records_of_an_unfinished_batch_come_again(tmp_path):
    database = Database(tmp_path / "data")
    call(database, "CreateTable", **TABLE)
    put(database, "a")
    entered, release = threading.Event(), threading.Event()

    def never_ends(event, context):
        entered.set()
        release.wait(5)
        raise RuntimeError

    loop = StreamLoop(
        database, StreamSource(Handler("outbox", never_ends), "sample-outbox", ARN, 10), FailureFile(None)
    )
    loop.start()
    assert entered.wait(5)
    loop.stop(wait_seconds=0)
    database.close()
    database = Database(tmp_path / "data")
    assert database.streams.pending("outbox", "sample-outbox") == 1
    database.close()
    release.set()
    loop.stop()


def test_write_reaches_the_handler_in_milliseconds(memory):
    arrived = threading.Event()
    source = StreamSource(Handler("outbox", lambda event, context: arrived.set()), "sample-outbox", ARN, 10)
    loop = StreamLoop(memory, source, FailureFile(None))
    loop.start()
    spent = []
    for number in range(10):
        time.sleep(0.01)
        arrived.clear()
        started = time.perf_counter()
        put(memory, f"i{number}")
        assert arrived.wait(2)
        spent.append(time.perf_counter() - started)
    loop.stop()
    assert sorted(spent)[5] < 0.05


def test_records_are_not_kept_for_ever(memory):
    log = StreamLog()
    for number in range(1, UNREAD_LIMIT + 6):
        log.append("t", StoredRecord(number, time.time(), b"{}"))
    log.trim("t")
    assert sum(1 for _ in log.all_records()) == UNREAD_LIMIT
    log.advance("reader", "t", UNREAD_LIMIT)
    assert sum(1 for _ in log.all_records()) == 5


def test_record_is_not_readable_before_it_is_durable():
    log = StreamLog()
    log.append("t", StoredRecord(1, time.time(), b"{}"))
    assert log.read("t", 0, 10, 0) == []
    log.publish(1)
    assert len(log.read("t", 0, 10, 0)) == 1


class Busy:
    """A handler whose first batches wait until they are released. Records which batches ran at the same time."""

    def __init__(self, count: int) -> None:
        self.barrier = threading.Barrier(count)
        self.seen: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def __call__(self, event: dict, context: object) -> None:
        with self._lock:
            for record in event["Records"]:
                image = record["dynamodb"]["NewImage"]
                self.seen.append((image["id"]["S"], image.get("n", {}).get("S", "")))
        self.barrier.wait(10)


def loop_of(database, handler, parallel: int, *, batch_size: int = 5) -> StreamLoop:
    source = StreamSource(Handler("outbox", handler), "sample-outbox", ARN, batch_size, parallel)
    return StreamLoop(database, source, FailureFile(None), attempts=2, pause_seconds=0.001)


def test_records_that_a_filter_leaves_out_are_passed_over(memory, tmp_path):
    """Also between other records: the failed record is found and given up alone, and the checkpoint reaches the end."""
    fill(memory, 6)
    only = {"dynamodb": {"Keys": {"id": {"S": [{"anything-but": ["r000", "r002", "r005"]}]}}}}
    consumer = Consumer(poison={"r003"})
    source = StreamSource(Handler("outbox", consumer), "sample-outbox", ARN, 100, filters=(only,))
    failures = FailureFile(tmp_path / "failures.jsonl")
    loop = StreamLoop(memory, source, failures, attempts=2, pause_seconds=0.001)
    loop.start()
    assert wait_until_drained([loop], 10)
    loop.stop()
    assert sorted(set(consumer.handled)) == ["r001", "r004"]
    assert [entry["record"]["dynamodb"]["Keys"]["id"]["S"] for entry in failures.entries] == ["r003"]


def test_parallel_lanes_work_on_batches_at_the_same_time(memory):
    fill(memory, 40)
    handler = Busy(3)  # three batches must run at the same time, or the barrier breaks
    loop = loop_of(memory, handler, 3, batch_size=100)
    loop.start()
    assert wait_until_drained([loop], 10)
    loop.stop()
    assert not handler.barrier.broken
    assert sorted(id for id, _ in handler.seen) == [f"r{number:03d}" for number in range(40)]


def test_parallel_lanes_keep_the_order_of_an_item(memory):
    for number in range(30):
        for id in ("a", "b", "c", "d", "e"):
            put(memory, id, n=f"{number:03d}")
    consumer = Consumer()
    loop = loop_of(memory, consumer, 4)
    loop.start()
    assert wait_until_drained([loop], 10)
    loop.stop()
    seen: dict[str, list[str]] = {}
    for event in consumer.events:
        for record in event["Records"]:
            image = record["dynamodb"]["NewImage"]
            seen.setdefault(image["id"]["S"], []).append(image["n"]["S"])
    assert seen == {id: [f"{number:03d}" for number in range(30)] for id in ("a", "b", "c", "d", "e")}


def test_parallel_lane_that_stands_holds_the_checkpoint_and_no_other_lane(memory):
    ids = fill(memory, 30)
    entered, release = threading.Event(), threading.Event()
    handled: list[str] = []

    def stands(event, context):
        names = [record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]]
        if ids[0] in names:
            entered.set()
            release.wait(10)
        handled.extend(names)

    loop = loop_of(memory, stands, 4, batch_size=1)
    loop.start()
    assert entered.wait(5)
    mine = lane_of(memory, ids[0], 4)
    others = {id for id in ids if lane_of(memory, id, 4) != mine}
    deadline = time.monotonic() + 10
    while set(handled) != others and time.monotonic() < deadline:
        time.sleep(0.005)
    assert set(handled) == others
    assert memory.streams.pending("outbox", "sample-outbox") == 30
    release.set()
    assert wait_until_drained([loop], 10)
    loop.stop()
    assert sorted(handled) == ids


def lane_of(database, id: str, count: int) -> int:
    """Returns the lane in which a new loop puts an item."""
    lanes = Lanes(database.streams, "sample-outbox", 0, count)
    dealt = [
        [json.loads(one.json)["dynamodb"]["Keys"]["id"]["S"] for one in lanes.next(n, 100, 0)] for n in range(count)
    ]
    return next(number for number, names in enumerate(dealt) if id in names)
