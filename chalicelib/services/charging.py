"""Charging: what Stripe says about a payment becomes charge, order, stock and notices, in one transaction.

Called by the inbox stream through reactions.py, and by services/releasing.py when a hold ends as money comes in. The
object is fetched from Stripe again, since an event is only a hint; so events may come twice, late or in any order.
Refunds, disputes and reconciliation are for a later release: money that an order cannot use is kept with the charge
marked `surplus` and the order in review, for staff to refund in Stripe.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from chalicelib import telemetry
from chalicelib.domain.changes import Change, ChangeKind
from chalicelib.domain.charge import Payment, PaymentStatus
from chalicelib.domain.errors import Busy, UpstreamFailed
from chalicelib.domain.ids import is_ulid
from chalicelib.domain.money import display
from chalicelib.domain.order import Happening, OrderRecord, OrderState, after, moved_on
from chalicelib.domain.stock import Piece, Short, choose
from chalicelib.domain.times import moment
from chalicelib.ports import Clock
from chalicelib.ports.inbox import StripeEvent
from chalicelib.ports.payments import Payments
from chalicelib.ports.sales import Lost, Orders, SaleChange, SalesView
from chalicelib.services.telling import Telling

HANDLED = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "charge.succeeded",
        "charge.updated",
    }
)
MARKER_SECONDS = 40 * 24 * 3600
"""How long an event's effects are remembered: longer than the 35 days that Stripe's retries and replays may take."""
TRIES = 12
_TAKES_STOCK_ANEW = (OrderState.EXPIRED, Happening.PAID)


class Charging:
    """Applies payments to orders."""

    def __init__(
        self,
        *,
        orders: Orders,
        view: SalesView,
        payments: Callable[[], Payments],
        telling: Telling,
        clock: Clock,
        livemode: bool,
    ) -> None:
        self._orders = orders
        self._view = view
        self._payments = payments
        self._telling = telling
        self._clock = clock
        self._livemode = livemode

    def on_changes(self, changes: list[Change]) -> None:
        """React to the inbox stream: every new event has its effects. Raises UpstreamFailed, Busy, KeyError."""
        for change in changes:
            if change.kind is ChangeKind.CREATED and change.after is not None:
                self.record(stripe_event(change.owner, change.after))

    def record(self, event: StripeEvent) -> None:
        """Apply what an event hints at, once. Raises UpstreamFailed, Busy: the stream then tries again."""
        if event.ignored or event.kind not in HANDLED or event.object_id is None:
            return
        if self._orders.was_applied(event.id):
            return
        self.settle(event.object_id, marker=event.id)

    def settle(self, object_id: str, *, marker: str | None = None) -> None:
        """Apply how a checkout session or charge stands at Stripe now. Raises UpstreamFailed, Busy."""
        payment = self._payments().payment(object_id)
        if payment is None:
            telemetry.log("stripe_object_unknown", object=object_id)
            return
        order_id = payment.order_id or ""
        for _ in range(TRIES):
            record = self._orders.load(order_id) if is_ulid(order_id) else None
            if record is None:
                self._note_orphan(object_id, payment)
                return
            change = self._change(record, payment, marker)
            if change is None:
                return
            try:
                self._orders.write(change)
            except Lost as lost:
                if "marker" in lost.names:
                    return
                continue
            _log(record, change)
            return
        raise Busy("The order keeps changing.")

    def _change(self, record: OrderRecord, payment: Payment, marker: str | None) -> SaleChange | None:
        """Everything this payment changes about an order as it stands, or None when nothing."""
        now = moment(self._clock.now())
        happening = happening_of(record, payment, now=now.timestamp(), livemode=self._livemode)
        pieces: tuple[Piece, ...] | None = None
        if (record.state, happening) == _TAKES_STOCK_ANEW:
            pieces = self._pieces(record)
            happening = happening if pieces is not None else Happening.PAID_WITHOUT_STOCK
        charge = payment.charge
        if charge and self._orders.charge_progress(record.id, charge.id) >= charge.progress:
            charge = None
        change = SaleChange(
            marker=marker,
            marker_expires_at=int(now.timestamp()) + MARKER_SECONDS,
            charge=charge,
            surplus=_is_surplus(record, payment, happening),
        )
        if happening is None and session_ended(record, payment):
            return change._replace(before=record, after=_reopened(record))
        return self._moved(change, record, payment, happening, pieces=pieces, now=now)

    def _moved(
        self,
        change: SaleChange,
        record: OrderRecord,
        payment: Payment,
        happening: Happening | None,
        *,
        pieces: tuple[Piece, ...] | None,
        now: datetime,
    ) -> SaleChange | None:
        transition = after(record.state, happening) if happening else None
        if transition is None:
            return change if change.marker or change.charge else None
        paid = transition.state is OrderState.PAID
        charge_id = payment.charge.id if paid and payment.charge else record.charge_id
        moved = moved_on(
            record,
            transition.state,
            now=now,
            charge_id=charge_id,
            customer_id=payment.customer_id or record.customer_id,
            reason=reason_for(record, payment, happening) if transition.state is OrderState.REVIEW else None,
            allocation=pieces if pieces is not None else record.allocation,
        )
        change = change._replace(before=record, after=moved, move=transition.move)
        return self._telling.order_paid(change, moved, charge_id=charge_id or "") if paid else change

    def _pieces(self, record: OrderRecord) -> tuple[Piece, ...] | None:
        """Tickets for an order whose own went back to stock, or None when too few are left."""
        shards = {}
        for line in record.order.lines:
            stored = self._view.ticket_type(record.order.event_id, line.ticket_type_id, consistent=True)
            if stored is None:
                return None
            shards[stored.id] = stored.shards
        found = choose(record.order.wanted, self._view.lefts(shards, consistent=True), seed=record.id)
        return None if isinstance(found, Short) else tuple(found)

    def _note_orphan(self, object_id: str, payment: Payment) -> None:
        if payment.status is PaymentStatus.PAID:
            key = payment.charge.id if payment.charge else object_id
            self._orders.keep_orphan(key, payment, now=int(self._clock.now()))
            telemetry.count("OrphanPayment")
        telemetry.log("payment_names_no_order", object=object_id, status=payment.status.value)


def stripe_event(event_id: str, item: Mapping[str, object]) -> StripeEvent:
    """The event that an inbox item holds (adapters/dynamo/inbox_store.py). Raises KeyError for another shape."""
    object_id = item.get("object_id")
    return StripeEvent(
        id=event_id,
        kind=str(item["kind"]),
        object_id=None if object_id is None else str(object_id),
        livemode=item["livemode"] is True,
        ignored=item.get("ignored") is True,
    )


def happening_of(record: OrderRecord, payment: Payment, *, now: float, livemode: bool) -> Happening | None:
    """What a payment means for an order, or None when nothing. Raises UpstreamFailed for money without a charge."""
    if payment.status is PaymentStatus.PAID:
        if payment.charge is None:
            raise UpstreamFailed("Stripe does not show the charge yet.")
        return Happening.PAID if _fits(record, payment, livemode=livemode) else Happening.MISMATCHED
    if payment.status is PaymentStatus.UNPAID:
        return Happening.COMPLETED_UNPAID
    if record.checkout is None or payment.session_id != record.checkout.id:
        return None
    if payment.status is PaymentStatus.FAILED:
        return Happening.PAYMENT_FAILED
    if payment.status is PaymentStatus.EXPIRED and record.deadline <= now:
        return Happening.HOLD_ENDED
    return None


def session_ended(record: OrderRecord, payment: Payment) -> bool:
    """Whether the order's checkout is over at Stripe although its hold is not: the buyer may open another."""
    ours = record.checkout is not None and payment.session_id == record.checkout.id
    return ours and payment.status is PaymentStatus.EXPIRED and record.state is OrderState.RESERVED


def reason_for(record: OrderRecord, payment: Payment, happening: Happening | None) -> str:
    """What staff read about an order in review."""
    paid = display(payment.amount, payment.currency)
    if happening is Happening.MISMATCHED:
        asked = display(record.order.total.amount, record.order.total.currency)
        return f"Stripe took {paid}, but the order comes to {asked}. Nothing was issued."
    if happening is Happening.PAID_WITHOUT_STOCK:
        return f"{paid} came after the hold had ended, when too few tickets were left. Refund it in Stripe."
    return f"{paid} came after the order was cancelled. Refund it in Stripe."


def _fits(record: OrderRecord, payment: Payment, *, livemode: bool) -> bool:
    total = record.order.total
    charge = payment.charge
    amounts = {payment.amount, charge.amount if charge else payment.amount}
    currencies = {payment.currency, charge.currency if charge else payment.currency}
    return amounts == {total.amount} and currencies == {total.currency} and payment.livemode is livemode


def _is_surplus(record: OrderRecord, payment: Payment, happening: Happening | None) -> bool:
    """Whether the order had no use for this money."""
    if payment.charge is None or record.charge_id == payment.charge.id or happening is Happening.MISMATCHED:
        return False
    transition = after(record.state, happening) if happening else None
    return transition is None or transition.state is not OrderState.PAID


def _reopened(record: OrderRecord) -> OrderRecord:
    return msgspec.structs.replace(record, checkout=None, attempt=record.attempt + 1, version=record.version + 1)


def _log(record: OrderRecord, change: SaleChange) -> None:
    state = change.after.state if change.after else record.state
    telemetry.log(
        "payment_applied",
        order_id=record.id,
        before=record.state.value,
        after=state.value,
        charge=change.charge.id if change.charge else None,
        stripe_event=change.marker,
    )
    if state is OrderState.REVIEW and record.state is not OrderState.REVIEW:
        telemetry.count("OrderInReview")
    if change.charge and change.surplus:
        telemetry.count("SurplusPayment")
