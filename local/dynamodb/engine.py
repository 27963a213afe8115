"""All places where the database uses the internals of ministack's DynamoDB service.

Used by `database` alone. ministack is pinned: check this file against every new version. The hooks see every item that
is stored or removed, and make the stream records, so that ministack's own list of records stays empty. ministack keeps
its state in module globals, so every engine has its own copy of the module.
"""

# ruff: noqa: SLF001
from __future__ import annotations

import importlib.util
import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import ModuleType
from typing import Any

import msgspec

from local.dynamodb.fingerprint import Fingerprint
from local.dynamodb.journal import JournalEntry
from local.dynamodb.stream_log import StreamLog, sequence_number

PARSERS = ("_tokenize", "_condition_syntax_error")
"""Pure functions of an expression's text, whose results are never changed. ministack calls them for each item that a
Query looks at. With a cache a Query of a partition of thousands of items takes a third of the time.
"""
EXPRESSIONS = 1_000
"""Number of texts in the cache."""

_idle: list[ModuleType] = []
"""Copies of the module that closed engines gave back. Loading one takes 0.1 seconds and starts a thread."""
_idle_lock = threading.Lock()


def _borrow_service() -> ModuleType:
    with _idle_lock:
        if _idle:
            return _idle.pop()
    spec = importlib.util.find_spec("ministack.services.dynamodb")
    if spec is None or spec.loader is None:
        raise ImportError("ministack is not installed")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Engine:
    """ministack's DynamoDB, and the changes that the running call has made. The database's lock guards every method."""

    def __init__(self, streams: StreamLog) -> None:
        self._streams = streams
        self._service: Any = _borrow_service()
        hooks = {
            "_set_item": self._set_item,
            "_remove_item": self._remove_item,
            "_emit_stream_event": self._emit_stream_event,
            "_txn_token_store": self._store_token,
            **{name: lru_cache(EXPRESSIONS)(getattr(self._service, name)) for name in PARSERS},
        }
        self._original = {name: getattr(self._service, name) for name in hooks}
        for name, hook in hooks.items():
            setattr(self._service, name, hook)
        self._clear()

    def close(self) -> None:
        """Restores ministack's own functions and deletes all data. A second call does nothing."""
        if self._service is None:
            return
        for name, function in self._original.items():
            setattr(self._service, name, function)
        self._service.reset()
        with _idle_lock:
            _idle.append(self._service)
        self._service = None

    def _clear(self) -> None:
        self._ttl: tuple[str, str | None] | None = None
        self._items: list[tuple[str, dict[str, Any], bool]] = []
        self._records: list[tuple[str, int, float, msgspec.Raw]] = []
        self._token: tuple[str, dict[str, Any]] | None = None

    def take(self, table: tuple[str, dict[str, Any] | None] | None) -> JournalEntry | None:
        """Returns the journal entry of the call that just ran, or None when it changed nothing. Forgets the changes."""
        items, records, token, ttl = self._items, self._records, self._token, self._ttl
        if not (items or records or token or ttl or table):
            return None
        self._clear()
        flat = (token[0], Fingerprint.flatten(token[1])) if token else None
        return JournalEntry(table=table, ttl=ttl, items=items, token=flat, records=records)

    def _set_item(self, table: dict[str, Any], pk: Any, sk: Any, item: dict[str, Any]) -> Any:
        old = self._original["_set_item"](table, pk, sk, item)
        if old != item:
            self._items.append((table["TableName"], item, True))
        return old

    def _remove_item(self, table: dict[str, Any], pk: Any, sk: Any) -> Any:
        old = self._original["_remove_item"](table, pk, sk)
        if old is not None:
            self._items.append((table["TableName"], _key_of(table, old), False))
        return old

    def _emit_stream_event(
        self, table_name: str, event_name: str, old: dict[str, Any] | None, new: dict[str, Any] | None, *_: object
    ) -> None:
        table = self._service._tables.get(table_name)
        spec = (table or {}).get("StreamSpecification") or {}
        if not spec.get("StreamEnabled") or (event_name == "MODIFY" and old == new):
            return
        view = spec.get("StreamViewType", "NEW_AND_OLD_IMAGES")
        record = self._service._build_change_record(table, event_name, old, new, view)
        change, now, sequence = record["dynamodb"], time.time(), self._streams.next_sequence()
        change["ApproximateCreationDateTime"] = int(now)
        change["SequenceNumber"] = sequence_number(sequence)
        images = [change[part] for part in ("Keys", "OldImage", "NewImage") if part in change]
        change["SizeBytes"] = sum(self._service._item_size_bytes(image) for image in images)
        self._records.append((table_name, sequence, now, msgspec.Raw(msgspec.json.encode(record))))

    def _store_token(self, token: str, outcome: dict[str, Any]) -> None:
        outcome["signature"] = Fingerprint.of(outcome["signature"])
        self._original["_txn_token_store"](token, outcome)
        self._token = (token, outcome)

    def run(self, operation: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Runs one operation: (status, headers, body). ministack's coroutine never waits: one `send` ends it."""
        request = self._service.handle_request(
            "POST", "/", {"x-amz-target": f"DynamoDB_20120810.{operation}"}, body, {}
        )
        try:
            request.send(None)
        except StopIteration as stop:
            status, headers, answer = stop.value
            return status, headers, answer if isinstance(answer, bytes) else answer.encode()
        raise RuntimeError(f"{operation} waited for something")

    @contextmanager
    def reaper_held(self) -> Iterator[None]:
        """Keeps ministack's TTL thread from running while the block runs."""
        with self._service._lock:
            yield

    def take_ttl_setting(self, body: bytes) -> tuple[str, str | None] | None:
        """Removes the TTL setting of a request from ministack. Returns it as (table, attribute or None)."""
        table = str(json.loads(body).get("TableName", ""))
        setting = self._service._ttl_settings.pop(table, None)
        if setting is None:
            return None
        self._ttl = (table, setting["AttributeName"] if setting["TimeToLiveStatus"] == "ENABLED" else None)
        return self._ttl

    def table_names(self) -> list[str]:
        return sorted(self._service._tables)

    def items_of(self, name: str) -> list[dict[str, Any]]:
        """Returns every item of a table. The list is empty when there is no such table."""
        table = self._service._tables.get(name)
        return [item for rows in table["items"].values() for item in rows.values()] if table else []

    def forget_items(self) -> None:
        """Empties every table and forgets all transaction tokens."""
        for table in self._service._tables.values():
            table["items"].clear()
            self._service._items_replaced(table)
        self._service._txn_idempotency.clear()

    def live_tokens(self) -> list[tuple[str, dict[str, Any]]]:
        """Returns (token, outcome as JSON) of the transactions of the last ten minutes."""
        oldest = time.time() - self._service._TXN_TOKEN_TTL
        known = [(token, self._service._txn_idempotency[token]) for token in self._service._txn_idempotency]
        return [(token, Fingerprint.flatten(outcome)) for token, outcome in known if outcome["completed_at"] > oldest]

    def restore_token(self, token: str, outcome: dict[str, Any]) -> None:
        """Restores the remembered outcome of a transaction."""
        self._service._txn_idempotency[token] = Fingerprint.unflatten(outcome)

    def table_definition(self, name: str) -> dict[str, Any] | None:
        """Returns what ministack knows about a table except its items, or None when there is no such table."""
        table = self._service._tables.get(name)
        if table is None:
            return None
        return {key: value for key, value in table.items() if key not in ("items", self._service._INDEX_MEMBERS)}

    def restore_table(self, name: str, definition: dict[str, Any] | None) -> None:
        """Creates a table, or removes it when `definition` is None. An existing table keeps its items."""
        if definition is None:
            self._service._tables.pop(name, None)
            return
        known = self._service._tables.get(name)
        table = {**definition, "items": known["items"] if known else defaultdict(dict)}
        self._service._items_replaced(table)
        self._service._tables[name] = table

    def restore_item(self, name: str, item: dict[str, Any], *, stored: bool) -> None:
        """Stores an item, or removes the item with its key, without journal entry or stream record."""
        table = self._service._tables[name]
        pk = self._service._extract_key_val(item[table["pk_name"]])
        sk = self._service._extract_key_val(item[table["sk_name"]]) if table["sk_name"] else "__no_sort__"
        if stored:
            self._original["_set_item"](table, pk, sk, item)
        else:
            self._original["_remove_item"](table, pk, sk)


def _key_of(table: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """Returns the primary key attributes of an item."""
    return {name: item[name] for name in (table["pk_name"], table["sk_name"]) if name}
