"""An append-only file of checksummed JSON lines that can be replayed after a kill -9.

The database writes to it; it must not know tables. One acknowledged call is one line, so a call is either completely in
the file or not at all. A compaction writes a new file beside the old one and renames it into place, so that there is
exactly one complete journal at every moment.
"""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from local.start_errors import JournalDamaged

FORMAT = 1
"""Version of the lines. Increase it when an older runner cannot read them."""


class JournalFailed(Exception):
    """The disk refused a write, so the data in memory is not durable."""


class JournalEntry(msgspec.Struct, omit_defaults=True, frozen=True):
    """The changes of one acknowledged call. Every field is optional. Replaying the entries in order gives the state."""

    format: int = 0
    table: tuple[str, dict[str, object] | None] | None = None
    """(name, definition without items), or (name, None) when the table was deleted."""
    ttl: tuple[str, str | None] | None = None
    """(table, attribute that holds the expiry time, or None when switched off)."""
    items: list[tuple[str, dict[str, object], bool]] = []
    """(table, item or key, True to store and False to remove)."""
    token: tuple[str, dict[str, object]] | None = None
    """(ClientRequestToken, its remembered outcome)."""
    records: list[tuple[str, int, float, msgspec.Raw]] = []
    """(table, sequence, epoch seconds, stream record)."""
    checkpoint: tuple[str, str, int] | None = None
    """(consumer, table, last sequence handled)."""
    sequence: int = 0
    """The highest stream sequence that was ever assigned."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(JournalEntry)


def encode_line(entry: JournalEntry) -> bytes:
    """Returns one line: CRC-32 in hex, a space, the JSON, a newline."""
    text = _encoder.encode(entry)
    return b"%08x %s\n" % (zlib.crc32(text), text)


def decode_line(line: bytes) -> JournalEntry | None:
    """Returns the entry of a complete and undamaged line, else None."""
    if len(line) < 11 or line[8:9] != b" " or not line.endswith(b"\n"):
        return None
    text = line[9:-1]
    if line[:8] != b"%08x" % zlib.crc32(text):
        return None
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        return None


class Journal:
    """One thread at a time appends (the database holds its lock); many threads call `commit`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._state = threading.Condition()
        self._appended = 0
        self._synced = 0
        self._syncing = False
        self._failed = False
        self._fd = -1
        self.size = 0
        """Bytes in the file."""

    def load(self) -> Iterator[JournalEntry]:
        """Yields every entry, oldest first, then opens the file for appending. A torn last line was never acknowledged
        and is cut off.

        Raises JournalDamaged when whole lines follow a broken one, or when the file has another format.
        """
        self._path.with_suffix(".new").unlink(missing_ok=True)
        if not self._path.exists():
            self._swap(self._write_fresh([]))
        good = 0
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                entry = decode_line(line)
                if entry is None:
                    self._expect_only_a_torn_tail(file, number)
                    break
                self._check_format(entry, number)
                good += len(line)
                yield entry
        self._open(good)

    def _expect_only_a_torn_tail(self, rest: Iterable[bytes], number: int) -> None:
        if any(decode_line(line) is not None for line in rest):
            raise JournalDamaged(f"{self._path}: line {number} is damaged, but later lines are whole")

    def _check_format(self, entry: JournalEntry, number: int) -> None:
        if number == 1 and entry.format != FORMAT:
            raise JournalDamaged(f"{self._path}: written in format {entry.format}, this runner reads {FORMAT}")

    def _open(self, good: int) -> None:
        self._fd = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
        if os.fstat(self._fd).st_size != good:
            os.ftruncate(self._fd, good)
            os.fsync(self._fd)
        self.size = good

    @property
    def failed(self) -> bool:
        """Whether a write failed. It stays true: restart the runner to continue with what is on the disk."""
        return self._failed

    def append(self, entry: JournalEntry) -> int:
        """Writes one entry, which survives a kill of this process. Returns the position to `commit`. Raises
        JournalFailed.
        """
        if self._failed:
            raise JournalFailed("the journal failed earlier")
        line = memoryview(encode_line(entry))
        try:
            while line:
                written = os.write(self._fd, line)
                line = line[written:]
                self.size += written
        except OSError as error:
            self._fail()
            raise JournalFailed(str(error)) from error
        with self._state:
            self._appended += 1
            return self._appended

    def commit(self, position: int) -> None:
        """Waits until all up to `position` is on the disk. One caller syncs for many. Raises JournalFailed."""
        with self._state:
            while self._syncing and self._synced < position:
                self._state.wait()
            if self._failed:
                raise JournalFailed("the journal failed earlier")
            if self._synced >= position:
                return
            self._syncing, target = True, self._appended
        try:
            os.fsync(self._fd)
        except OSError as error:
            self._fail()
            raise JournalFailed(str(error)) from error
        finally:
            with self._state:
                self._syncing = False
                if not self._failed:
                    self._synced = max(self._synced, target)
                self._state.notify_all()

    def _fail(self) -> None:
        with self._state:
            self._failed = True
            self._state.notify_all()

    def rewrite(self, entries: Iterable[JournalEntry]) -> None:
        """Replaces this journal by a compacted one. The caller holds the lock that keeps appends out.

        Raises OSError when the disk has no room for it; the journal then stays as it was.
        """
        with self._state:
            while self._syncing:
                self._state.wait()
            self._syncing = True
        try:
            fresh = self._write_fresh(entries)
            self._take_over(fresh)
        finally:
            with self._state:
                self._syncing = False
                self._state.notify_all()

    def _take_over(self, fresh: Path) -> None:
        """Switches to the new file. It cannot be undone after the rename, so an error stops the journal for good."""
        try:
            self._swap(fresh)
            os.close(self._fd)
            self._open(self._path.stat().st_size)
        except BaseException:
            self._fail()
            raise
        with self._state:
            self._synced = self._appended

    def _write_fresh(self, entries: Iterable[JournalEntry]) -> Path:
        fresh = self._path.with_suffix(".new")
        with open(fresh, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(encode_line(JournalEntry(format=FORMAT)))
            file.writelines(encode_line(entry) for entry in entries)
            file.flush()
            os.fsync(file.fileno())
        return fresh

    def _swap(self, fresh: Path) -> None:
        fresh.replace(self._path)
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def close(self) -> None:
        """Syncs and closes the file."""
        if self._fd >= 0:
            os.fsync(self._fd)
            os.close(self._fd)
            self._fd = -1
