"""Feeds the change records of a table to a handler by Lambda's rules for streams.

One loop a stream: in order, at least once, the checkpoint saved only after success. A batch that raises is halved
until the culprit stands alone; a partial answer (`batchItemFailures`) keeps what came before the first failure; a
record that fails to the end goes to the failure file with its reason and the stream goes on.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.database import Database
from local.handlers import StreamSource
from local.stream_log import StoredRecord, sequence_number

log = logging.getLogger("local.streams")

ATTEMPTS = 5
"""Calls with one record alone before it is given up."""
FIRST_PAUSE_SECONDS = 0.2
"""Doubled after every further failure."""
LOOK_UP_SECONDS = 1.0
"""How long a loop sleeps when nothing wakes it."""


class FailureFile:
    """The on-failure destination: one JSON line per record that no attempt could handle."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.entries: list[dict[str, Any]] = []

    def add(self, source: StreamSource, record: StoredRecord, reason: str, attempts: int) -> None:
        """Durable when it returns."""
        entry = {
            "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "handler": source.handler.name,
            "stream": source.arn,
            "sequence": sequence_number(record.sequence),
            "attempts": attempts,
            "reason": reason,
            "record": json.loads(record.json),
        }
        with self._lock:
            self.entries.append(entry)
            if self._path:
                with open(self._path, "a", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
                    file.write(json.dumps(entry) + "\n")
                    file.flush()
                    os.fsync(file.fileno())

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self.entries.clear()
            if self._path:
                self._path.unlink(missing_ok=True)


class StreamLoop:
    """One stream, one handler, one thread."""

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
        self._thread = threading.Thread(target=self._run, name=f"stream-{source.handler.name}", daemon=True)
        database.streams.checkpoint(source.handler.name, source.table)

    def start(self) -> None:
        """Begin where the checkpoint is."""
        self._thread.start()

    def stop(self, wait_seconds: float = 5.0) -> None:
        """Let the running batch finish. What it did without a checkpoint is delivered again next time."""
        self._stopped.set()
        self._database.streams.wake()
        self._thread.join(wait_seconds)

    def drained(self) -> bool:
        """Whether everything written so far has been handled."""
        return self._database.streams.pending(self._source.handler.name, self._source.table) == 0

    def _run(self) -> None:
        name, table = self._source.handler.name, self._source.table
        while not self._stopped.is_set():
            after = self._database.streams.checkpoint(name, table)
            batch = self._database.streams.read(table, after, self._source.batch_size, LOOK_UP_SECONDS)
            try:
                self._handle(batch)
            except Exception:
                log.exception("stream of %s stumbled; it tries again", name)
                self._stopped.wait(1.0)

    def _handle(self, batch: list[StoredRecord]) -> None:
        """Bring a batch to its end: every record handled or in the failure file, or the loop stopped."""
        size, failed = len(batch), 0
        while batch and not self._stopped.is_set():
            part = batch[:size]
            handled, reason = self._call(part)
            if handled:
                self._save(part[handled - 1])
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
            self._give_up(part[0], reason, failed)
            batch, size, failed = batch[1:], len(batch) - 1, 0

    def _give_up(self, record: StoredRecord, reason: str, attempts: int) -> None:
        log.error("%s gives up record %s", self._source.handler.name, sequence_number(record.sequence))
        self._failures.add(self._source, record, reason, attempts)
        self._save(record)

    def _save(self, record: StoredRecord) -> None:
        self._database.save_checkpoint(self._source.handler.name, self._source.table, record.sequence)

    def _call(self, part: list[StoredRecord]) -> tuple[int, str]:
        """(how many records from the start are handled, why not more)."""
        records = [{**json.loads(record.json), "eventSourceARN": self._source.arn} for record in part]
        try:
            answer = self._source.handler({"Records": records})
        except Exception as error:
            log.exception("%s raised on %d records", self._source.handler.name, len(part))
            return 0, f"{type(error).__name__}: {error}"
        return _handled(answer, [sequence_number(record.sequence) for record in part])


REPORTED = "reported by the handler"


def _handled(answer: object, sequences: list[str]) -> tuple[int, str]:
    """Lambda's reading of a partial answer: none or empty is success, an unknown identifier fails the whole batch."""
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return len(sequences), ""
    named = [failure.get("itemIdentifier") if isinstance(failure, dict) else None for failure in failures]
    if any(name not in sequences for name in named):
        return 0, "batchItemFailures names a record that is not in the batch"
    return min(sequences.index(str(name)) for name in named), REPORTED


def wait_until_drained(loops: list[StreamLoop], seconds: float) -> bool:
    """For tests and the demo: True once every loop has handled everything."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if all(loop.drained() for loop in loops):
            return True
        time.sleep(0.005)
    return False
