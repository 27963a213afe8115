"""How many API calls came in which second, in all and for each endpoint, since this process began.

Shown by GET /control, so that a test or a measurement can hold it against Stripe's limits: 100 calls a second in live
mode, 25 a second for one endpoint (docs.stripe.com/rate-limits). The double itself refuses nothing for it.
"""

from __future__ import annotations

import threading
import time
from collections import Counter

from local.stripe_double.api.routes import endpoint_of
from local.stripe_double.api.store import Json


class Traffic:
    """Calls by second; any thread may note one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: Counter[tuple[str, int]] = Counter()

    def note(self, method: str, path: str) -> None:
        """A call came."""
        place = endpoint_of(method, path), int(time.monotonic())
        with self._lock:
            self._seconds[place] += 1

    def summary(self) -> Json:
        """Calls by endpoint, and the most in any one second: of all together, and of each endpoint."""
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
