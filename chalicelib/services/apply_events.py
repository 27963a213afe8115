"""Applies what Stripe's events hint at, with as few looks at Stripe as that takes. Called by hearing.py.

Several events tell of one payment. Who comes first looks, at the checkout session, which shows the charge too; whoever
finds that recorded needs no look. Fees come later, in events of their own, and are read for many charges at once.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from chalicelib.domain.charge import Charge
from chalicelib.domain.ids import is_ulid
from chalicelib.domain.order import OrderRecord
from chalicelib.domain.order_facts import OrderState
from chalicelib.ports import Clock
from chalicelib.ports.inbox import StripeEvent
from chalicelib.ports.payments import AccountGone, Payments
from chalicelib.ports.sales import Orders
from chalicelib.ports.waiting_line import Lines
from chalicelib.services.charging import Charging

SESSION_PAID = frozenset({"checkout.session.completed", "checkout.session.async_payment_succeeded"})
CHARGE_SUCCEEDED = "charge.succeeded"
CHARGE_UPDATED = "charge.updated"
"""Comes when fee and net are known (docs.stripe.com/payments/payment-intents/asynchronous-capture)."""
_PAYS = SESSION_PAID | {CHARGE_SUCCEEDED, CHARGE_UPDATED}
LOOK_SECONDS = 30.0
"""How long one process may take for the first look at a payment, its place in line included, before others look."""
PAUSE_SECONDS = 0.25


class _Unsettled(NamedTuple):
    """An event about a recorded charge whose fee is not known, with the order as it was read before."""

    event: StripeEvent
    record: OrderRecord
    charge: Charge


class ApplyEvents:
    """Looks at payments that events tell of, and records them."""

    def __init__(
        self,
        *,
        orders: Orders,
        charging: Charging,
        payments: Callable[[], Payments],
        lines: Lines,
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._orders = orders
        self._charging = charging
        self._payments = payments
        self._lines = lines
        self._clock = clock
        self._sleep = sleep

    def apply_all(self, events: Sequence[StripeEvent]) -> None:
        """Apply events of one payment: one look shows what all tell of the same object. Raises UpstreamFailed, Busy."""
        looked = set()
        for event in sorted(events, key=lambda event: event.kind not in SESSION_PAID):
            about = event.account, event.object_id
            if about not in looked and self.apply(event):
                looked.add(about)

    def apply(self, event: StripeEvent) -> bool:
        """Apply an event, once. Whether that took a look at Stripe. Raises UpstreamFailed, Busy: the stream then tries
        again.
        """
        if event.object_id is None:
            return False
        record = self._order_of(event)
        if record is not None and self._is_known(record, event):
            return False
        if self._orders.was_applied(event.id):
            return False
        if record is not None and record.state is OrderState.RESERVED and event.kind in _PAYS:
            return self._apply_first(record, event)
        self._look(event, event.object_id, marker=event.id)
        return True

    def apply_settled(self, events: Sequence[StripeEvent]) -> None:
        """Apply events that tell of known fees: many charges with one look. Raises UpstreamFailed, Busy."""
        unsettled = defaultdict(list)
        alone = []
        for event in events:
            found = self._unsettled(event)
            if found is None:
                alone.append(event)
            else:
                unsettled[event.account].append(found)
        for account, group in unsettled.items():
            alone += self._settle(account, group)
        for event in alone:
            self.apply(event)

    def _apply_first(self, record: OrderRecord, event: StripeEvent) -> bool:
        """The first payment of an order, of which several events tell at the same time: one process looks, the others
        wait for it, and look themselves when it comes to nothing.
        """
        line = f"look.{record.id}"
        for _ in range(int(LOOK_SECONDS / PAUSE_SECONDS)):
            if self._lines.take(line, now=self._clock.now(), every=LOOK_SECONDS, most=0) is not None:
                break
            self._sleep(PAUSE_SECONDS)
            if self._is_applied(event):
                return False
        done = False
        try:
            done = self._look_at_session(record, event)
            if not done:
                self._look(event, event.object_id or "", marker=event.id)
        finally:
            if not done and not self._is_applied(event):
                self._lines.leave(line)
        return True

    def _look_at_session(self, record: OrderRecord, event: StripeEvent) -> bool:
        """Look at the order's own checkout. Whether that showed what the event tells of a charge."""
        if event.kind in SESSION_PAID or record.checkout is None or record.account != event.account:
            return False
        self._look(event, record.checkout.id, marker=None)
        return self._is_applied(event)

    def _look(self, event: StripeEvent, object_id: str, *, marker: str | None) -> None:
        self._charging.record(event, object_id, marker=marker)

    def _is_applied(self, event: StripeEvent) -> bool:
        record = self._order_of(event)
        return record is not None and self._is_known(record, event)

    def _order_of(self, event: StripeEvent) -> OrderRecord | None:
        """The order that an event names, if it does."""
        return self._orders.load(event.order_id) if event.order_id and is_ulid(event.order_id) else None

    def _is_known(self, record: OrderRecord, event: StripeEvent) -> bool:
        """Whether all that an event of this kind can tell is recorded: what comes later has events of its own."""
        if record.account != event.account:
            return False
        if event.kind in SESSION_PAID:
            return record.paid_checkout is not None and record.paid_checkout == event.object_id
        if event.kind == "checkout.session.expired":
            return record.facts.ended is not None or record.facts.issued
        if event.kind not in (CHARGE_SUCCEEDED, CHARGE_UPDATED):
            return False
        charge = self._orders.charge(record.id, event.object_id or "")
        return charge is not None and (event.kind == CHARGE_SUCCEEDED or charge.net is not None)

    def _unsettled(self, event: StripeEvent) -> _Unsettled | None:
        """What is needed to look at a charge among others; None when it is looked at alone, or not at all."""
        record = self._order_of(event)
        if record is None or record.account != event.account:
            return None
        charge = self._orders.charge(record.id, event.object_id or "")
        return _Unsettled(event, record, charge) if charge is not None and charge.net is None else None

    def _settle(self, account: str | None, group: list[_Unsettled]) -> list[StripeEvent]:
        """Record the fees of charges of one account. The events that must be looked at alone."""
        if len(group) == 1:
            return [group[0].event]
        made = [int(one.charge.created_at.timestamp()) for one in group]
        ids = [one.charge.id for one in group]
        try:
            seen = self._payments().payments_of_charges(ids, since=min(made), until=max(made), account=account)
        except AccountGone:
            return [one.event for one in group]
        alone = []
        for event, record, charge in group:
            payment = seen.get(charge.id)
            fits = payment is not None and (payment.order_id, payment.account) == (record.id, record.account)
            if payment is None or not fits or not self._charging.apply(record, payment, marker=event.id):
                alone.append(event)
        return alone
