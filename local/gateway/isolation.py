"""One Chalice app served by many threads.

Chalice keeps `current_request` and `lambda_context` as attributes of the app: fine on Lambda, where a process serves
one request at a time, and a mix-up of callers anywhere else. The runner makes both thread-local before it serves.
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
    """Give every thread its own `current_request` and `lambda_context`. Does nothing the second time."""
    if "current_request" not in vars(type(app)):
        own = {"current_request": _per_thread("current_request"), "lambda_context": _per_thread("lambda_context")}
        app.__class__ = type(type(app).__name__, (type(app),), own)
