"""How long a caller waits for an external service. A request of a person has less time than a timer or a stream.

Between the caller and the request that waits is the service's own library with its retries. So the limit is stored in a
context variable and not passed as an argument. Imports nothing slow.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ASKED_WITHIN_SECONDS = 12
"""Seconds within which a person's request may send requests. The last answer then arrives well before the 29 s after
which API Gateway gives up (docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
"""
_until: ContextVar[float] = ContextVar("asks_until", default=math.inf)


@contextmanager
def asking_until(moment: float) -> Iterator[None]:
    """Within this context no request is sent after that moment (Unix seconds), retries included."""
    token = _until.set(min(moment, _until.get()))
    try:
        yield
    finally:
        _until.reset(token)


def asks_until() -> float:
    """Returns the moment (Unix seconds) after which no request may be sent; infinite unless the caller set one."""
    return _until.get()
