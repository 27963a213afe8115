"""An order ends only after its checkout is closed; a complete checkout is read instead."""

from typing import Any

import pytest

from chalicelib.core.preconditions import Overtaken
from chalicelib.orders.domain.order import Checkout, OrderRecord
from chalicelib.orders.domain.order_state import Ended, OrderState, Reason
from chalicelib.payments.services.release_tickets import ReleaseTickets
from tests.unit.orders.builders import ID, TELLING, FakeOrders, clock_at, record


class World:
    """The service over one order. Stripe closes checkouts unless they are complete."""

    def __init__(self, found: OrderRecord, *, complete: bool = False) -> None:
        self.found, self.orders, self.complete = found, FakeOrders(found), complete
        self.asked: list[tuple[str, str, str | None]] = []
        parts: dict[str, Any] = {"orders": self.orders, "record_payment": self, "payments": lambda: self}
        self.service = ReleaseTickets(order_messages=TELLING, clock=clock_at(0), **parts)

    def close_checkout(self, session_id: str, *, account: str | None) -> bool:
        self.asked.append(("close", session_id, account))
        return not self.complete

    def sync_payment(self, object_id: str, *, account: str | None, order_id: str) -> None:
        self.asked.append(("sync", object_id, account))

    def release(self, *, unused: bool = False) -> OrderRecord:
        return self.service.release_tickets(self.found, Ended.EXPIRED, Reason.HOLD_ENDED, unused=unused)


def test_release_closes_the_checkout_and_ends_the_order() -> None:
    world = World(record(checkout=Checkout("cs_1", "url"), account="acct_1"))
    ended = world.release()
    assert (ended.state, ended.order.reason) == (OrderState.EXPIRED, Reason.HOLD_ENDED)
    assert world.asked == [("close", "cs_1", "acct_1")]
    assert world.orders.records[ID] == ended


def test_release_of_a_complete_checkout_reads_the_payment_and_ends_nothing() -> None:
    world = World(record(), complete=True)
    with pytest.raises(Overtaken):
        world.release()
    assert world.asked == [("close", "cs_1", None), ("sync", "cs_1", None)]
    assert world.orders.changes == []


@pytest.mark.parametrize("unused", [False, True])
def test_release_without_a_checkout_asks_nobody_and_hands_on_whether_tickets_must_be_unused(unused: bool) -> None:
    world = World(record(checkout=None))
    world.release(unused=unused)
    assert (world.asked, [change.unused for change in world.orders.changes]) == ([], [unused])
