"""Sending events to the webhook endpoints: signing, retries with backoff, and the faults on the way.

A delivery is a row in the store until the endpoint answers 2xx, so a killed process goes on where it was.
Signature scheme: https://docs.stripe.com/webhooks#verify-manually.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

from .faults import Faults, WebhookFault
from .store import Json
from .work import Settings, Work

Post = Callable[[str, dict[str, str], bytes, float], int]
Works = Callable[[], AbstractContextManager[Work]]
_WRONG_SECRET = "whsec_of_somebody_else"  # noqa: S105


def sign(body: bytes, *, secret: str, at: int) -> str:
    """The v1 signature: HMAC-SHA256 over `{at}.{body}`, hexadecimal."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def post(url: str, headers: dict[str, str], body: bytes, timeout: float) -> int:
    """POST without redirects or proxies; 0 when there was no HTTP answer."""
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
    """Delivers what is due; `deliver_due` is one round, a thread in double.py calls it for ever."""

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
        """Try every delivery whose time has come; the number tried."""
        with self._round:
            due = self._due()
            for delivery in due:
                self._deliver(delivery)
            return len(due)

    def _due(self) -> list[Json]:
        now = self._clock()
        with self._works() as work:
            due = [dict(row) for row in work.tx.rows("delivery") if row["next_at"] <= now]
        return self._reordered(due, now)

    def _reordered(self, due: list[Json], now: float) -> list[Json]:
        fault = self._faults.reordering()
        if fault is None or not due:
            return due
        if len(due) < fault.times and now < due[0]["next_at"] + fault.seconds:
            return []
        self._faults.take_reordering()
        return due[: fault.times][::-1] + due[fault.times :]

    def _deliver(self, delivery: Json) -> None:
        faults = self._faults.take_webhook(delivery["type"])
        if "drop" in faults:
            self._forget(delivery)
            return
        if "delay" in faults:
            self._postpone(delivery, delivery["next_at"] + faults["delay"].seconds, tried=False)
            return
        with self._works() as work:
            event = work.get("event", delivery["id"])
            listeners = work.listeners(event["type"])
        if all(self._attempt(event, faults, url, secret) for url, secret in listeners):
            self._settle(delivery)
        else:
            wait = self._settings.first_retry * 2.0 ** min(delivery["attempts"], 20)
            at = self._clock() + min(wait, self._settings.longest_retry)
            self._postpone(delivery, at, tried=True)

    def _attempt(self, event: Json, faults: dict[str, WebhookFault], url: str, secret: str) -> bool:
        """Whether one endpoint took the event."""
        if "flip_livemode" in faults:
            event["livemode"] = not event["livemode"]
        body = json.dumps(event, indent=2).encode()
        headers = self._headers(body, faults, secret)
        if "tamper" in faults:
            body = body.replace(b'"livemode": false', b'"livemode": true', 1) + b"\n"
        times = faults["duplicate"].times if "duplicate" in faults else 1
        statuses = self._post_at_once(url, headers, body, times)
        return any(200 <= status < 300 for status in statuses)

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

    def _post_at_once(self, url: str, headers: dict[str, str], body: bytes, times: int) -> list[int]:
        timeout = self._settings.post_timeout
        if times == 1:
            return [self._post(url, headers, body, timeout)]
        statuses: list[int] = []
        barrier = threading.Barrier(times)

        def one() -> None:
            barrier.wait()
            statuses.append(self._post(url, headers, body, timeout))

        threads = [threading.Thread(target=one, daemon=True) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses

    def _forget(self, delivery: Json) -> None:
        with self._works() as work:
            work.tx.delete("delivery", delivery["id"])

    def _postpone(self, delivery: Json, at: float, *, tried: bool) -> None:
        attempts = delivery["attempts"] + (1 if tried else 0)
        row = {**delivery, "attempts": attempts, "next_at": at}
        with self._works() as work:
            work.tx.put("delivery", delivery["id"], row)

    def _settle(self, delivery: Json) -> None:
        with self._works() as work:
            work.tx.delete("delivery", delivery["id"])
            event = work.get("event", delivery["id"])
            event["pending_webhooks"] = 0
            work.put(event)
