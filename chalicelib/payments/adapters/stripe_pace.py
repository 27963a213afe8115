"""Limits the rate at which all processes of a stage call Stripe together (ADR 19).

Every request, retries of Stripe's library included, takes a place in the line of its endpoint and waits for it. Stripe
accepts 100 requests a second in live mode, 25 in a sandbox, and 25 for one endpoint (docs.stripe.com/rate-limits). All
lines together stay below that, so it does not matter which of them are full.
"""

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from chalicelib.core.errors import Busy, UpstreamFailed
from chalicelib.core.ports import Clock
from chalicelib.limits.waiting_line import Lines
from chalicelib.payments.domain.deadline import asks_until

SANDBOX_SHARE = 0.25
"""A sandbox's limit as a share of the live limit."""

CHECKOUTS_A_SECOND = 18
"""Places for checkouts that are given out in a second. It is below the rate of the endpoint's line, so that a buyer
whose turn has come does not wait a second time.
"""


class PacedLine(NamedTuple):
    """A line and the endpoint it is for. `a_second` is its rate in live mode, `patience` the longest wait in
    seconds.
    """

    name: str
    method: str
    path: re.Pattern[str]
    a_second: float
    patience: float


_SESSIONS = r".*/v1/checkout/sessions"
_ID = r"/[^/]+"
LINES = (
    PacedLine("open", "post", re.compile(_SESSIONS), 20, 4),
    PacedLine("close", "post", re.compile(f"{_SESSIONS}{_ID}/expire"), 20, 20),
    PacedLine("session", "get", re.compile(f"{_SESSIONS}{_ID}"), 20, 20),
    PacedLine("charge", "get", re.compile(rf".*/v1/charges{_ID}"), 15, 20),
    PacedLine("refund", "post", re.compile(r".*/v1/refunds"), 10, 20),
    PacedLine("rest", "", re.compile(r".*"), 10, 20),
)
"""A request takes the first line that matches."""


class Pace:
    """Delays requests to the rate that Stripe accepts. `share` is the part of the live rates that is used."""

    def __init__(self, lines: Lines, clock: Clock, sleep: Callable[[float], None], *, share: float = 1.0) -> None:
        self._lines = lines
        self._clock = clock
        self._sleep = sleep
        self._share = share

    def wait(self, method: str, url: str) -> None:
        """Waits until a request may be sent. Raises Busy when that takes longer than the caller can wait,
        UpstreamFailed when the caller's deadline has passed.
        """
        line = line_of(method, url)
        now = self._clock.now()
        left = asks_until() - now
        if left < 0:
            raise UpstreamFailed("The payment service did not answer in time. Try again.")
        every = 1 / (line.a_second * self._share)
        place = self._lines.take(f"stripe.{line.name}", now=now, every=every, most=min(left, line.patience))
        if place is None:
            raise Busy("Too much is asked of the payment service at once. Try again.")
        if place > now:
            self._sleep(place - now)


def line_of(method: str, url: str) -> PacedLine:
    """Returns the line of a request."""
    path = urlsplit(url).path
    return next(line for line in LINES if line.method in ("", method.lower()) and line.path.fullmatch(path))
