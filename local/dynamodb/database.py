"""DynamoDB on one machine: ministack's DynamoDB service in this process, behind one lock, with a journal.

`database_server` answers HTTP with it, and the stream loops read its change records. The journal holds the changes that
a call made, not the call, so that a replay always gives the same state.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec

from local.dynamodb.dynamo_wire import READS, TABLE_CHANGES, WRITES, WireAnswer, fault, finished
from local.dynamodb.engine import Engine
from local.dynamodb.journal import Journal, JournalEntry, JournalFailed
from local.dynamodb.stream_log import StoredRecord, StreamLog
from local.start_errors import DataDirectoryInUse

log = logging.getLogger("local.database")

COMPACT_ABOVE_BYTES = 64 * 1024 * 1024
EXPIRED_FOR_SECONDS = 48 * 60 * 60
"""A compaction removes items whose TTL ended this long ago. DynamoDB deletes them "typically within a few days"."""
ITEMS_PER_LINE = 200


@dataclass(frozen=True, slots=True)
class Receipt:
    """A change that is made but not yet durable. Acknowledge it only after `Database.confirm(receipt)` returned."""

    position: int
    sequence: int


class Database:
    """A whole database. `call` is for synchronous callers, `execute` and `confirm` for an event loop."""

    def __init__(self, data_dir: Path | None = None, *, compact_above: int = COMPACT_ABOVE_BYTES) -> None:
        """Opens, replays and compacts. `data_dir` None keeps everything in memory. Later the journal is compacted when
        it has more bytes than `compact_above` and more than three times what the last compaction left.

        Raises DataDirectoryInUse, or JournalDamaged when acknowledged data would be lost.
        """
        self._lock_file = _claim(data_dir) if data_dir else None
        self._journal: Journal | None = None
        self._lock = threading.RLock()
        self._ttl: dict[str, str] = {}
        self.streams = StreamLog()
        self._engine = Engine(self.streams)
        self._least_compacted = self._compact_above = compact_above
        try:
            if data_dir:
                journal = Journal(data_dir / "journal.jsonl")
                for entry in journal.load():
                    self._replay(entry)
                self._journal = journal
                self.compact()
            self.streams.publish(self.streams.last_sequence)
        except BaseException:
            self.close()
            raise

    def call(self, operation: str, body: bytes) -> WireAnswer:
        """Runs one operation ("PutItem") on its JSON body. Returns when its effects are durable."""
        answer, receipt = self.execute(operation, body)
        if receipt is None:
            return answer
        try:
            self.confirm(receipt)
        except JournalFailed as error:
            return _disk_fault(error)
        return answer

    def execute(self, operation: str, body: bytes) -> tuple[WireAnswer, Receipt | None]:
        """Runs one operation. With a receipt, the answer may be sent only after `confirm`."""
        with self._lock:
            answer = self._run(operation, body)
            try:
                return answer, self._write_down(operation, answer)
            except JournalFailed as error:
                return _disk_fault(error), None

    def confirm(self, receipt: Receipt) -> None:
        """Waits until the change is on the disk, then makes its stream records readable. Raises JournalFailed."""
        if self._journal:
            self._journal.commit(receipt.position)
        self.streams.publish(receipt.sequence)
        if self._journal and self._journal.size > self._compact_above:
            self._try_to_compact()

    def _run(self, operation: str, body: bytes) -> WireAnswer:
        if self._journal and self._journal.failed:
            return _disk_fault(JournalFailed("the journal failed earlier"))
        if operation in ("UpdateTimeToLive", "DescribeTimeToLive"):
            return self._time_to_live(operation, body)
        if operation not in READS and operation not in WRITES and operation not in TABLE_CHANGES:
            return fault("UnknownOperationException", f"Unknown operation: {operation}")
        if rb"\ud" in body.lower() and not _is_unicode(body):
            return fault("SerializationException", "The request holds a lone surrogate")
        return self._hand_over(operation, body)

    def _hand_over(self, operation: str, body: bytes) -> WireAnswer:
        try:
            return finished(*self._engine.run(operation, body))
        except Exception:
            log.exception("the database engine failed in %s", operation)
            return fault("InternalServerError", "Internal server error", 500)

    def _time_to_live(self, operation: str, body: bytes) -> WireAnswer:
        """Keeps TTL settings here and never in ministack, whose reaper would delete items without the journal."""
        with self._engine.reaper_held():
            answer = self._hand_over(operation, body)
            setting = self._engine.take_ttl_setting(body) if answer.status == 200 else None
        if answer.status != 200:
            return answer
        if setting:
            self._set_ttl(*setting)
            return answer
        attribute = self._ttl.get(str(json.loads(body)["TableName"]))
        found = (
            {"TimeToLiveStatus": "ENABLED", "AttributeName": attribute}
            if attribute
            else {"TimeToLiveStatus": "DISABLED"}
        )
        return finished(200, {}, json.dumps({"TimeToLiveDescription": found}).encode())

    def _set_ttl(self, table: str, attribute: str | None) -> None:
        if attribute:
            self._ttl[table] = attribute
        else:
            self._ttl.pop(table, None)

    def _write_down(self, operation: str, answer: WireAnswer) -> Receipt | None:
        """Writes what the call changed to the journal, even when it failed half-way through a batch."""
        entry = self._engine.take(self._changed_table(operation, answer))
        if entry is None:
            return None
        position = self._journal.append(entry) if self._journal else 0
        for table, sequence, at, record in entry.records:
            self.streams.append(table, StoredRecord(sequence, at, bytes(record)))
            self.streams.trim(table)
        receipt = Receipt(position, self.streams.last_sequence)
        if self._journal is None:
            self.streams.publish(receipt.sequence)
            return None
        return receipt

    def _changed_table(self, operation: str, answer: WireAnswer) -> tuple[str, dict[str, Any] | None] | None:
        if operation not in TABLE_CHANGES or answer.status != 200:
            return None
        name = str(json.loads(answer.body)["TableDescription"]["TableName"])
        if operation == "DeleteTable":
            self.streams.drop(name)
            self._ttl.pop(name, None)
        return name, self._engine.table_definition(name)

    def save_checkpoint(self, consumer: str, table: str, sequence: int) -> None:
        """Saves durably that `consumer` has handled the table's stream up to `sequence`."""
        receipt = None
        with self._lock:
            self.streams.advance(consumer, table, sequence)
            if self._journal:
                position = self._journal.append(JournalEntry(checkpoint=(consumer, table, sequence)))
                receipt = Receipt(position, sequence)
        if receipt:
            self.confirm(receipt)

    def expire_items_by(self, attribute: str) -> None:
        """Enables TTL on every table that has none."""
        setting = {"Enabled": True, "AttributeName": attribute}
        for name in self._engine.table_names():
            if name not in self._ttl:
                request = {"TableName": name, "TimeToLiveSpecification": setting}
                self.call("UpdateTimeToLive", json.dumps(request).encode())

    def reset(self) -> None:
        """Removes every item, token and stream record. Tables stay."""
        with self._lock:
            self._engine.forget_items()
            self.streams.clear()
            if self._journal:
                self._journal.rewrite(self._snapshot())

    def compact(self) -> None:
        """Replaces the journal by the state it leads to, without items whose TTL ended EXPIRED_FOR_SECONDS ago."""
        with self._lock:
            if self._journal is None:
                return
            self._drop_expired(time.time() - EXPIRED_FOR_SECONDS)
            self._journal.rewrite(self._snapshot())
            self._compact_above = max(self._least_compacted, 3 * self._journal.size)

    def _try_to_compact(self) -> None:
        try:
            self.compact()
        except OSError as error:
            self._compact_above *= 2
            log.warning("the journal could not be compacted: %s", error)

    def _drop_expired(self, before: float) -> None:
        for name, attribute in self._ttl.items():
            for item in self._engine.items_of(name):
                expiry = item.get(attribute, {}).get("N")
                if expiry is not None and float(expiry) < before:
                    self._engine.restore_item(name, item, stored=False)

    def _snapshot(self) -> Iterator[JournalEntry]:
        yield JournalEntry(sequence=self.streams.last_sequence)
        for name in self._engine.table_names():
            yield JournalEntry(table=(name, self._engine.table_definition(name)))
            rows = [(name, item, True) for item in self._engine.items_of(name)]
            for start in range(0, len(rows), ITEMS_PER_LINE):
                yield JournalEntry(items=rows[start : start + ITEMS_PER_LINE])
        for name, attribute in self._ttl.items():
            yield JournalEntry(ttl=(name, attribute))
        for token in self._engine.live_tokens():
            yield JournalEntry(token=token)
        for checkpoint in self.streams.all_checkpoints():
            yield JournalEntry(checkpoint=checkpoint)
        for name, record in self.streams.all_records():
            yield JournalEntry(records=[(name, record.sequence, record.at, msgspec.Raw(record.json))])

    def _replay(self, entry: JournalEntry) -> None:
        if entry.sequence:
            self.streams.last_sequence = max(self.streams.last_sequence, entry.sequence)
        if entry.table:
            self._engine.restore_table(*entry.table)
            if entry.table[1] is None:
                self.streams.drop(entry.table[0])
        if entry.ttl:
            self._set_ttl(*entry.ttl)
        for table, item, stored in entry.items:
            self._engine.restore_item(table, item, stored=stored)
        if entry.token:
            self._engine.restore_token(*entry.token)
        for table, sequence, at, record in entry.records:
            self.streams.append(table, StoredRecord(sequence, at, bytes(record)))
        if entry.checkpoint:
            self.streams.advance(*entry.checkpoint)

    def close(self) -> None:
        """Syncs the journal, releases the data directory, and restores ministack."""
        with self._lock:
            if self._journal:
                self._journal.close()
            self._engine.close()
            if self._lock_file:
                self._lock_file.close()


def _is_unicode(body: bytes) -> bool:
    try:
        json.dumps(json.loads(body), ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


def _disk_fault(error: JournalFailed) -> WireAnswer:
    log.error("the journal cannot be written: %s; restart the runner", error)
    return fault("InternalServerError", "The journal cannot be written", 500)


def _claim(data_dir: Path) -> IO[str]:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = (data_dir / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.seek(0)
        owner = file.read().strip() or "unknown"
        file.close()
        advice = "stop it, or choose another DATA_DIR"
        raise DataDirectoryInUse(f"{data_dir} is in use by process {owner}: {advice}") from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
