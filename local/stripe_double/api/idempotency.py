"""Idempotency-Key: replay, mismatch, in progress (https://docs.stripe.com/api/idempotent_requests).

Answers are stored in the same transaction as the effects of the request. Stripe keeps them for 24 hours, those with 500
too, but not the answers to requests that failed validation.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import ParameterError, StripeError
from .store import Json, Scope

_KEPT_FOR = 24 * 3600
"""Seconds."""
_LONGEST = 255
"""Characters of a key."""


class InProgress:
    """The keys whose first request is still running."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: set[str] = set()

    @contextmanager
    def claim(self, key: str | None) -> Iterator[None]:
        """Holds the key during the block. Raises Stripe's 409 when another request holds it."""
        if key is None:
            yield
            return
        with self._lock:
            if key in self._keys:
                raise StripeError(
                    "There is currently another in-progress request using this Idempotent Key (that probably "
                    "means you submitted twice, and the other request is still going through): "
                    f"{key}. Please try again later.",
                    status=409,
                    kind="idempotency_error",
                    code="idempotency_key_in_use",
                )
            self._keys.add(key)
        try:
            yield
        finally:
            with self._lock:
                self._keys.discard(key)


def check_key(key: str) -> str:
    """Returns the key. Raises ParameterError when it is longer than Stripe allows."""
    if len(key) > _LONGEST:
        raise ParameterError(f"Idempotency keys cannot be longer than {_LONGEST} characters.")
    return key


def recall(tx: Scope, key: str, *, path: str, body: str, now: float) -> Json | None:
    """Returns the kept answer {"status", "body", "request_id"}, or None for a new or expired key. Raises StripeError
    when the key was used for another path or body.
    """
    kept = tx.get("idempotency", key)
    if kept is None or kept["at"] < now - _KEPT_FOR:
        return None
    if kept["path"] != path:
        raise _mismatch(
            f"Keys for idempotent requests can only be used for the same endpoint they were first used for "
            f"('{path}' vs '{kept['path']}').",
            key,
        )
    if kept["asked"] != body:
        raise _mismatch(
            "Keys for idempotent requests can only be used with the same parameters they were first used with.",
            key,
        )
    return kept


def keep(
    tx: Scope,
    key: str,
    *,
    path: str,
    body: str,
    now: float,
    status: int,
    answer: str,
    request_id: str,
) -> None:
    """Stores the answer for `recall`."""
    row = {"path": path, "asked": body, "at": now, "status": status, "body": answer}
    tx.put("idempotency", key, {**row, "request_id": request_id})


def _mismatch(message: str, key: str) -> StripeError:
    return StripeError(
        f"{message} Try using a key other than '{key}' if you meant to execute a different request.",
        kind="idempotency_error",
    )
