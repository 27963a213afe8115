"""Releasing: gives the tickets of unpaid orders back, when the buyer cancels or the hold is over.

Called by routes/orders.py and by the holds timer. Before stock goes back Stripe is asked to close the checkout; when
it is complete already, the payment is recorded instead. A timer killed anywhere just does the rest next time.
"""

from collections.abc import Callable

from msgspec.structs import replace

from chalicelib import telemetry
from chalicelib.domain.errors import Busy, Conflict, UpstreamFailed
from chalicelib.domain.order import OrderRecord, moved_on
from chalicelib.domain.order_facts import Ended, OrderState, Reason
from chalicelib.domain.principal import Principal
from chalicelib.domain.times import moment
from chalicelib.ports import Clock
from chalicelib.ports.admissions import Admissions
from chalicelib.ports.payments import Payments
from chalicelib.ports.sales import Holds, Lost, Orders, SaleChange, Sweep
from chalicelib.services.charging import Charging
from chalicelib.services.ordering import LATE_SECONDS, Ordering
from chalicelib.services.telling import Telling

TRIES = 5
MINUTES_A_RUN = 60
FIRST_LOOK_BACK = 60
MOST_TRIED_AGAIN = 50
"""Orders that could not be settled before and get another try in one run, in turn: they must not use up its time."""
_SETTLED_AFTER = LATE_SECONDS + 60
"""Seconds after a minute's end when no order made in it can still be on its way."""


class Releasing:
    """Ends holds."""

    def __init__(
        self,
        *,
        orders: Orders,
        holds: Holds,
        ordering: Ordering,
        charging: Charging,
        telling: Telling,
        admissions: Admissions,
        payments: Callable[[], Payments],
        clock: Clock,
        hold_seconds: int,
    ) -> None:
        self._orders = orders
        self._holds = holds
        self._ordering = ordering
        self._charging = charging
        self._telling = telling
        self._admissions = admissions
        self._payments = payments
        self._clock = clock
        self._hold_seconds = hold_seconds

    def cancel(self, order_id: str, *, caller: Principal | None, access: str | None) -> OrderRecord:
        """Cancel an order that is not paid, or a free one whose tickets nobody used; one that is cancelled already
        stays so. Raises NotFound, Forbidden, Conflict (`order_not_cancellable`, `ticket_used`), UpstreamFailed.
        """
        for _ in range(TRIES):
            record = self._ordering.load(order_id, caller=caller, access=access)
            if record.state is OrderState.CANCELLED:
                return record
            if record.state is not OrderState.RESERVED and not record.is_free:
                raise Conflict(
                    "Only an order without a payment can be cancelled.",
                    code="order_not_cancellable",
                    state=record.state.value,
                )
            came = self._admissions.between(record.order.event_id, order_id, order_id) if record.is_free else []
            if any(admission.stands for admission in came):
                raise Conflict("Somebody came in with a ticket of this order.", code="ticket_used")
            ended = self._end(record, Ended.CANCELLED, Reason.CANCELLED_BY_BUYER, unused=record.is_free)
            if ended is not None:
                return ended
        raise Busy("This order is changing. Try again.")

    def release_due(self) -> int:
        """Release every hold that is over and return how many. Looks at orders by the minute they were made in, from
        where the last run stopped; what cannot be settled now (Stripe away) is remembered for the next run.
        """
        now = self._clock.now()
        due = int(now - self._hold_seconds) // 60
        sweep = self._holds.sweep() or Sweep(due - FIRST_LOOK_BACK, (), 0)
        tried, later = sweep.left_over[:MOST_TRIED_AGAIN], sweep.left_over[MOST_TRIED_AGAIN:]
        left_over = [*later, *(order_id for order_id in tried if not self.settle(order_id))]
        released = len(sweep.left_over) - len(left_over)
        minute, waiting = sweep.minute, None
        while minute <= min(due, sweep.minute + MINUTES_A_RUN):
            done, failed, is_open = self._release(minute, now)
            left_over += failed
            released += done
            waiting = minute if waiting is None and is_open else waiting
            minute += 1
        self._holds.save_sweep(Sweep(minute if waiting is None else waiting, _once(left_over), sweep.version))
        if released or left_over:
            telemetry.log("holds_released", released=released, left_over=len(left_over))
        return released

    def _release(self, minute: int, now: float) -> tuple[int, list[str], bool]:
        """End the holds of a minute that are over: how many, which could not be, and whether the minute must be looked
        at again. A minute that cannot be read now is, and keeps no other from its turn.
        """
        try:
            reserved = self._holds.reserved(minute)
        except Busy as failure:
            telemetry.log("minute_not_read", minute=minute, code=failure.code)
            return 0, [], True
        over = [order for order in reserved if order.deadline <= now]
        failed = [order.id for order in over if not self.settle(order.id)]
        is_open = len(over) < len(reserved) or now < (minute + 1) * 60 + _SETTLED_AFTER
        return len(over) - len(failed), failed, is_open

    def settle(self, order_id: str) -> bool:
        """End a hold that is over. Whether the order is settled; one that fails never keeps others from theirs."""
        try:
            for _ in range(TRIES):
                record = self._orders.load(order_id)
                if record is None or record.state is not OrderState.RESERVED:
                    return True
                if self._end(record, Ended.EXPIRED, Reason.HOLD_ENDED) is not None:
                    return True
        except (UpstreamFailed, Busy) as failure:
            telemetry.log("hold_not_released", order_id=order_id, code=failure.code)
        except Exception:  # noqa: BLE001 - the timer's boundary is one order
            telemetry.failure("hold_not_released", order_id=order_id)
        return False

    def _end(self, record: OrderRecord, ending: Ended, reason: Reason, *, unused: bool = False) -> OrderRecord | None:
        """The ended order, or None when somebody was faster, money came, or (`unused`) somebody came in. Raises
        UpstreamFailed, Busy.
        """
        checkout = record.checkout
        if checkout is not None and not self._payments().close_checkout(checkout.id, account=record.account):
            self._charging.sync_payment(checkout.id, account=record.account, order_id=record.id)
            return None
        ended = moved_on(record, replace(record.facts, ended=ending), now=moment(self._clock.now()), reason=reason)
        try:
            change = SaleChange(before=record, after=ended, unused=unused)
            self._orders.write(self._telling.about(change))
        except Lost:
            return None
        telemetry.log("order_ended", order_id=record.id, state=ended.state.value)
        return ended


def _once(ids: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
