"""The change records of all tables with a stream, and how far each consumer has come.

The database appends, the stream loops read. A record may be read only once it is durable, so that no reaction ever
happens to a write that a crash could take back.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

RETENTION_SECONDS = 24 * 60 * 60
"""As in DynamoDB Streams."""
UNREAD_LIMIT = 10_000
"""Records kept of a table that nobody consumes (a test without stream loops)."""
SEQUENCE_BASE = 10**20
"""Sequence numbers look like AWS's: 21 digits, ordered as text and as numbers."""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One change: its place in the order, when it happened (epoch seconds), and the record as JSON."""

    sequence: int
    at: float
    json: bytes


def sequence_number(sequence: int) -> str:
    """The number as it stands in a record."""
    return str(SEQUENCE_BASE + sequence)


class StreamLog:
    """Thread-safe; readers sleep on a condition and wake the moment a record becomes readable."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._records: dict[str, deque[StoredRecord]] = {}
        self._checkpoints: dict[str, tuple[str, int]] = {}
        self._readable = 0
        self.last_sequence = 0

    def next_sequence(self) -> int:
        """Called with the database's lock held."""
        self.last_sequence += 1
        return self.last_sequence

    def append(self, table: str, record: StoredRecord) -> None:
        """Add a record that is not readable before `publish`."""
        with self._changed:
            self._records.setdefault(table, deque()).append(record)
            self.last_sequence = max(self.last_sequence, record.sequence)

    def publish(self, sequence: int) -> None:
        """Everything up to `sequence` is durable: wake the readers."""
        with self._changed:
            if sequence > self._readable:
                self._readable = sequence
                self._changed.notify_all()

    def wake(self) -> None:
        """Let waiting readers look at their stop flag."""
        with self._changed:
            self._changed.notify_all()

    def read(self, table: str, after: int, limit: int, wait_seconds: float) -> list[StoredRecord]:
        """Up to `limit` readable records behind `after`; waits for the first, and may come back empty."""
        with self._changed:
            found = self._find(table, after, limit)
            if not found and wait_seconds > 0:
                self._changed.wait(wait_seconds)
                found = self._find(table, after, limit)
            return found

    def _find(self, table: str, after: int, limit: int) -> list[StoredRecord]:
        found: list[StoredRecord] = []
        for record in self._records.get(table, ()):
            if record.sequence > self._readable or len(found) == limit:
                break
            if record.sequence > after:
                found.append(record)
        return found

    def checkpoint(self, consumer: str, table: str) -> int:
        """The last sequence this consumer has handled; a new consumer starts at the oldest record kept."""
        with self._changed:
            return self._checkpoints.setdefault(consumer, (table, 0))[1]

    def advance(self, consumer: str, table: str, sequence: int) -> None:
        """Remember the checkpoint and let go of what every consumer of the table has handled."""
        with self._changed:
            _, previous = self._checkpoints.get(consumer, (table, 0))
            self._checkpoints[consumer] = (table, max(previous, sequence))
        self.trim(table)

    def trim(self, table: str) -> None:
        """Drop records that all consumers have handled, that are over a day old, or that nobody will ever read."""
        with self._changed:
            records = self._records.get(table)
            if not records:
                return
            handled = [sequence for name, sequence in self._checkpoints.values() if name == table]
            limit = None if handled else UNREAD_LIMIT
            behind, oldest = min(handled, default=0), time.time() - RETENTION_SECONDS
            while records and (
                records[0].sequence <= behind or records[0].at < oldest or (limit is not None and len(records) > limit)
            ):
                records.popleft()

    def pending(self, consumer: str, table: str) -> int:
        """How many records the consumer has not handled yet."""
        after = self.checkpoint(consumer, table)
        with self._changed:
            return sum(1 for record in self._records.get(table, ()) if record.sequence > after)

    def drop(self, table: str) -> None:
        """The table is gone, and its stream with it."""
        with self._changed:
            self._records.pop(table, None)

    def clear(self) -> None:
        """Forget all records (checkpoints stay: sequences only ever rise)."""
        with self._changed:
            self._records.clear()

    def all_records(self) -> Iterator[tuple[str, StoredRecord]]:
        """For the compaction, which holds the database's lock."""
        with self._changed:
            tables = [(table, list(records)) for table, records in self._records.items()]
        for table, records in tables:
            for record in records:
                yield table, record

    def all_checkpoints(self) -> list[tuple[str, str, int]]:
        """(consumer, table, sequence) of every consumer."""
        with self._changed:
            return [(consumer, table, sequence) for consumer, (table, sequence) in self._checkpoints.items()]
