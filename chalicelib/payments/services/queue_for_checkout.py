"""Puts orders in line for their first checkout when more buyers want to pay than Stripe opens checkouts for (ADR 19).

Called by open_checkout.py. An order takes one place, once. Its hold lasts until its turn and for the usual time from
then on, so that nobody loses tickets by waiting, and nobody keeps them for longer by not coming back.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from chalicelib import telemetry
from chalicelib.catalog.ports import Lost
from chalicelib.core.errors import WaitInLine
from chalicelib.core.ports import Clock
from chalicelib.core.times import moment
from chalicelib.limits.waiting_line import Lines
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.ports import Orders, SaleChange

LINE = "checkout"
PATIENCE_SECONDS = 2.0
"""A request waits for a place that is at most this near."""
LONGEST_SECONDS = 30 * 60
"""A longer line takes nobody: a hold must not last for hours."""
SPREAD_SECONDS = 3
"""Buyers whose turn comes in the same second are told to come back in different seconds of this span."""
CLAIM_SECONDS = 3
"""Seconds that one request may take to find the order's place, and the checkout of a near one. Then another may."""
CLAIM_PAUSES = (0.25, 0.25, 0.5, 1.0, 1.5)
"""Seconds between the checks of the other requests what it found; together longer than it may take."""


class QueueForCheckout:
    """Decides when an order may open its checkout."""

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
        """Returns when it is the order's turn, after PATIENCE_SECONDS at most. Raises WaitInLine when it is not, Lost
        when the order was changed meanwhile.
        """
        now = self._clock.now()
        if record.pays_from is None and record.attempt == 1:
            self._claim(record)
            with self.claimed_until_failure(record):
                place = self._take_place(record, now)
                if place - now <= PATIENCE_SECONDS:
                    self._sleep(max(0.0, place - now))
                    return
                record = self._keep_place(record, math.ceil(place))
        if record.pays_from is not None and record.pays_from > now:
            raise turn_in(record, math.ceil(record.pays_from - now))

    @contextmanager
    def claimed_until_failure(self, record: OrderRecord) -> Iterator[None]:
        """A context for the one request that works on an order whose turn it is. When it fails, another request may
        start at once.
        """
        done = False
        try:
            yield
            done = True
        finally:
            if not done:
                self._lines.leave(_claim_of(record))

    def _claim(self, record: OrderRecord) -> None:
        """Claims to be the one request that takes a place for the order, however often its buyer pressed the button.
        Raises Lost when another one changed the order, WaitInLine when that takes it long.
        """
        for pause in CLAIM_PAUSES:
            if self._lines.take(_claim_of(record), now=self._clock.now(), every=CLAIM_SECONDS, most=0) is not None:
                return
            self._sleep(pause)
            current = self._orders.load_order(record.id)
            if current is None or current.version != record.version:
                raise Lost(frozenset({"order"}))
        raise turn_in(record, CLAIM_SECONDS)

    def _take_place(self, record: OrderRecord, now: float) -> float:
        """Returns when (Unix seconds) the order may be paid. Raises WaitInLine (`line_too_long`)."""
        place = self._lines.take(LINE, now=now, every=1 / self._a_second, most=LONGEST_SECONDS)
        if place is None:
            raise WaitInLine(
                "Too many people are paying right now. Your tickets are held until the time that is shown, not for"
                " longer. Press Pay again in a minute.",
                retry_after=60 + _stagger(record),
                code="line_too_long",
            )
        return place

    def _keep_place(self, record: OrderRecord, pays_from: int) -> OrderRecord:
        """Stores the place and a hold that is long enough for it, and returns the order."""
        deadline = max(record.deadline, pays_from + self._hold_seconds)
        order = replace(record.order, expires_at=moment(deadline))
        kept = replace(record, order=order, pays_from=pays_from, deadline=deadline, version=record.version + 1)
        self._orders.write_order(SaleChange(before=record, after=kept))
        telemetry.log("checkout_queued", order_id=record.id, seconds=pays_from - int(self._clock.now()))
        return kept


def turn_in(record: OrderRecord, seconds: int) -> WaitInLine:
    """The error for a buyer whose turn has not come."""
    wait = seconds + _stagger(record)
    return WaitInLine(
        f"Many people are paying right now. Your tickets are kept for you, and your turn comes in {wait} seconds.",
        retry_after=wait,
    )


def _stagger(record: OrderRecord) -> int:
    """Returns seconds that differ from order to order."""
    return sum(record.id.encode()) % SPREAD_SECONDS


def _claim_of(record: OrderRecord) -> str:
    """The name of the line in which the requests of one order wait."""
    return f"pay.{record.id}"
