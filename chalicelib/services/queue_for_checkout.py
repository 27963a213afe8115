"""Puts orders in line for their first checkout when more people want to pay than Stripe opens checkouts for (ADR 19).

Called by paying.py. An order takes one place, once. Its hold lasts until the checkout can be opened, and its time from
then on, so that nobody loses tickets by waiting, and nobody keeps them for longer by not coming back.
"""

import math
from collections.abc import Callable

from msgspec.structs import replace

from chalicelib import telemetry
from chalicelib.domain.errors import WaitInLine
from chalicelib.domain.order import OrderRecord
from chalicelib.domain.times import moment
from chalicelib.ports import Clock
from chalicelib.ports.sales import Orders, SaleChange
from chalicelib.ports.waiting_line import Lines

LINE = "checkout"
PATIENCE_SECONDS = 2.0
"""A place that is so near is waited for in the request."""
LONGEST_SECONDS = 30 * 60
"""A line that is longer takes nobody: a hold must not last for hours."""
SPREAD_SECONDS = 3
"""Buyers whose turn comes in the same second come back in one of so many."""


class QueueForCheckout:
    """Says whose turn it is to pay."""

    def __init__(
        self,
        *,
        lines: Lines,
        orders: Orders,
        clock: Clock,
        sleep: Callable[[float], None],
        a_second: float,
        hold_seconds: int,
    ) -> None:
        self._lines = lines
        self._orders = orders
        self._clock = clock
        self._sleep = sleep
        self._a_second = a_second
        self._hold_seconds = hold_seconds

    def wait_for_turn(self, record: OrderRecord) -> None:
        """Return when it is the order's turn, after a moment at most. Raises WaitInLine when it is not, Lost when the
        order was changed meanwhile.
        """
        now = self._clock.now()
        if record.pays_from is None and record.attempt == 1:
            place = self._lines.take(LINE, now=now, every=1 / self._a_second, most=LONGEST_SECONDS)
            if place is None:
                raise WaitInLine(
                    "Too many people are paying right now. Your tickets are held until the time that is shown."
                    " Try again in a minute.",
                    retry_after=60 + _spread(record),
                )
            if place - now <= PATIENCE_SECONDS:
                self._sleep(max(0.0, place - now))
                return
            record = self._keep_place(record, math.ceil(place))
        if record.pays_from is not None and record.pays_from > now:
            raise turn_in(record, math.ceil(record.pays_from - now))

    def _keep_place(self, record: OrderRecord, pays_from: int) -> OrderRecord:
        """The order with its place, held long enough for it."""
        deadline = max(record.deadline, pays_from + self._hold_seconds)
        order = replace(record.order, expires_at=moment(deadline))
        kept = replace(record, order=order, pays_from=pays_from, deadline=deadline, version=record.version + 1)
        self._orders.write(SaleChange(before=record, after=kept))
        telemetry.log("checkout_queued", order_id=record.id, seconds=pays_from - int(self._clock.now()))
        return kept


def turn_in(record: OrderRecord, seconds: int) -> WaitInLine:
    """What a buyer is told whose turn it is not."""
    wait = seconds + _spread(record)
    return WaitInLine(
        f"Many people are paying right now. Your tickets are kept for you, and your turn comes in {wait} seconds.",
        retry_after=wait,
    )


def _spread(record: OrderRecord) -> int:
    """Seconds that differ from order to order."""
    return sum(record.id.encode()) % SPREAD_SECONDS
