"""Faults on command, for the next webhooks and the next API calls.

Set by tests (`double.faults`), by POST /control and by the control page. In memory only: a restart clears them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import Literal, get_args

from local.stripe_double.api.store import Json

WebhookKind = Literal[
    "duplicate",
    "delay",
    "drop",
    "tamper",
    "wrong_secret",
    "two_secrets",
    "age",
    "reorder",
    "race",
    "flip_livemode",
    "old_version",
    "new_version",
]
_GATHERING = ("reorder", "race")
ApiKind = Literal["401", "403", "429", "500", "503", "balance", "timeout_before", "timeout_after", "slow"]
WEBHOOK_KINDS: tuple[str, ...] = get_args(WebhookKind)
API_KINDS: tuple[str, ...] = get_args(ApiKind)


@dataclass(frozen=True, slots=True)
class WebhookFault:
    """One fault for deliveries. `count` None lasts until cleared, `types` empty means every type.

    duplicate: sends it `times` times at once. delay: sends it `seconds` later. drop: never sends it; it stays in
    /v1/events?delivery_success=false. tamper: changes the body after signing. age: signs with a time `seconds` in the
    past (negative: the future). reorder: sends the next `times` events (or those within `seconds`) in reverse. race:
    sends them at once. old_version, new_version: renders it as an old or a future API version would (api/versions.py).
    """

    kind: WebhookKind
    types: tuple[str, ...] = ()
    count: int | None = 1
    times: int = 2
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class ApiFault:
    """One fault for API calls whose path begins with `path`.

    timeout_before: waits `seconds`, does nothing, answers 504. timeout_after: does and keeps the call, then waits
    `seconds` before it answers. slow: answers as usual, `seconds` later. 500: kept under the idempotency key and
    replayed, as Stripe does; 429 and 503 are not. 401: the key has expired. 403: a restricted key lacks the permission
    for this call. balance: the balance is too low for a refund; this is kept under the key too.
    """

    kind: ApiKind
    count: int | None = 1
    path: str = "/v1/"
    method: str = ""
    seconds: float = 30.0


class Faults:
    """The faults that are set. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._webhook: list[WebhookFault] = []
        self._api: list[ApiFault] = []

    def on_webhooks(self, fault: WebhookFault) -> None:
        """Adds a fault for deliveries."""
        with self._lock:
            self._webhook.append(fault)

    def on_api(self, fault: ApiFault) -> None:
        """Adds a fault for API calls."""
        with self._lock:
            self._api.append(fault)

    def clear(self) -> None:
        """Removes all of them."""
        with self._lock:
            self._webhook.clear()
            self._api.clear()

    def active(self) -> Json:
        """Returns what is set now, for the control page."""
        with self._lock:
            return {
                "webhooks": [
                    {"kind": one.kind, "types": list(one.types), "count": one.count, "times": one.times,
                     "seconds": one.seconds}
                    for one in self._webhook
                ],
                "api": [
                    {"kind": one.kind, "count": one.count, "path": one.path, "method": one.method,
                     "seconds": one.seconds}
                    for one in self._api
                ],
            }  # fmt: skip

    def gathering(self) -> WebhookFault | None:
        """Returns the first fault that waits for several events, without counting it down."""
        with self._lock:
            return next((one for one in self._webhook if one.kind in _GATHERING), None)

    def take_gathering(self) -> None:
        """Counts that fault down."""
        with self._lock:
            for place, one in enumerate(self._webhook):
                if one.kind in _GATHERING:
                    self._count_down(place, one)
                    return

    def take_webhook(self, kind: str) -> dict[str, WebhookFault]:
        """Returns the faults for one delivery of an event of this type, by kind. Counts each of them down."""
        taken: dict[str, WebhookFault] = {}
        with self._lock:
            for one in list(self._webhook):
                fits = not one.types or kind in one.types
                if one.kind not in _GATHERING and fits and one.kind not in taken:
                    taken[one.kind] = one
                    self._count_down(self._webhook.index(one), one)
        return taken

    def take_api(self, method: str, path: str) -> ApiFault | None:
        """Returns the first fault for this call, or None. Counts it down."""
        with self._lock:
            for place, one in enumerate(self._api):
                if path.startswith(one.path) and one.method in ("", method):
                    if one.count is not None and one.count > 1:
                        self._api[place] = replace(one, count=one.count - 1)
                    elif one.count is not None:
                        del self._api[place]
                    return one
        return None

    def _count_down(self, place: int, one: WebhookFault) -> None:
        if one.count is None:
            return
        if one.count > 1:
            self._webhook[place] = replace(one, count=one.count - 1)
        else:
            del self._webhook[place]
