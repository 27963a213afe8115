"""Passes the change records of a table to a handler by Lambda's rules for streams.

One loop for each stream and handler. Delivery is at least once: the checkpoint is saved only after success. Several
lanes handle batches at the same time (ParallelizationFactor). Records of one item stay in one lane, and so in order. A
batch that raises is halved until the failing record is alone. A partial answer (`batchItemFailures`) keeps the records
before the first failure. A record that always fails goes to the failure queue with its reason, and its lane continues.
Records that the function's filter excludes are skipped.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html (batches in parallel)
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from local.dynamodb.database import Database
from local.dynamodb.stream_log import StoredRecord, sequence_number
from local.events.failures import FailureFile
from local.events.stream_filters import passes
from local.events.stream_lanes import Lanes
from local.gateway.handlers import StreamSource

log = logging.getLogger("local.streams")

ATTEMPTS = 5
"""Calls with one record alone before it goes to the failure queue."""
FIRST_PAUSE_SECONDS = 0.2
"""Pause after a record's first failure, doubled after each further failure."""
LOOK_UP_SECONDS = 1.0
"""How long a loop waits for records before it checks its stop flag."""


class StreamLoop:
    """Reads one stream for one handler, with one thread for each lane."""

    def __init__(
        self,
        database: Database,
        source: StreamSource,
        failures: FailureFile,
        *,
        attempts: int = ATTEMPTS,
        pause_seconds: float = FIRST_PAUSE_SECONDS,
    ) -> None:
        self._database = database
        self._source = source
        self._failures = failures
        self._attempts = attempts
        self._pause = pause_seconds
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(lane,), name=f"stream-{source.handler.name}-{lane}", daemon=True)
            for lane in range(source.parallel)
        ]
        after = database.streams.checkpoint(source.handler.name, source.table)
        self._lanes = Lanes(database.streams, source.table, after, source.parallel)
        failures.serve(source.handler.name, lambda record: self._call([record])[1])

    def start(self) -> None:
        """Starts the threads at the checkpoint."""
        for thread in self._threads:
            thread.start()

    def stop(self, wait_seconds: float = 5.0) -> None:
        """Waits for the running batches. Work that has no checkpoint yet is delivered again after the next start."""
        self._stopped.set()
        self._database.streams.wake()
        until = time.monotonic() + wait_seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def drained(self) -> bool:
        """Returns whether every record written so far is handled."""
        return self._database.streams.pending(self._source.handler.name, self._source.table) == 0

    def _run(self, lane: int) -> None:
        while not self._stopped.is_set():
            batch = self._lanes.next(lane, self._source.batch_size, LOOK_UP_SECONDS)
            try:
                self._handle(lane, batch)
            except Exception:
                log.exception("stream of %s stumbled; it tries again", self._source.handler.name)
                self._stopped.wait(1.0)

    def _handle(self, lane: int, batch: list[StoredRecord]) -> None:
        """Works on a batch until every record is handled or in the failure queue, or until the loop is stopped."""
        size, failed = len(batch), 0
        while batch and not self._stopped.is_set():
            part = batch[:size]
            handled, reason = self._call([self._record(one) for one in part])
            if handled:
                self._save(lane, part[handled - 1])
                batch, failed = batch[handled:], 0
                size = len(batch) if handled == len(part) else len(part) - handled
                continue
            if len(part) > 1:
                size = 1 if reason.startswith(REPORTED) else (len(part) + 1) // 2
                continue
            failed += 1
            if failed < self._attempts:
                self._stopped.wait(self._pause * 2 ** (failed - 1))
                continue
            self._give_up(lane, part[0], reason, failed)
            batch, size, failed = batch[1:], len(batch) - 1, 0

    def _give_up(self, lane: int, record: StoredRecord, reason: str, attempts: int) -> None:
        log.error("%s gives up record %s", self._source.handler.name, sequence_number(record.sequence))
        self._failures.add(
            handler=self._source.handler.name,
            stream=self._source.arn,
            sequence=sequence_number(record.sequence),
            record=json.loads(record.json),
            reason=reason,
            attempts=attempts,
        )
        self._save(lane, record)

    def _save(self, lane: int, record: StoredRecord) -> None:
        checkpoint = self._lanes.done(lane, record.sequence)
        if checkpoint is not None:
            self._database.save_checkpoint(self._source.handler.name, self._source.table, checkpoint)

    def _record(self, record: StoredRecord) -> dict[str, Any]:
        return {**json.loads(record.json), "eventSourceARN": self._source.arn}

    def _call(self, records: list[dict[str, Any]]) -> tuple[int, str]:
        """Returns (records handled from the start, why not more). Records outside the filter count as handled."""
        given = [record for record in records if passes(record, self._source.filters)]
        if not given:
            return len(records), ""
        with _heard() as errors:
            try:
                answer = self._source.handler({"Records": given})
            except Exception as error:
                log.exception("%s raised on %d records", self._source.handler.name, len(given))
                return 0, f"{type(error).__name__}: {error}"
        return _handled(answer, [record["dynamodb"]["SequenceNumber"] for record in records], errors)


REPORTED = "reported by the handler"


def _handled(answer: object, sequences: list[str], errors: Mapping[str, str]) -> tuple[int, str]:
    """Reads a partial answer as Lambda does: none or empty is success, an unknown identifier fails the whole batch."""
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return len(sequences), ""
    named = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    if any(name not in sequences for name in named):
        return 0, "batchItemFailures names a record that is not in the batch"
    first = min(sequences.index(str(name)) for name in named)
    error = errors.get(sequences[first])
    return first, f"{REPORTED}: {error}" if error else REPORTED


@contextlib.contextmanager
def _heard() -> Iterator[dict[str, str]]:
    """Collects what the product logs about single records: sequence number -> exception and where it was raised.

    A partial answer has no reason. On AWS too it is in the log: a line with `sequence_number` (triggers/streams.py).
    """
    listener = _Listener()
    logger = logging.getLogger("telemetry")
    logger.addHandler(listener)
    try:
        yield listener.errors
    finally:
        logger.removeHandler(listener)


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the last error of each record."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            line = json.loads(record.getMessage())
            place = f" at {line['stack'][-1]}" if line.get("stack") else ""
            self.errors[line["sequence_number"]] = f"{line['error']}{place}"


def wait_until_drained(loops: list[StreamLoop], seconds: float) -> bool:
    """Returns True when every loop has handled everything, False when `seconds` have passed. Used by tests."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if all(loop.drained() for loop in loops):
            return True
        time.sleep(0.005)
    return False
