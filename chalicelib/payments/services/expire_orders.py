"""Ends unpaid orders whose hold is over. Called by the timers of holds and of offers of the waiting list.

release_tickets.py closes the checkout and gives the tickets back. A timer that is killed anywhere, or out of time, does
the rest in its next run. Two runs at the same time release each hold once.
"""

from typing import NamedTuple

from chalicelib import telemetry
from chalicelib.core.errors import Busy, UpstreamFailed
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import until_settled
from chalicelib.core.run_parallel import Share, run_parallel
from chalicelib.orders.domain.order_state import Ended, OrderState, Reason
from chalicelib.orders.ports import Orders
from chalicelib.orders.services.place_order import LATE_SECONDS
from chalicelib.payments.ports import Holds, Sweep
from chalicelib.payments.services.release_tickets import TRIES, ReleaseTickets

MINUTES_A_RUN = 60
FIRST_LOOK_BACK = 60
RUN_SECONDS = 57
"""Seconds in which a run starts new work; the timer comes every minute. When Stripe does not answer, the started work
may take as long again (payments/adapters/stripe.py), or longer. The function's timeout leaves room for that.
"""
MOST_A_RUN = 2_000
"""Holds that a run looks for; more than Stripe lets it release."""
AT_ONCE, AT_ONCE_AGAIN = 32, 4
"""Threads for holds that have just ended, and for those that could not be released before. Enough to use all of
Stripe's rate (ADR 19) even when an answer takes a second.
"""
MOST_LEFT_OVER = 2_000
"""Ids that are stored beside the cursor, 60 KB. With more, the cursor stays where it is."""
_SETTLED_AFTER = LATE_SECONDS + 60
"""Seconds after a minute's end. Then no order made in it can still be about to be written."""


class _Minute(NamedTuple):
    """The orders made in a Unix minute whose hold is over, and whether the minute must be read again."""

    minute: int
    over: list[str]
    is_open: bool


class ExpireOrders:
    def __init__(
        self, *, orders: Orders, holds: Holds, release_tickets: ReleaseTickets, clock: Clock, hold_seconds: int
    ) -> None:
        self._orders = orders
        self._holds = holds
        self._release_tickets = release_tickets
        self._clock = clock
        self._hold_seconds = hold_seconds

    def expire_orders(self, *, until: float | None = None) -> int:
        """Ends orders whose hold is over, in parallel, and returns how many. Starts none after `until` (Unix seconds,
        by default RUN_SECONDS from now). Reads orders by the minute they were made in, from where the last run stopped.
        Orders that could not be ended (Stripe did not answer) are stored and tried again in turn, by threads of their
        own, so that they delay no others.
        """
        now = self._clock.now()
        sweep = self._holds.load_sweep() or Sweep(int(now - self._hold_seconds) // 60 - FIRST_LOOK_BACK, (), 0)
        minutes = self._look(sweep, now)
        over = [order_id for minute in minutes for order_id in minute.over]
        shares = (Share(over, AT_ONCE), Share(sweep.left_over, AT_ONCE_AGAIN))
        first, again = run_parallel(shares, self.expire_order, clock=self._clock, until=until or now + RUN_SECONDS)
        left_over = [*again.waiting, *again.failed]
        room = max(0, MOST_LEFT_OVER - len(left_over))
        left_over += first.failed[:room]
        missed = {*first.waiting, *first.failed[room:]}
        ahead = [one.minute for one in minutes if one.is_open or not missed.isdisjoint(one.over)]
        minute = next(iter(ahead), minutes[-1].minute + 1 if minutes else sweep.minute)
        self._holds.save_sweep(Sweep(minute, tuple(left_over), sweep.version))
        released = len(first.done) + len(again.done)
        if released or left_over or missed:
            counts = {"released": released, "left_over": len(left_over), "waiting": len(missed)}
            telemetry.log("holds_released", **counts)
        return released

    def _look(self, sweep: Sweep, now: float) -> list[_Minute]:
        """Returns the next minutes, each with the orders that are over and were not tried before; as many as one run
        can handle.
        """
        found: list[_Minute] = []
        known = frozenset(sweep.left_over)
        last = min(int(now - self._hold_seconds) // 60, sweep.minute + MINUTES_A_RUN)
        for minute in range(sweep.minute, last + 1):
            if sum(len(one.over) for one in found) >= MOST_A_RUN:
                break
            found.append(self._look_at(minute, now, known))
        return found

    def _look_at(self, minute: int, now: float, known: frozenset[str]) -> _Minute:
        """Reads a minute. One that cannot be read now stays open and does not stop the others."""
        try:
            reserved = self._holds.list_reserved(minute)
        except Busy as failure:
            telemetry.log("minute_not_read", minute=minute, code=failure.code)
            return _Minute(minute, [], is_open=True)
        over = [order.id for order in reserved if order.deadline <= now]
        is_open = len(over) < len(reserved) or now < (minute + 1) * 60 + _SETTLED_AFTER
        return _Minute(minute, [order_id for order_id in over if order_id not in known], is_open)

    def expire_order(self, order_id: str) -> bool:
        """Ends one order whose hold is over. Returns whether nothing is left to do. Raises nothing, so that one failure
        stops no others.
        """

        def attempt() -> bool:
            record = self._orders.load_order(order_id)
            if record is None or record.state is not OrderState.RESERVED:
                return True
            if record.deadline > self._clock.now():  # it waits in line to be paid, since it was found
                return False
            self._release_tickets.release_tickets(record, Ended.EXPIRED, Reason.HOLD_ENDED)
            return True

        try:
            return until_settled(attempt, tries=TRIES)
        except (UpstreamFailed, Busy) as failure:
            telemetry.log("hold_not_released", order_id=order_id, code=failure.code)
        except Exception:  # noqa: BLE001 - the timer's boundary is one order
            telemetry.failure("hold_not_released", order_id=order_id)
        return False
