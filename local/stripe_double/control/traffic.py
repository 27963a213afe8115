"""Counts API calls per second, in total and for each endpoint, since this process started.

GET /control shows them, so that a test or a measurement can compare them with Stripe's limits: 100 calls a second in
live mode, 25 a second for one endpoint (docs.stripe.com/rate-limits). The double itself enforces no limit.
"""

from __future__ import annotations

import threading
import time
from collections import Counter

from local.stripe_double.api.routes import endpoint_of
from local.stripe_double.api.store import Json


class Traffic:
    """Calls per second. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: Counter[tuple[str, int]] = Counter()

    def note(self, method: str, path: str) -> None:
        """Counts one call."""
        place = endpoint_of(method, path), int(time.monotonic())
        with self._lock:
            self._seconds[place] += 1

    def summary(self) -> Json:
        """Returns the calls by endpoint, and the most in any one second: in total, and for each endpoint."""
        with self._lock:
            counted = dict(self._seconds)
        endpoints = sorted({endpoint for endpoint, _ in counted})
        together: Counter[int] = Counter()
        for (_, second), count in counted.items():
            together[second] += count
        return {
            "busiest_second": max(together.values(), default=0),
            "endpoints": {
                endpoint: {
                    "calls": sum(count for (name, _), count in counted.items() if name == endpoint),
                    "busiest_second": max(count for (name, _), count in counted.items() if name == endpoint),
                }
                for endpoint in endpoints
            },
        }
