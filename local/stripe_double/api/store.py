"""The data of the double: tables in memory, and a journal that survives kill -9.

A transaction is one journal line. It is written and flushed before it is visible in memory, so that after a restart the
double knows everything that it answered. This module must not know Stripe.
"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

Json = dict[str, Any]
Change = tuple[str, str, Json | None]
_SHARED = frozenset({"account", "account_access", "account_link", "due", "sending"})
"""Tables that all accounts share."""


class Transaction:
    """Reads committed rows and its own writes. It is written as a whole or not at all."""

    def __init__(self, tables: dict[str, dict[str, Json]]) -> None:
        self._tables = tables
        self._writes: dict[tuple[str, str], Json | None] = {}

    def get(self, table: str, key: str) -> Json | None:
        """Returns a copy of the row, or None."""
        if (table, key) in self._writes:
            return copy.deepcopy(self._writes[table, key])
        return copy.deepcopy(self._tables.get(table, {}).get(key))

    def rows(self, table: str) -> list[Json]:
        """Returns all rows, oldest first. They are shared with the store: copy a row before you change it."""
        merged: dict[str, Json | None] = dict(self._tables.get(table, {}))
        for (where, key), row in self._writes.items():
            if where == table:
                merged[key] = row
        return [row for row in merged.values() if row is not None]

    def put(self, table: str, key: str, row: Json) -> None:
        """Inserts or replaces the row."""
        self._writes[table, key] = copy.deepcopy(row)

    def delete(self, table: str, key: str) -> None:
        """Removes the row if it exists."""
        self._writes[table, key] = None

    def changes(self) -> list[Change]:
        """Returns the writes of this transaction, in order."""
        return [(table, key, row) for (table, key), row in self._writes.items()]


class Scope:
    """A transaction as one account sees it: its own tables (None: the platform's) and a few shared ones."""

    def __init__(self, whole: Transaction, account: str | None) -> None:
        self.whole = whole
        self.account = account

    def get(self, table: str, key: str) -> Json | None:
        """Returns a copy of the row, or None."""
        return self.whole.get(self._named(table), key)

    def rows(self, table: str) -> list[Json]:
        """Returns all rows, oldest first. They are shared with the store: copy a row before you change it."""
        return self.whole.rows(self._named(table))

    def put(self, table: str, key: str, row: Json) -> None:
        """Inserts or replaces the row."""
        self.whole.put(self._named(table), key, row)

    def delete(self, table: str, key: str) -> None:
        """Removes the row if it exists."""
        self.whole.delete(self._named(table), key)

    def _named(self, table: str) -> str:
        return table if self.account is None or table in _SHARED else f"{self.account}/{table}"


class Store:
    """The tables. Any thread may open a transaction; one runs at a time."""

    def __init__(self, folder: Path | None) -> None:
        self._lock = threading.RLock()
        self._tables: dict[str, dict[str, Json]] = {}
        self._path: Path | None = None
        self._journal: BinaryIO | None = None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            self._path = folder / "stripe-double.journal"
            self._replay(self._path)
            self._compact(self._path)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end of the block. An exception discards its writes."""
        with self._lock:
            work = Transaction(self._tables)
            yield work
            changes = work.changes()
            if changes:
                self._write(changes)
                self._apply(changes)

    def close(self) -> None:
        """Closes the journal. The next write opens it again."""
        with self._lock:
            if self._journal is not None:
                self._journal.close()
                self._journal = None

    def _write(self, changes: list[Change]) -> None:
        if self._path is None:
            return
        if self._journal is None:
            self._journal = self._path.open("ab")
        self._journal.write(_line(changes))
        self._journal.flush()

    def _apply(self, changes: list[Change]) -> None:
        for table, key, row in changes:
            rows = self._tables.setdefault(table, {})
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row

    def _replay(self, path: Path) -> None:
        if not path.exists():
            return
        for line in path.read_bytes().split(b"\n"):
            try:
                changes = json.loads(line) if line else []
            except ValueError:  # a killed process did not finish this line: it was never answered
                break
            self._apply([(table, key, row) for table, key, row in changes])

    def _compact(self, path: Path) -> None:
        fresh = path.with_suffix(".new")
        rows: list[Change] = [(table, key, row) for table, rows in self._tables.items() for key, row in rows.items()]
        with fresh.open("wb") as file:
            for change in rows:
                file.write(_line([change]))
        fresh.replace(path)


def _line(changes: list[Change]) -> bytes:
    return json.dumps(changes, separators=(",", ":")).encode() + b"\n"
