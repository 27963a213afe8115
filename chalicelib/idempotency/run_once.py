"""Makes a repeated POST with the same Idempotency-Key return the same answer and create nothing twice.

Called by api/endpoint.py around every POST that creates. A claim fixes the id of the new resource before anything is
written. When a process dies half way, the request that takes the claim over therefore writes the same resource again,
not a second one.
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
    """The parts of an HTTP answer that are stored and returned again."""

    status: int
    headers: dict[str, str]
    body: str | bytes


A = TypeVar("A", bound=Replayable)


class RunOnce:
    """Runs a creating request once for each caller and key."""

    def __init__(self, claims: Callable[[], Claims], clock: Clock, ids: Ids) -> None:
        self._claims = claims
        self._clock = clock
        self._ids = ids

    def new_id(self) -> str:
        """Returns the id for a request without a key."""
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
        """Returns the answer of `run(resource_id)`, or the stored one. With `keep` off only the id is stored, and `run`
        must cope with what an earlier run wrote. An answer that is an error is not stored: nothing was created, so a
        corrected request may use the key again. After Busy, UpstreamFailed or a crash the outcome is unknown, and the
        claim stays until another request takes it over. Raises StillRunning, IdempotencyMismatch, MalformedRequest for
        a bad key.
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
