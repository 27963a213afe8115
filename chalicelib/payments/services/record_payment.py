"""Turns what Stripe shows of a payment into charge, order, stock and messages, in one transaction.

Called by apply_stripe_events.py for Stripe's events, by release_tickets.py when an order ends as money comes in, by
reconcile.py and after a refund. An event only says where to look. The order is read before Stripe is asked, and written
only if nobody wrote it since, so the last look wins, in whatever order events come and however often.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from chalicelib import telemetry
from chalicelib.catalog.domain.stock import Piece
from chalicelib.catalog.ports import Lost
from chalicelib.content.domain.event import EventState
from chalicelib.core.errors import Busy
from chalicelib.core.ids import is_ulid
from chalicelib.core.kinds import View
from chalicelib.core.money import in_steps
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.times import moment
from chalicelib.orders.domain.charge import Charge, Payment, PaymentStatus, moved_forward
from chalicelib.orders.domain.order import OrderRecord, moved_on
from chalicelib.orders.domain.order_state import Facts, OrderState, Position, Reason, position_of
from chalicelib.orders.domain.refund import RefundReason, RefundStanding, RefundWish
from chalicelib.orders.ports import Orders, SaleChange
from chalicelib.orders.services.hold_stock import HoldStock
from chalicelib.orders.services.order_messages import OrderMessages
from chalicelib.payments.domain.settlement import Settlement, settle
from chalicelib.payments.inbox_port import StripeEvent
from chalicelib.payments.ports import AccountGone, Orphans, Payments
from chalicelib.payments.services.review_unseen_payment import ReviewUnseenPayment
from chalicelib.representations.ports import Representations

MARKER_SECONDS = 40 * 24 * 3600
"""How long an event is remembered as applied: longer than the 35 days that Stripe's retries and replays may take."""
TRIES = 12


class RecordPayment:
    def __init__(
        self,
        *,
        orders: Orders,
        orphans: Orphans,
        hold_stock: HoldStock,
        payments: Callable[[], Payments],
        representations: Representations,
        order_messages: OrderMessages,
        clock: Clock,
        ids: Ids,
        livemode: bool,
        review_unseen_payment: ReviewUnseenPayment,
    ) -> None:
        self._orders = orders
        self._orphans = orphans
        self._hold_stock = hold_stock
        self._payments = payments
        self._representations = representations
        self._order_messages = order_messages
        self._clock = clock
        self._ids = ids
        self._livemode = livemode
        self._review_unseen_payment = review_unseen_payment

    def record_payment(self, event: StripeEvent, object_id: str, *, marker: str | None) -> Payment | None:
        """Reads an event's object at Stripe, applies it and returns the payment that was recorded with its order; None
        when nothing was. With a marker the event is remembered as applied. Raises UpstreamFailed, Busy.
        """
        try:
            return self._sync(object_id, event.account, event.order_id, marker=marker)
        except AccountGone:
            self._review_unseen_payment.review(event)
            return None

    def sync_payment(self, object_id: str, *, account: str | None = None, order_id: str | None = None) -> None:
        """Reads the payment of a checkout session, payment intent or charge at Stripe and applies it. `order_id` is a
        hint: with it Stripe is asked once instead of twice. Raises UpstreamFailed, Busy.
        """
        try:
            self._sync(object_id, account, order_id)
        except AccountGone:
            telemetry.log("payment_out_of_reach", object=object_id, order_id=order_id, account=account)

    def _sync(
        self, object_id: str, account: str | None, order_id: str | None, *, marker: str | None = None
    ) -> Payment | None:
        """Reads and applies a payment, and marks an event as applied. Raises AccountGone, UpstreamFailed, Busy."""
        for _ in range(TRIES):  # not until_settled: the payment may name another order to go on with
            record = self._orders.load_order(order_id) if order_id and is_ulid(order_id) else None
            payment = self._payments().read_payment(object_id, account=account)
            if payment is None:
                telemetry.log("stripe_object_unknown", object=object_id)
                return None
            if payment.order_id != order_id and payment.order_id and is_ulid(payment.order_id):
                order_id = payment.order_id
                continue
            if record is None or payment.order_id != record.id or payment.account != record.account:
                self._quarantine(object_id, payment, record)
                return None
            if self.apply(record, payment, marker=marker):
                return payment
        raise Busy("The order keeps changing.")

    def apply(self, record: OrderRecord, payment: Payment, *, marker: str | None = None) -> bool:
        """Writes what a payment changes about its order, which was read before Stripe was asked. False when somebody
        wrote the order meanwhile: then both must be read again.
        """
        change = self._change(record, payment, marker)
        if change is None:
            return True
        try:
            self._orders.write_order(change)
        except Lost as lost:
            return "marker" in lost.names
        _log(record, change)
        return True

    def _change(self, record: OrderRecord, payment: Payment, marker: str | None) -> SaleChange | None:
        """Returns everything that this payment changes about an order, or None when nothing."""
        known = self._orders.load_charge(record.id, payment.charge.id) if payment.charge else None
        charge = moved_forward(known, payment.charge) if payment.charge else None
        payment = payment._replace(charge=charge)
        settlement, pieces = self._settlement(record, payment)
        wish = None
        if settlement.send_back and charge:
            wish = self._wish(record, charge, settlement.send_back)
            if wish is None and self._is_stuck(record, charge, settlement):
                facts = msgspec.structs.replace(settlement.facts, held_back=True)
                settlement = settlement._replace(facts=facts, note="A part of the refund of this payment failed.")
        after = self._after(record, payment, settlement, wish, pieces=pieces)
        if after is None and charge == known:
            return None
        now = self._clock.now()
        change = SaleChange(
            before=record,
            after=after or msgspec.structs.replace(record, version=record.version + 1),
            marker=marker,
            marker_expires_at=int(now) + MARKER_SECONDS,
            charge=charge if charge != known else None,
            surplus=settlement.send_back is RefundReason.PAID_TWICE,
            wish=wish,
        )
        return self._order_messages.add_messages(change, known=known)

    def _settlement(self, record: OrderRecord, payment: Payment) -> tuple[Settlement, tuple[Piece, ...] | None]:
        """Returns the order's new facts, and the stock it takes when its own was given back before."""
        now = self._clock.now()
        found = settle(record, payment, now=now, livemode=self._livemode)
        if position_of(found.facts) is not Position.SOLD:
            return found, None
        over = None if record.facts.issued else self._over(record, now)
        if over is not None:
            return settle(record, payment, now=now, livemode=self._livemode, over=over), None
        if position_of(record.facts) is not Position.NONE:
            return found, None
        pieces = self._hold_stock.find_again(record)
        if pieces is None:
            found = settle(record, payment, now=now, livemode=self._livemode, has_stock=False)
        return found, pieces

    def _over(self, record: OrderRecord, now: float) -> Reason | None:
        """Returns why an event admits nobody any more: it was closed, or it ended while the payment was on its way. An
        event that is a draft again for a while is not closed. Orders made after the end were sold for that time.
        """
        stored = self._representations.event(record.order.event_id, View.ALL)
        event = None if stored is None else json.loads(stored.body)
        if event is None or event["state"] == EventState.ARCHIVED.value:
            return Reason.EVENT_CLOSED
        ends_at = datetime.fromisoformat(event["ends_at"])
        return Reason.EVENT_OVER if record.order.created_at < ends_at <= moment(now) else None

    def _after(
        self,
        record: OrderRecord,
        payment: Payment,
        settlement: Settlement,
        wish: RefundWish | None,
        *,
        pieces: tuple[Piece, ...] | None,
    ) -> OrderRecord | None:
        """Returns the order as the payment leaves it, or None when it does not change."""
        facts = settlement.facts
        if wish and facts.charge_id == wish.charge_id:
            facts = msgspec.structs.replace(facts, wanted=facts.wanted + wish.amount)
        same = (facts, settlement.reason, settlement.note) == (record.facts, record.order.reason, record.note)
        if same and not settlement.reopen:
            return None
        more: dict[str, Any] = {"checkout": None, "attempt": record.attempt + 1} if settlement.reopen else {}
        if record.ticket_secret is None and position_of(facts) is Position.SOLD:
            more["ticket_secret"] = self._ids.new_secret()
        return moved_on(
            record,
            facts,
            now=moment(self._clock.now()),
            reason=settlement.reason,
            note=settlement.note,
            customer_id=payment.customer_id or record.customer_id,
            allocation=pieces if pieces is not None else record.allocation,
            paid_checkout=_paid_checkout(record, facts, payment),
            **more,
        )

    def _wish(self, record: OrderRecord, charge: Charge, reason: RefundReason) -> RefundWish | None:
        """Returns the refund of a payment that its order has no use for; None when it is wanted already, or the money
        goes back by a dispute. A dispute that is won leads here again.
        """
        rest = in_steps(charge.amount - charge.returned, charge.currency)
        key = _wish_key(reason, charge)
        if rest <= 0 or charge.dispute_standing is not None or self._orders.load_wish(record.id, key) is not None:
            return None
        return RefundWish(
            key=key,
            order_id=record.id,
            charge_id=charge.id,
            amount=rest,
            currency=charge.currency,
            reason=reason,
            created_at=moment(self._clock.now()),
            account=record.account,
        )

    def _is_stuck(self, record: OrderRecord, charge: Charge, settlement: Settlement) -> bool:
        """Whether everything was done to send back the order's payment, and part of it is still here because another
        refund of it failed.
        """
        if charge.amount == charge.returned or charge.dispute_standing is not None or settlement.facts.wanted:
            return False
        made = self._orders.load_wish(record.id, _wish_key(RefundReason.PAID_TOO_LATE, charge))
        return settlement.facts.charge_id == charge.id and made is not None and made.standing is RefundStanding.DONE

    def _quarantine(self, object_id: str, payment: Payment, record: OrderRecord | None) -> None:
        """Stores a payment that names no order of ours, or was made to another account than the order's, and changes
        nothing.
        """
        if payment.status is PaymentStatus.PAID:
            key = payment.charge.id if payment.charge else object_id
            if self._orphans.keep(key, payment, now=int(self._clock.now())):
                telemetry.count_to_look_at("OrphanPayment" if record is None else "QuarantinedPayment")
        telemetry.log("payment_fits_no_order", object=object_id, status=payment.status.value, known=record is not None)


def _paid_checkout(record: OrderRecord, facts: Facts, payment: Payment) -> str | None:
    """Returns the checkout session of the payment that the order rests on, once the payment was read."""
    rests = payment.charge is not None and facts.charge_id == payment.charge.id
    return payment.session_id if rests and payment.session_id else record.paid_checkout


def _wish_key(reason: RefundReason, charge: Charge) -> str:
    return f"{reason.value}-{charge.id}"


def _log(record: OrderRecord, change: SaleChange) -> None:
    state = change.after.state
    telemetry.log(
        "payment_applied",
        order_id=record.id,
        before=record.state.value,
        after=state.value,
        charge=change.charge.id if change.charge else None,
        stripe_event=change.marker,
    )
    if state is OrderState.REVIEW and record.state is not OrderState.REVIEW:
        telemetry.count_to_look_at("OrderInReview")
    if change.wish:
        telemetry.count_to_look_at("SurplusPayment")
