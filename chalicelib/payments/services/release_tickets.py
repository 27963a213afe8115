"""Ends an order that no money was taken for and gives its tickets back to sale.

Called by cancel_order.py and expire_orders.py. Stripe must close the checkout before stock goes back. When the checkout
is complete already, the payment is recorded instead.
"""

from collections.abc import Callable

from msgspec.structs import replace

from chalicelib import telemetry
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import Overtaken
from chalicelib.core.times import moment
from chalicelib.orders.domain.order import OrderRecord, moved_on
from chalicelib.orders.domain.order_state import Ended, Reason
from chalicelib.orders.ports import Orders, SaleChange
from chalicelib.orders.services.order_messages import OrderMessages
from chalicelib.payments.ports import Payments
from chalicelib.payments.services.record_payment import RecordPayment

TRIES = 5
"""Attempts of the callers while the order changes at the same time."""


class ReleaseTickets:
    def __init__(
        self,
        *,
        orders: Orders,
        record_payment: RecordPayment,
        order_messages: OrderMessages,
        payments: Callable[[], Payments],
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._record_payment = record_payment
        self._order_messages = order_messages
        self._payments = payments
        self._clock = clock

    def release_tickets(
        self, record: OrderRecord, ending: Ended, reason: Reason, *, unused: bool = False
    ) -> OrderRecord:
        """Ends the order and returns it. With `unused`, only if no ticket of it was used.

        Raises Overtaken when the order was changed or paid since it was read, or (with `unused`) a ticket was used;
        UpstreamFailed, Busy.
        """
        checkout = record.checkout
        if checkout is not None and not self._payments().close_checkout(checkout.id, account=record.account):
            self._record_payment.sync_payment(checkout.id, account=record.account, order_id=record.id)
            raise Overtaken
        ended = moved_on(record, replace(record.facts, ended=ending), now=moment(self._clock.now()), reason=reason)
        change = SaleChange(before=record, after=ended, unused=unused)
        self._orders.write_order(self._order_messages.add_messages(change))
        telemetry.log("order_ended", order_id=record.id, state=ended.state.value)
        return ended
