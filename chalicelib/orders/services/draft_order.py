"""Makes a new order from lines and a buyer, before it takes stock.

Called by place_order.py and waiting_list/services/offer_tickets.py.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from chalicelib.core.money import Money
from chalicelib.core.pagination import CursorKey
from chalicelib.core.ports import Ids
from chalicelib.core.times import moment
from chalicelib.orders.domain.order import Attendee, Buyer, Line, Order, OrderRecord, access_token, links_of, total_of
from chalicelib.orders.domain.order_state import Facts, state_of
from chalicelib.orders.services.read_order import hash_of_access


class Wish(NamedTuple):
    """What a buyer wants to order. `deadline` is the end of the hold in Unix seconds; `offer` is the waiting list entry
    that the order is for.
    """

    event_id: str
    lines: Sequence[Line]
    buyer: Buyer
    deadline: int
    user_id: str | None = None
    attendees: Sequence[Attendee] = ()
    offer: str | None = None


class DraftOrder:
    def __init__(self, ids: Ids, key: CursorKey) -> None:
        self._ids = ids
        self._key = key

    def draft_order(self, wish: Wish, *, order_id: str, now: datetime) -> OrderRecord:
        """Returns the order: reserved until its deadline, or paid when it costs nothing."""
        total = Money(amount=total_of(wish.lines), currency=wish.lines[0].price.currency)
        free = total.amount == 0
        facts = Facts(issued=free)
        order = Order(
            id=order_id,
            event_id=wish.event_id,
            state=state_of(facts),
            lines=list(wish.lines),
            total=total,
            buyer=wish.buyer,
            created_at=now,
            updated_at=now,
            expires_at=None if free else moment(wish.deadline),
            paid_at=now if free else None,
            links=links_of(order_id),
        )
        return OrderRecord(
            order=order,
            version=1,
            deadline=wish.deadline,
            allocation=(),
            facts=facts,
            ticket_secret=self._ids.new_secret() if free else None,
            user_id=wish.user_id,
            access_hash=None if wish.user_id else hash_of_access(self.make_access(order_id)),
            attendees=list(wish.attendees),
            offer=wish.offer,
        )

    def make_access(self, order_id: str) -> str:
        """Returns the token with which a buyer without an account reads the order."""
        return access_token(order_id, self._key())
