"""Records the payments that Stripe's events report, with as few requests to Stripe as possible.

Called by dispatch_stripe_events.py and record_fees.py. Several events report one payment. The first worker reads the
checkout session, which shows the charge too; a worker that finds it recorded makes no request. Fees come later, in
events of their own, and are read for many charges at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from chalicelib.core.ids import is_ulid
from chalicelib.core.ports import Clock
from chalicelib.limits.waiting_line import Lines
from chalicelib.orders.domain.charge import Charge, Payment
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.ports import Orders
from chalicelib.payments.inbox_port import StripeEvent
from chalicelib.payments.ports import AccountGone, Payments
from chalicelib.payments.services.record_payment import RecordPayment

SESSION_PAID = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})
SESSION_EXPIRED = "checkout.session.expired"
CHARGE_SUCCEEDED = "charge.succeeded"
CHARGE_UPDATED = "charge.updated"
"""The event that comes when fee and net are known (docs.stripe.com/payments/payment-intents/asynchronous-capture)."""
_TOLD_BY_ORDER = SESSION_PAID | {SESSION_EXPIRED}
"""Events whose effect shows on the order; that of others shows on its charge."""
_PAYS = SESSION_PAID | {CHARGE_SUCCEEDED, CHARGE_UPDATED}
LOOK_SECONDS = 30.0
"""Seconds that one process may take for the first look at a payment, its place in line included. Then others look."""
FEES_BACK_SECONDS = 60
"""Seconds: charges that are older by this much are listed too, and their fees recorded."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0)
"""Seconds between the checks of other processes whether it is done. They grow, since each check costs a write unit."""


class ApplyStripeEvents:
    """Reads payments at Stripe that events report, and records them."""

    def __init__(
        self,
        *,
        orders: Orders,
        record_payment: RecordPayment,
        payments: Callable[[], Payments],
        lines: Lines,
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._orders = orders
        self._record_payment = record_payment
        self._payments = payments
        self._lines = lines
        self._clock = clock
        self._sleep = sleep

    def apply_all(self, events: Sequence[StripeEvent]) -> None:
        """Applies events of one payment. One look at Stripe is enough for all events about the same object. The fee of
        a recorded charge is left to `apply_settled`. Raises UpstreamFailed, Busy.
        """
        looked = set()
        for event in sorted(events, key=lambda event: event.kind not in SESSION_PAID):
            about = event.account, event.object_id
            record = self._order_of(event)
            if about in looked or (event.kind == CHARGE_UPDATED and self._recorded(record, event) is not None):
                continue
            if self._apply(record, event):
                looked.add(about)

    def apply(self, event: StripeEvent) -> bool:
        """Applies an event, once. Returns whether a look at Stripe showed its object. Raises UpstreamFailed, Busy; the
        stream then tries again.
        """
        return self._apply(self._order_of(event), event)

    def _apply(self, record: OrderRecord | None, event: StripeEvent) -> bool:
        if event.object_id is None:
            return False
        if record is not None and self._is_known(record, event):
            return False
        if record is not None and record.state is OrderState.RESERVED and event.kind in _PAYS:
            return self._apply_first(record, event)
        if record is not None and event.kind == SESSION_EXPIRED:
            # Stripe's event may overtake who asked for the end of this checkout and writes it down in a moment.
            self._sleep(PAUSES[0])
            if self._is_applied(record, event):
                return False
        if self._orders.was_stripe_event_applied(event.id):
            return False
        return self._record_payment.record_payment(event, event.object_id, marker=event.id) is not None

    def apply_settled(self, events: Sequence[StripeEvent]) -> None:
        """Records the fees of charges whose events say that the fee is known. For each account one process at a time
        reads all charges that were made at about the same time, whichever batch brings their events. Raises
        UpstreamFailed, Busy.
        """
        told = defaultdict(list)
        for event in events:
            told[event.account].append(event)
        for account, group in told.items():
            if unsettled := self._unsettled(group):
                self._settle(account, unsettled)

    def _apply_first(self, record: OrderRecord, event: StripeEvent) -> bool:
        """Applies the first payment of an order, which several events report at the same time. One process looks; the
        others wait, and look themselves when it records nothing. Returns whether a charge was seen.
        """
        line = f"look.{record.id}"
        for pause in PAUSES:
            if first := self._is_first(line):
                break
            self._sleep(pause)
            if self._is_applied(record, event):
                return False
        done = False
        try:
            done = self._look_at_session(record, event) or self._look_at_object(event)
        finally:
            if first and not done:
                self._lines.leave(line)
        return done

    def _is_first(self, line: str) -> bool:
        """Whether this process may look: no other one does."""
        return self._lines.take(line, now=self._clock.now(), every=LOOK_SECONDS, most=0) is not None

    def _look_at_session(self, record: OrderRecord, event: StripeEvent) -> bool:
        """Reads the order's own checkout. Returns whether that recorded the event's charge."""
        if event.kind in SESSION_PAID or record.checkout is None or record.account != event.account:
            return False
        seen = self._record_payment.record_payment(event, record.checkout.id, marker=None)
        return seen is not None and seen.charge is not None and seen.charge.id == event.object_id

    def _look_at_object(self, event: StripeEvent) -> bool:
        """Reads the event's object. Returns whether that recorded a charge."""
        seen = self._record_payment.record_payment(event, event.object_id or "", marker=event.id)
        return seen is not None and seen.charge is not None

    def _is_applied(self, record: OrderRecord, event: StripeEvent) -> bool:
        """Whether the event's content has been recorded since the order was read."""
        now = self._orders.load_order(record.id) if event.kind in _TOLD_BY_ORDER else record
        return now is not None and self._is_known(now, event)

    def _order_of(self, event: StripeEvent) -> OrderRecord | None:
        """Returns the order that an event names, if it names one."""
        return self._orders.load_order(event.order_id) if event.order_id and is_ulid(event.order_id) else None

    def _is_known(self, record: OrderRecord, event: StripeEvent) -> bool:
        """Whether all that an event of this kind can report is recorded. Later changes have events of their own."""
        if not _is_of(record, event):
            return False
        if event.kind in SESSION_PAID:
            return record.paid_checkout is not None and record.paid_checkout == event.object_id
        if event.kind == SESSION_EXPIRED:
            return record.facts.ended is not None or record.facts.issued
        if event.kind not in (CHARGE_SUCCEEDED, CHARGE_UPDATED):
            return False
        charge = self._recorded(record, event)
        return charge is not None and (event.kind == CHARGE_SUCCEEDED or charge.net is not None)

    def _recorded(self, record: OrderRecord | None, event: StripeEvent) -> Charge | None:
        """Returns the recorded charge of an order that an event is about."""
        if record is None or not _is_of(record, event) or event.object_id is None:
            return None
        return self._orders.load_charge(record.id, event.object_id)

    def _unsettled(self, events: Iterable[StripeEvent]) -> list[tuple[StripeEvent, Charge]]:
        """Returns the events of one account that are about a recorded charge without a known fee, with the charge.
        Reads their orders and charges together.
        """
        named = [event for event in events if event.order_id and is_ulid(event.order_id) and event.object_id]
        records = self._orders.load_orders(str(event.order_id) for event in named)
        ours = [event for event in named if _is_of(records.get(str(event.order_id)), event)]
        charges = self._orders.load_charges((str(event.order_id), str(event.object_id)) for event in ours)
        found = [(event, charges.get(str(event.object_id))) for event in ours]
        return [(event, charge) for event, charge in found if charge is not None and charge.net is None]

    def _settle(self, account: str | None, group: list[tuple[StripeEvent, Charge]]) -> None:
        """Records the fees of charges of one account, and of others that the same list shows. A charge that the list
        does not show is read alone.
        """
        line = f"fees.{account or 'platform'}"
        for pause in PAUSES:
            if first := self._is_first(line):
                break
            self._sleep(pause)
            group = self._unsettled(event for event, _ in group)
            if not group:
                return
        made = [int(charge.created_at.timestamp()) for _, charge in group]
        try:
            since, pages = min(made) - FEES_BACK_SECONDS, max(1, len(group) // 2)
            listed = self._payments().list_payments(since=since, until=max(made), pages=pages, account=account)
            settled = {payment.charge.id for payment in listed if payment.charge and self._record_fee(payment)}
        except AccountGone:
            settled = set()
        finally:
            if first:
                self._lines.leave(line)
        for event, charge in group:
            if charge.id not in settled:
                self.apply(event)

    def _record_fee(self, payment: Payment) -> bool:
        """Records the fee of a charge from a list, which shows only charges without refunds or disputes. Refunds and
        disputes that were recorded since then stay (orders/domain/charge.py). Returns whether the fee is recorded now.
        """
        record = self._orders.load_order(payment.order_id) if payment.order_id and is_ulid(payment.order_id) else None
        if record is None or payment.charge is None or payment.charge.net is None or record.account != payment.account:
            return False
        known = self._orders.load_charge(record.id, payment.charge.id)
        return known is not None and (known.net is not None or self._record_payment.apply(record, payment))


def _is_of(record: OrderRecord | None, event: StripeEvent) -> bool:
    """Whether the order's payments go to the account that the event came from."""
    return record is not None and record.account == event.account
