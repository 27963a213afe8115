"""Sends events to the webhook endpoints: signing, retries with backoff, and faults.

A delivery is a row in the store for each event and endpoint until the endpoint answers 2xx. So a killed process
continues where it stopped.
Signature scheme: https://docs.stripe.com/webhooks#verify-manually.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from local.stripe_double.api.store import Json
from local.stripe_double.api.versions import rendered_new, rendered_old
from local.stripe_double.api.work import Endpoint, Settings, Work

from .faults import Faults, WebhookFault

Done = TypeVar("Done")
Post = Callable[[str, dict[str, str], bytes, float], int]
Works = Callable[[], AbstractContextManager[Work]]
_WRONG_SECRET = "whsec_of_somebody_else"  # noqa: S105


def sign(body: bytes, *, secret: str, at: int) -> str:
    """Returns the v1 signature: HMAC-SHA256 over `{at}.{body}`, hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def post(url: str, headers: dict[str, str], body: bytes, timeout: float) -> int:
    """Sends a POST without redirects or proxies. Returns the status, 0 without an answer. `timeout`: seconds."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        answer.read(65536)
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


class Sender:
    """Delivers what is due. `deliver_due` is one round; the thread in double.py calls it again and again."""

    def __init__(
        self,
        *,
        works: Works,
        settings: Settings,
        faults: Faults,
        clock: Callable[[], float],
        post: Post,
    ) -> None:
        self._works = works
        self._settings = settings
        self._faults = faults
        self._clock = clock
        self._post = post
        self._round = threading.Lock()

    def deliver_due(self) -> int:
        """Tries every delivery that is due. Returns the number tried."""
        with self._round:
            racing, due = self._due()
            _at_once([partial(self._deliver, row) for row in racing])
            self._deliver_all(due)
            return len(racing) + len(due)

    def _deliver_all(self, due: list[Json]) -> None:
        if self._settings.senders == 1 or len(due) <= 1:
            for row in due:
                self._deliver(row)
            return
        with ThreadPoolExecutor(self._settings.senders, thread_name_prefix="webhook") as threads:
            list(threads.map(self._deliver, due))

    def _due(self) -> tuple[list[Json], list[Json]]:
        """Returns (deliveries to make at once, deliveries to make one after the other)."""
        now = self._clock()
        with self._works() as work:
            due = [dict(row) for row in work.tx.rows("sending") if row["next_at"] <= now]
        fault = self._faults.gathering()
        if fault is None or not due:
            return [], due
        if len(due) < fault.times and now < due[0]["next_at"] + fault.seconds:
            return [], []
        self._faults.take_gathering()
        first, rest = due[: fault.times], due[fault.times :]
        return (first, rest) if fault.kind == "race" else ([], first[::-1] + rest)

    def _deliver(self, row: Json) -> None:
        with self._works() as work:
            home = work.within(row["account"])
            event = home.get("event", row["event"])
            endpoint = next((one for one in home.endpoints(row["type"]) if one.key == row["endpoint"]), None)
        if endpoint is None:  # deleted or disabled meanwhile: the event stays undelivered
            self._forget(row)
            return
        faults = self._faults.take_webhook(row["type"])
        if "drop" in faults:
            self._forget(row)
        elif "delay" in faults:
            self._postpone(row, row["next_at"] + faults["delay"].seconds, tried=False)
        elif self._attempt(event, faults, endpoint):
            self._settle(row)
        else:
            self._retry(row)

    def _retry(self, row: Json) -> None:
        """Plans the next try after twice the last pause. After `retry_for` the event stays undelivered."""
        now = self._clock()
        if now - row["since"] >= self._settings.retry_for:
            self._forget(row)
            return
        wait = self._settings.first_retry * 2.0 ** min(row["attempts"], 20)
        self._postpone(row, now + min(wait, self._settings.longest_retry), tried=True)

    def _attempt(self, event: Json, faults: dict[str, WebhookFault], endpoint: Endpoint) -> bool:
        """Returns whether the endpoint accepted the event."""
        if endpoint.api_version is not None:
            event["api_version"] = endpoint.api_version
        if "old_version" in faults:
            event = rendered_old(event)
        if "new_version" in faults:
            event = rendered_new(event)
        if "flip_livemode" in faults:
            event["livemode"] = not event["livemode"]
        body = json.dumps(event, indent=2).encode()
        headers = self._headers(body, faults, endpoint.secret)
        if "tamper" in faults:
            body = body.replace(b'"livemode": false', b'"livemode": true', 1) + b"\n"
        times = faults["duplicate"].times if "duplicate" in faults else 1
        timeout = self._settings.post_timeout
        tries = [partial(self._post, endpoint.url, headers, body, timeout) for _ in range(times)]
        return any(200 <= status < 300 for status in _at_once(tries))

    def _headers(self, body: bytes, faults: dict[str, WebhookFault], secret: str) -> dict[str, str]:
        at = int(self._clock() - (faults["age"].seconds if "age" in faults else 0))
        secrets = [secret]
        if "wrong_secret" in faults:
            secrets = [_WRONG_SECRET]
        elif "two_secrets" in faults:
            secrets = [_WRONG_SECRET, secret]
        parts = [f"t={at}", *(f"v1={sign(body, secret=secret, at=at)}" for secret in secrets)]
        parts.append(f"v0={sign(body, secret=_WRONG_SECRET, at=at)}")  # test mode sends a v0 that proves nothing
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks) TEST-DOUBLE",
            "Accept": "*/*; q=0.5, application/xml",
            "Cache-Control": "no-cache",
            "Stripe-Signature": ",".join(parts),
        }

    def _forget(self, row: Json) -> None:
        with self._works() as work:
            work.tx.delete("sending", row["id"])

    def _postpone(self, row: Json, at: float, *, tried: bool) -> None:
        later = {**row, "attempts": row["attempts"] + (1 if tried else 0), "next_at": at}
        with self._works() as work:
            work.tx.put("sending", row["id"], later)

    def _settle(self, row: Json) -> None:
        with self._works() as work:
            work.tx.delete("sending", row["id"])
            home = work.within(row["account"])
            event = home.get("event", row["event"])
            event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            home.put(event)


def _at_once(tasks: Sequence[Callable[[], Done]]) -> list[Done]:
    """Runs the tasks in threads that start together. Returns their results. A single task runs without a thread."""
    if len(tasks) <= 1:
        return [task() for task in tasks]
    results: list[Done] = []
    barrier = threading.Barrier(len(tasks))

    def one(task: Callable[[], Done]) -> None:
        barrier.wait()
        results.append(task())

    threads = [threading.Thread(target=one, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
