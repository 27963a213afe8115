"""The change records of all tables with a stream, and the checkpoint of each consumer.

The database appends, the stream loops read. A record becomes readable only when it is durable, so that no reaction
happens to a write that a crash could undo.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

RETENTION_SECONDS = 24 * 60 * 60
"""How long records are kept, as in DynamoDB Streams."""
UNREAD_LIMIT = 10_000
"""Number of records kept for a table without consumers (a test without stream loops)."""
SEQUENCE_BASE = 10**20
"""Makes sequence numbers look like AWS's: 21 digits, in the same order as text and as numbers."""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One change: its sequence, its time (epoch seconds), and the stream record as JSON."""

    sequence: int
    at: float
    json: bytes


def sequence_number(sequence: int) -> str:
    """Returns the number as it is written in a stream record."""
    return str(SEQUENCE_BASE + sequence)


class StreamLog:
    """Thread-safe. Readers wait on a condition and wake when a record becomes readable."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._records: dict[str, deque[StoredRecord]] = {}
        self._checkpoints: dict[str, tuple[str, int]] = {}
        self._readable = 0
        self.last_sequence = 0

    def next_sequence(self) -> int:
        """Returns the next sequence. The caller holds the database's lock."""
        self.last_sequence += 1
        return self.last_sequence

    def append(self, table: str, record: StoredRecord) -> None:
        """Adds a record that is not readable before `publish`."""
        with self._changed:
            self._records.setdefault(table, deque()).append(record)
            self.last_sequence = max(self.last_sequence, record.sequence)

    def publish(self, sequence: int) -> None:
        """Makes the records up to `sequence` readable and wakes the readers. Call it when they are durable."""
        with self._changed:
            if sequence > self._readable:
                self._readable = sequence
                self._changed.notify_all()

    def wake(self) -> None:
        """Wakes waiting readers, so that they check their stop flag."""
        with self._changed:
            self._changed.notify_all()

    def read(self, table: str, after: int, limit: int, wait_seconds: float) -> list[StoredRecord]:
        """Returns up to `limit` readable records after sequence `after`. Waits for the first, and may return none."""
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
        """Returns the last sequence that this consumer has handled. A new consumer starts at the oldest record kept."""
        with self._changed:
            return self._checkpoints.setdefault(consumer, (table, 0))[1]

    def advance(self, consumer: str, table: str, sequence: int) -> None:
        """Saves the checkpoint and drops the records that every consumer of the table has handled."""
        with self._changed:
            _, previous = self._checkpoints.get(consumer, (table, 0))
            self._checkpoints[consumer] = (table, max(previous, sequence))
        self.trim(table)

    def trim(self, table: str) -> None:
        """Drops records that all consumers have handled, records over a day old, and records over UNREAD_LIMIT in
        a table without consumers.
        """
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
        """Returns how many records the consumer has not handled yet."""
        after = self.checkpoint(consumer, table)
        with self._changed:
            return sum(1 for record in self._records.get(table, ()) if record.sequence > after)

    def drop(self, table: str) -> None:
        """Forgets the records of a table that was deleted."""
        with self._changed:
            self._records.pop(table, None)

    def clear(self) -> None:
        """Forgets all records. Checkpoints stay, because sequences only rise."""
        with self._changed:
            self._records.clear()

    def all_records(self) -> Iterator[tuple[str, StoredRecord]]:
        """Yields (table, record) for the compaction, which holds the database's lock."""
        with self._changed:
            tables = [(table, list(records)) for table, records in self._records.items()]
        for table, records in tables:
            for record in records:
                yield table, record

    def all_checkpoints(self) -> list[tuple[str, str, int]]:
        """Returns (consumer, table, sequence) of every consumer."""
        with self._changed:
            return [(consumer, table, sequence) for consumer, (table, sequence) in self._checkpoints.items()]
