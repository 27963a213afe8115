"""How long a caller waits for a service outside: who answers a person has less time than a timer or a stream.

Between the caller and the request that waits lies the service's own library with its retries, so the limit is kept by
the thread, not handed on. Light.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ASKED_WITHIN_SECONDS = 12
"""How long a request of a person's may begin to ask: the last answer then comes in good time before the 29 s after
which API Gateway gives up (docs.aws.amazon.com/apigateway/latest/developerguide/limits.html).
"""
_until: ContextVar[float] = ContextVar("asks_until", default=math.inf)


@contextmanager
def asking_until(moment: float) -> Iterator[None]:
    """Requests, repeated ones too, leave until that moment (Unix seconds) or not at all."""
    token = _until.set(min(moment, _until.get()))
    try:
        yield
    finally:
        _until.reset(token)


def asks_until() -> float:
    """The moment after which no request may leave; infinite unless the caller set one."""
    return _until.get()
