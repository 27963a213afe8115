"""Distributes the records of a stream to lanes that work at the same time. Used by local/events/streams.py.

Lambda does the same with a ParallelizationFactor: records of one item are always in the same lane, in order. The
checkpoint is the position that every lane has passed. Records that a faster lane has handled after it are delivered
again after a restart.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections import deque

from local.dynamodb.stream_log import StoredRecord, StreamLog


class Lanes:
    """The records after a checkpoint, by lane. Thread-safe. A record stays until it is `done`."""

    def __init__(self, streams: StreamLog, table: str, after: int, count: int) -> None:
        self._streams = streams
        self._table = table
        self._lock = threading.Lock()
        self._lanes: list[deque[StoredRecord]] = [deque() for _ in range(count)]
        self._dealt = self._saved = after

    def next(self, lane: int, limit: int, wait_seconds: float) -> list[StoredRecord]:
        """Returns the first records of a lane that are not done, up to `limit`. Waits for one, and may return none."""
        batch, dealt = self._deal(lane, limit)
        if not batch and self._streams.read(self._table, dealt, 1, wait_seconds):
            batch, _ = self._deal(lane, limit)
        return batch

    def _deal(self, lane: int, limit: int) -> tuple[list[StoredRecord], int]:
        with self._lock:
            if not self._lanes[lane]:
                for record in self._streams.read(self._table, self._dealt, limit * len(self._lanes), 0):
                    self._lanes[self._lane_of(record)].append(record)
                    self._dealt = record.sequence
            return list(self._lanes[lane])[:limit], self._dealt

    def _lane_of(self, record: StoredRecord) -> int:
        if len(self._lanes) == 1:
            return 0
        keys = json.loads(record.json)["dynamodb"]["Keys"]
        return zlib.crc32(json.dumps(keys, sort_keys=True).encode()) % len(self._lanes)

    def done(self, lane: int, sequence: int) -> int | None:
        """Removes records of a lane up to `sequence`. Returns the new checkpoint, or None if it did not change."""
        with self._lock:
            queue = self._lanes[lane]
            while queue and queue[0].sequence <= sequence:
                queue.popleft()
            checkpoint = min((one[0].sequence - 1 for one in self._lanes if one), default=self._dealt)
            if checkpoint <= self._saved:
                return None
            self._saved = checkpoint
            return checkpoint
