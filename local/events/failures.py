"""The failure queue of the streams: records that failed in every attempt, kept until a replay succeeds.

`streams` adds to it, `site` shows it and replays. On AWS it is a bucket, a queue and `python -m infra replay`, with the
same rules: a record that succeeds is removed, one that fails again stays with its new reason, and a kill loses nothing.
The file holds one JSON line for each entry, and one for each later change of it. It must not know how a stream is read.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, cast

Attempt = Callable[[dict[str, Any]], str]
"""Passes one record to its handler. Returns the reason why it failed, or an empty string."""


class FailedRecord(TypedDict):
    """One record with the reason, the time (ISO 8601) and the number of calls after which it was given up."""

    id: str
    at: str
    handler: str
    stream: str
    sequence: str
    attempts: int
    reason: str
    record: dict[str, Any]


class Replayed(NamedTuple):
    """The result of a replay of one entry. `reason` says why the entry stays."""

    id: str
    handler: str
    succeeded: bool
    reason: str


class ReplayRunning(RuntimeError):
    """Another replay is running. A second one would call the handlers with the same records."""


class FailureFile:
    """Thread-safe. Without a path the entries exist only in memory."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._replaying = threading.Lock()
        self._attempts: dict[str, Attempt] = {}
        self._entries: dict[str, FailedRecord] = {}
        if path and path.exists():
            self._entries = _read(path)
            self._write_anew()

    @property
    def entries(self) -> list[FailedRecord]:
        """Copies of all entries, oldest first."""
        with self._lock:
            return [entry.copy() for entry in self._entries.values()]

    def serve(self, handler: str, attempt: Attempt) -> None:
        """Registers the function that replays the entries of this handler."""
        self._attempts[handler] = attempt

    def add(
        self, *, handler: str, stream: str, sequence: str, record: dict[str, Any], reason: str, attempts: int
    ) -> None:
        """Adds an entry. It is durable when this returns."""
        entry = FailedRecord(
            id=_id(handler, sequence),
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            handler=handler,
            stream=stream,
            sequence=sequence,
            attempts=attempts,
            reason=reason,
            record=record,
        )
        with self._lock:
            self._append(entry)
            self._entries[entry["id"]] = entry

    def replay(self, id: str | None = None) -> list[Replayed]:
        """Passes one entry, or all, oldest first, to their handlers again.

        Raises KeyError for an unknown id, and ReplayRunning.
        """
        if not self._replaying.acquire(blocking=False):
            raise ReplayRunning
        try:
            found = [entry for entry in self.entries if id in (None, entry["id"])]
            if id is not None and not found:
                raise KeyError(id)
            return [self._replay(entry) for entry in found]
        finally:
            self._replaying.release()

    def clear(self) -> None:
        """Removes all entries and the file."""
        with self._lock:
            self._forget_all()

    def _replay(self, entry: FailedRecord) -> Replayed:
        attempt = self._attempts.get(entry["handler"])
        if attempt is None:
            return Replayed(entry["id"], entry["handler"], False, "no handler has this name now")
        reason = attempt({**entry["record"], "eventSourceARN": entry["stream"]})
        if reason:
            self._keep(entry["id"], reason)
        else:
            self._remove(entry["id"])
        return Replayed(entry["id"], entry["handler"], not reason, reason)

    def _remove(self, id: str) -> None:
        with self._lock:
            if id not in self._entries:  # a reset came first
                return
            if len(self._entries) == 1:
                self._forget_all()
                return
            self._append({"replayed": id})
            del self._entries[id]

    def _keep(self, id: str, reason: str) -> None:
        with self._lock:
            if entry := self._entries.get(id):
                attempts = entry["attempts"] + 1
                self._append({"failed_again": id, "attempts": attempts, "reason": reason})
                entry.update({"attempts": attempts, "reason": reason})

    def _forget_all(self) -> None:
        if self._path:
            self._path.unlink(missing_ok=True)
        self._entries.clear()

    def _append(self, line: object) -> None:
        if self._path:
            with _opened(self._path, "a") as write:
                write(line)

    def _write_anew(self) -> None:
        """Rewrites the file without replayed records: they hold what users typed. A kill leaves the old or new file."""
        if not self._path:
            return
        if not self._entries:
            self._forget_all()
            return
        beside = self._path.with_suffix(".new")
        with _opened(beside, "w") as write:
            for entry in self._entries.values():
                write(entry)
        beside.replace(self._path)


@contextlib.contextmanager
def _opened(path: Path, mode: str) -> Iterator[Callable[[object], None]]:
    """Yields a function that writes JSON lines. They are on the disk after the block. Only the owner can read them."""
    with open(path, mode, encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        yield lambda line: cast("None", file.write(json.dumps(line) + "\n"))
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> dict[str, FailedRecord]:
    """Returns the entries in the file. Skips a line that a kill cut off, because it was never acknowledged."""
    entries: dict[str, FailedRecord] = {}
    for text in path.read_text(encoding="utf-8", errors="replace").splitlines():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            _apply(entries, json.loads(text))
    return entries


def _apply(entries: dict[str, FailedRecord], line: dict[str, Any]) -> None:
    if "replayed" in line:
        entries.pop(line["replayed"], None)
    elif "failed_again" in line:
        entries[line["failed_again"]].update({"attempts": line["attempts"], "reason": line["reason"]})
    else:
        id = _id(line["handler"], line["sequence"])  # lines of older versions have no id
        fields = {name: line[name] for name in FailedRecord.__annotations__ if name != "id"}
        entries[id] = cast("FailedRecord", {"id": id, **fields})


def _id(handler: str, sequence: str) -> str:
    """Returns one id for one record: a record that comes again (killed before its checkpoint) has one entry."""
    return f"{handler}-{sequence}"
