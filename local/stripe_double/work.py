"""One unit of work: a transaction, the time, new ids, and the events it makes.

Every verb of the double (create a session, pay, refund, settle …) is a function of a Work. Must not
know HTTP.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

from .errors import resource_missing
from .store import Json, Transaction

NewId = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the double is told once; times in seconds."""

    public_url: str
    webhook_url: str
    webhook_secret: str
    api_version: str = "2026-08-26.dahlia"
    settle_after: float = 2.0
    first_retry: float = 1.0
    longest_retry: float = 60.0
    post_timeout: float = 10.0


@dataclass(slots=True)
class Work:
    """What a verb may use; `request_id` is None for things Stripe does by itself."""

    tx: Transaction
    at: float
    new_id: NewId
    settings: Settings
    request_id: str | None = None
    idempotency_key: str | None = None

    @property
    def now(self) -> int:
        """Unix seconds, as Stripe's `created`."""
        return int(self.at)

    def put(self, item: Json) -> Json:
        """Store an object under its own `object` and `id`."""
        self.tx.put(item["object"], item["id"], item)
        return item

    def get(self, table: str, key: str, *, param: str = "id") -> Json:
        """The object, or Stripe's 404."""
        found = self.tx.get(table, key)
        if found is None:
            raise resource_missing(table, key, param=param)
        return found

    def schedule(self, verb: str, key: str, at: float) -> None:
        """Have timing.py call `verb` on the object named `key` when `at` has come."""
        self.tx.put("due", f"{verb}:{key}", {"verb": verb, "key": key, "at": at})

    def unschedule(self, verb: str, key: str) -> None:
        """Forget what was scheduled."""
        self.tx.delete("due", f"{verb}:{key}")

    def emit(self, kind: str, item: Json, *, previous: Json | None = None, by_itself: bool = False) -> Json:
        """Record an event with a snapshot of the object, and queue its delivery in the same transaction."""
        data: Json = {"object": copy.deepcopy(item)}
        if previous is not None:
            data["previous_attributes"] = previous
        event = {
            "id": self.new_id("evt_1"),
            "object": "event",
            "api_version": self.settings.api_version,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": len(self.listeners(kind)),
            "request": {
                "id": None if by_itself else self.request_id,
                "idempotency_key": None if by_itself else self.idempotency_key,
            },
            "type": kind,
        }
        self.put(event)
        self.queue(event)
        return event

    def queue(self, event: Json) -> None:
        """Have the event delivered as soon as the sender runs."""
        if self.listeners(event["type"]):
            key = event["id"]
            self.tx.put(
                "delivery",
                key,
                {"id": key, "type": event["type"], "attempts": 0, "next_at": self.at},
            )

    def listeners(self, kind: str) -> list[tuple[str, str]]:
        """URL and secret of every endpoint that is told of events of this kind: the one in the settings, and those that
        were registered (endpoints.py).
        """
        told = self.settings.webhook_url
        found = [(told, self.settings.webhook_secret)] if told else []
        registered = [
            row
            for row in self.tx.rows("webhook_endpoint")
            if row["status"] == "enabled" and {"*", kind} & set(row["enabled_events"])
        ]
        return found + [(row["url"], self.get("endpoint_secret", row["id"])["secret"]) for row in registered]
