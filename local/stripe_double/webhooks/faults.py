"""Trouble on command: what the next webhooks and the next API calls shall suffer.

Set by tests (`double.faults`), by POST /control and by the control page. In memory only: a restart is calm.
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
    """One fault for deliveries; `count` None lasts until cleared, `types` empty means every type.

    duplicate: `times` at once. delay: `seconds` later. drop: never delivered, though it stays in
    /v1/events?delivery_success=false. tamper: body changed after signing. age: signed `seconds` in the
    past (negative: the future). reorder: the next `times` events (or those of `seconds`) in reverse. race: those at
    once. old_version, new_version: as an API version of long ago or of days to come would have it (api/versions.py).
    """

    kind: WebhookKind
    types: tuple[str, ...] = ()
    count: int | None = 1
    times: int = 2
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class ApiFault:
    """One fault for API calls whose path begins with `path`.

    timeout_before: `seconds` of silence, nothing done, 504. timeout_after: done and kept, but silence. slow: answers
    as always, `seconds` later. 500 is kept under the idempotency key and replayed, as Stripe does; 429 and 503 are not.
    401: the key has expired. 403: it is a restricted key without the permission for this call. balance: ours is too low
    for a refund, which is kept under the key, too.
    """

    kind: ApiKind
    count: int | None = 1
    path: str = "/v1/"
    method: str = ""
    seconds: float = 30.0


class Faults:
    """The faults that are set; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._webhook: list[WebhookFault] = []
        self._api: list[ApiFault] = []

    def on_webhooks(self, fault: WebhookFault) -> None:
        """Add a fault for deliveries."""
        with self._lock:
            self._webhook.append(fault)

    def on_api(self, fault: ApiFault) -> None:
        """Add a fault for API calls."""
        with self._lock:
            self._api.append(fault)

    def clear(self) -> None:
        """No more trouble."""
        with self._lock:
            self._webhook.clear()
            self._api.clear()

    def active(self) -> Json:
        """What is set now, for the control page."""
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
        """The first fault that waits for several events, not taken."""
        with self._lock:
            return next((one for one in self._webhook if one.kind in _GATHERING), None)

    def take_gathering(self) -> None:
        """Count that fault down."""
        with self._lock:
            for place, one in enumerate(self._webhook):
                if one.kind in _GATHERING:
                    self._count_down(place, one)
                    return

    def take_webhook(self, kind: str) -> dict[str, WebhookFault]:
        """The faults for one delivery of an event of this type, by kind, each counted down."""
        taken: dict[str, WebhookFault] = {}
        with self._lock:
            for one in list(self._webhook):
                fits = not one.types or kind in one.types
                if one.kind not in _GATHERING and fits and one.kind not in taken:
                    taken[one.kind] = one
                    self._count_down(self._webhook.index(one), one)
        return taken

    def take_api(self, method: str, path: str) -> ApiFault | None:
        """The first fault for this call, counted down."""
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
