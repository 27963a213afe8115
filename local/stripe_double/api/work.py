"""One unit of work: a transaction, the time, new ids, and the events that it creates.

Every verb of the double (create a session, pay, refund, settle …) is a function of a Work, which sees the objects of
one account. Must not know HTTP.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from .errors import resource_missing
from .store import Json, Scope

NewId = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a double. Times are in seconds.

    `connect_secret` signs events of connected accounts, which also go to `webhook_url` (empty: only registered
    endpoints get events). `webhook_events`: the types that `webhook_url` gets (empty: all). `refunds_fail`: refunds
    fail in the end. `settlement_currency`: the currency in which charges are paid out (None: their own), at
    `exchange_rate`. `senders`: number of deliveries at the same time. With one sender they keep their order.
    """

    public_url: str
    webhook_url: str
    webhook_secret: str
    connect_secret: str = ""
    webhook_events: frozenset[str] = frozenset()
    api_version: str = "2026-08-26.dahlia"
    settle_after: float = 2.0
    debit_after: float = 5.0
    first_retry: float = 1.0
    longest_retry: float = 60.0
    retry_for: float = 3 * 86400.0
    post_timeout: float = 10.0
    refunds_fail: bool = False
    settlement_currency: str | None = None
    exchange_rate: float = 1.0
    senders: int = 1


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL that gets events. `api_version` None is the account's own."""

    key: str
    url: str
    secret: str
    api_version: str | None = None


@dataclass(slots=True)
class Work:
    """What a verb may use. `request_id` is None when Stripe acts by itself."""

    tx: Scope
    at: float
    new_id: NewId
    settings: Settings
    request_id: str | None = None
    idempotency_key: str | None = None

    @property
    def now(self) -> int:
        """Unix seconds, as in Stripe's `created`."""
        return int(self.at)

    @property
    def account(self) -> str | None:
        """The connected account whose objects are visible. None is the platform."""
        return self.tx.account

    def within(self, account: str | None) -> Work:
        """Returns the same unit of work in another account."""
        return replace(self, tx=Scope(self.tx.whole, account))

    def everywhere(self) -> Iterator[Work]:
        """Yields this unit of work in the platform, then in each connected account."""
        yield self.within(None)
        for account in self.tx.rows("account"):
            yield self.within(account["id"])

    def home_of(self, table: str, key: str) -> Work | None:
        """Returns this unit of work in the account that has the object, or None."""
        return next((each for each in self.everywhere() if each.tx.get(table, key) is not None), None)

    def put(self, item: Json) -> Json:
        """Stores an object under its own `object` and `id`, and returns it."""
        self.tx.put(item["object"], item["id"], item)
        return item

    def get(self, table: str, key: str, *, param: str = "id") -> Json:
        """Returns the object, or raises Stripe's 404."""
        found = self.tx.get(table, key)
        if found is None:
            raise resource_missing(table, key, param=param)
        return found

    def schedule(self, verb: str, key: str, at: float) -> None:
        """Makes timing.py call `verb` on the object with the id `key` at the time `at`."""
        row = {"verb": verb, "key": key, "at": at, "account": self.account}
        self.tx.put("due", f"{verb}:{key}", row)

    def unschedule(self, verb: str, key: str) -> None:
        """Cancels a call that `schedule` has planned."""
        self.tx.delete("due", f"{verb}:{key}")

    def emit(self, kind: str, item: Json, *, previous: Json | None = None, by_itself: bool = False) -> Json:
        """Records an event with a snapshot of the object, and queues its delivery in the same transaction.

        `by_itself`: no API request caused the event.
        """
        data: Json = {"object": copy.deepcopy(item)}
        if previous is not None:
            data["previous_attributes"] = previous
        event = {
            "id": self.new_id("evt_1"),
            "object": "event",
            **({"account": self.account} if self.account else {}),
            "api_version": self.settings.api_version,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {
                "id": None if by_itself else self.request_id,
                "idempotency_key": None if by_itself else self.idempotency_key,
            },
            "type": kind,
        }
        return self.queue(event)

    def queue(self, event: Json) -> Json:
        """Stores the event and queues its delivery to every endpoint that wants it."""
        endpoints = self.endpoints(event["type"])
        event["pending_webhooks"] = len(endpoints)
        self.put(event)
        for endpoint in endpoints:
            key = f"{event['id']}:{endpoint.key}"
            row = {
                "id": key,
                "event": event["id"],
                "type": event["type"],
                "account": self.account,
                "endpoint": endpoint.key,
                "attempts": 0,
                "since": self.at,
                "next_at": self.at,
            }
            self.tx.put("sending", key, row)
        return event

    def endpoints(self, kind: str) -> list[Endpoint]:
        """Returns every endpoint that gets events of this type in this account: the one in the settings, and registered
        ones (endpoints.py). Events of a connected account also go to the platform's `connect` endpoints.
        """
        own = self._registered(kind, connect=False)
        if self.account is None:
            return self._given(kind, "settings", self.settings.webhook_secret) + own
        given = self._given(kind, "settings_connect", self.settings.connect_secret)
        return given + self.within(None)._registered(kind, connect=True) + own  # noqa: SLF001

    def _given(self, kind: str, key: str, secret: str) -> list[Endpoint]:
        url, events = self.settings.webhook_url, self.settings.webhook_events
        return [Endpoint(key, url, secret)] if url and secret and (not events or kind in events) else []

    def _registered(self, kind: str, *, connect: bool) -> list[Endpoint]:
        found = []
        for row in self.tx.rows("webhook_endpoint"):
            private = self.tx.get("endpoint_secret", row["id"]) or {}
            wanted = row["status"] == "enabled" and {"*", kind} & set(row["enabled_events"])
            if wanted and private.get("connect", False) is connect:
                found.append(Endpoint(row["id"], row["url"], private["secret"], row["api_version"]))
        return found
