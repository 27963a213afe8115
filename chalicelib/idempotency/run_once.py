"""An Idempotency-Key makes a repeated POST give the same answer and create nothing twice.

Called by api/endpoint.py around every POST that creates. A claim fixes the id of what will be created before anything
is created, so when a process dies half way, whoever takes the claim over writes the same thing, not a second one.
"""

import hashlib
from collections.abc import Callable
from typing import Protocol, TypeVar

from chalicelib.core.errors import (
    Busy,
    IdempotencyMismatch,
    MalformedRequest,
    MarqueeError,
    StillRunning,
    UpstreamFailed,
)
from chalicelib.core.ports import Clock, Ids
from chalicelib.idempotency.ports import Claim, Claims

MAX_KEY = 255
TAKE_OVER_SECONDS = 35
KEPT_SECONDS = 24 * 3600
_HEADERS_KEPT = ("ETag", "Location", "Content-Type")


class Replayable(Protocol):
    """An HTTP answer, as far as repeating must know it."""

    status: int
    headers: dict[str, str]
    body: str | bytes


A = TypeVar("A", bound=Replayable)


class RunOnce:
    """Runs a creating request once for each key and caller."""

    def __init__(self, claims: Callable[[], Claims], clock: Clock, ids: Ids) -> None:
        self._claims = claims
        self._clock = clock
        self._ids = ids

    def new_id(self) -> str:
        """The id for a request without a key."""
        return self._ids.new_id()

    def once(
        self,
        *,
        key: str,
        caller: str,
        request: bytes,
        run: Callable[[str], A],
        replay: Callable[..., A],
        keep: bool = True,
    ) -> A:
        """The answer of `run(resource_id)`, or the kept one. With `keep` off only the id is kept, and `run` must be
        able to meet its own earlier work. A refusal is not kept: nothing was created, so a mended request may use the
        key again. After a failure of unknown outcome the claim stays until it is taken over. Raises StillRunning,
        IdempotencyMismatch.
        """
        if not 1 <= len(key) <= MAX_KEY or not key.isprintable():
            raise MalformedRequest(f"Idempotency-Key has 1 to {MAX_KEY} printable characters.")
        now = self._clock.now()
        wanted = Claim(hashlib.sha256(request).hexdigest(), self._ids.new_id(), None)
        claims = self._claims()
        claim, ours = claims.take(
            caller,
            key,
            wanted=wanted,
            now=now,
            stale_before=now - TAKE_OVER_SECONDS,
            expires_at=int(now) + KEPT_SECONDS,
        )
        if claim.request_hash != wanted.request_hash:
            raise IdempotencyMismatch("This Idempotency-Key came with another request before.")
        if claim.answer is not None:
            return replay(*claim.answer)
        if not keep:
            return run(claim.resource_id)
        if not ours:
            raise StillRunning("A request with this Idempotency-Key is still running.")
        return self._run(claims, caller, key, claim.resource_id, run)

    @staticmethod
    def _run(claims: Claims, caller: str, key: str, resource_id: str, run: Callable[[str], A]) -> A:
        try:
            answer = run(resource_id)
        except MarqueeError as refusal:
            if not isinstance(refusal, Busy | UpstreamFailed):
                claims.release(caller, key)
            raise
        headers = {name: value for name, value in answer.headers.items() if name in _HEADERS_KEPT}
        body = answer.body if isinstance(answer.body, str) else answer.body.decode()
        claims.keep(caller, key, (answer.status, headers, body))
        return answer
