"""Puts orders into review whose payment cannot be read: its connected account was taken back before its event was
applied.

Called by record_payment.py. Only the event itself, which Stripe signed, says what was paid. The organiser has the money
and it cannot be refunded from here: the order goes to review, its buyer and the event's staff get a message, and the
payment is stored as an orphan.
"""

from collections.abc import Callable

from msgspec.structs import replace

from chalicelib import telemetry
from chalicelib.core.ids import is_ulid
from chalicelib.core.money import display
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import until_settled
from chalicelib.core.times import moment
from chalicelib.orders.domain.charge import Payment, PaymentStatus
from chalicelib.orders.domain.order import OrderRecord, moved_on
from chalicelib.orders.domain.order_state import Reason
from chalicelib.orders.ports import Orders, SaleChange
from chalicelib.orders.services.order_messages import OrderMessages
from chalicelib.payments.inbox_port import StripeEvent
from chalicelib.payments.ports import Orphans, Payments

TRIES = 12


class ReviewUnseenPayment:
    """Records payments in accounts that were taken back."""

    def __init__(
        self,
        *,
        orders: Orders,
        orphans: Orphans,
        payments: Callable[[], Payments],
        order_messages: OrderMessages,
        clock: Clock,
        livemode: bool,
    ) -> None:
        self._orders = orders
        self._orphans = orphans
        self._payments = payments
        self._order_messages = order_messages
        self._clock = clock
        self._livemode = livemode

    def review(self, event: StripeEvent) -> None:
        """Applies an event of an account that was taken back, once. Raises Busy."""
        payment = self._payments().parse_payment(event.payload, account=event.account) if event.payload else None
        if payment is None or payment.status is not PaymentStatus.PAID or payment.livemode is not self._livemode:
            telemetry.log("stripe_event_out_of_reach", stripe_event=event.id, kind=event.kind, account=event.account)
            return
        order_id = payment.order_id
        record = self._orders.load_order(order_id) if order_id and is_ulid(order_id) else None
        key = payment.charge.id if payment.charge else str(event.object_id)
        if record is not None and record.account == event.account:
            if self._is_known(record, payment):
                return
            self._set_aside(record.id, payment)
            key = record.id  # events of the session and of the charge tell of the same payment
        if self._orphans.keep(key, payment, now=int(self._clock.now())):
            telemetry.count_to_look_at("OrphanPayment")
        telemetry.log("payment_out_of_reach", stripe_event=event.id, order_id=payment.order_id, account=event.account)

    def _is_known(self, record: OrderRecord, payment: Payment) -> bool:
        """Whether the payment was recorded before its account was taken back."""
        if payment.charge is not None:
            return self._orders.load_charge(record.id, payment.charge.id) is not None
        checkout = record.checkout
        return record.facts.charge_id is not None and checkout is not None and checkout.id == payment.session_id

    def _set_aside(self, order_id: str, payment: Payment) -> None:
        """Puts an order without a known payment into review. A paid order stays paid."""

        def attempt() -> None:
            record = self._orders.load_order(order_id)
            if record is None:
                return
            facts = record.facts
            if facts.issued or facts.charge_id is not None or facts.held_back:
                return
            taken = display(payment.amount, payment.currency)
            after = moved_on(
                record,
                replace(facts, held_back=True, pending=False),
                now=moment(self._clock.now()),
                reason=Reason.ACCOUNT_GONE,
                note=f"Stripe took {taken} in the account {payment.account}, which was disconnected before we could "
                "look at it.",
            )
            self._orders.write_order(self._order_messages.add_messages(SaleChange(before=record, after=after)))
            telemetry.count_to_look_at("OrderInReview")

        until_settled(attempt, tries=TRIES)
