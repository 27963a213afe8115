"""Cancels an order without a payment, for its buyer. Called by routes/orders.py.

It decides whether an order may be cancelled; release_tickets.py gives the tickets back.
"""

from chalicelib.core.errors import Conflict
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import until_settled
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Ended, OrderState, Reason
from chalicelib.orders.services.place_order import PlaceOrder
from chalicelib.payments.domain.deadline import ASKED_WITHIN_SECONDS, asking_until
from chalicelib.payments.services.release_tickets import TRIES, ReleaseTickets
from chalicelib.tickets.ports import UsedTickets


class CancelOrder:
    def __init__(
        self, *, place_order: PlaceOrder, release_tickets: ReleaseTickets, admissions: UsedTickets, clock: Clock
    ) -> None:
        self._place_order = place_order
        self._release_tickets = release_tickets
        self._admissions = admissions
        self._clock = clock

    def cancel_order(self, order_id: str, *, caller: Principal | None, access: str | None) -> OrderRecord:
        """Cancels an order that is not paid, or a free one of which no ticket was used. An order that is cancelled
        already stays so. Raises NotFound, Forbidden, Conflict (`order_not_cancellable`, `ticket_used`),
        UpstreamFailed, Busy.
        """

        def attempt() -> OrderRecord:
            record = self._place_order.load_order(order_id, caller=caller, access=access)
            if record.state is OrderState.CANCELLED:
                return record
            self._require_cancellable(record)
            return self._release_tickets.release_tickets(
                record, Ended.CANCELLED, Reason.CANCELLED_BY_BUYER, unused=record.is_free
            )

        with asking_until(self._clock.now() + ASKED_WITHIN_SECONDS):
            return until_settled(attempt, tries=TRIES)

    def _require_cancellable(self, record: OrderRecord) -> None:
        """Raises Conflict."""
        if record.state is not OrderState.RESERVED and not record.is_free:
            raise Conflict(
                "Only an order without a payment can be cancelled.",
                code="order_not_cancellable",
                state=record.state.value,
            )
        if record.is_free and self._admissions.used_at(record.order.event_id, record.id):
            raise Conflict("Somebody came in with a ticket of this order.", code="ticket_used")
