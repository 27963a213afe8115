"""Lets many threads serve one Chalice app.

Chalice keeps `current_request` and `lambda_context` as attributes of the app. On Lambda a process serves one request
at a time, so that works. With threads, callers would see each other's requests. The gateway therefore makes both
thread-local before it serves.
"""

from __future__ import annotations

import threading
from typing import Any

from chalice.app import Chalice

_seen_by_thread = threading.local()


def _per_thread(name: str) -> property:
    def get(_app: Chalice) -> Any:
        return getattr(_seen_by_thread, name, None)

    def put(_app: Chalice, value: Any) -> None:
        setattr(_seen_by_thread, name, value)

    return property(get, put)


def isolate_callers(app: Chalice) -> None:
    """Gives every thread its own `current_request` and `lambda_context`. A second call does nothing."""
    if "current_request" not in vars(type(app)):
        own = {"current_request": _per_thread("current_request"), "lambda_context": _per_thread("lambda_context")}
        app.__class__ = type(type(app).__name__, (type(app),), own)
