"""Which orders may be cancelled, and what is asked for before their tickets are released."""

from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.errors import Busy, Conflict
from chalicelib.core.preconditions import Overtaken
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Ended, Facts, Reason
from chalicelib.payments.services.cancel_order import CancelOrder
from chalicelib.payments.services.release_tickets import TRIES
from tests.unit.orders.builders import ID, MOMENT, PAID, clock_at, record

FREE = record(Facts(issued=True))
Released = tuple[str, Ended, Reason, bool]


class World:
    """The service over one order. Releases are noted; the first ones are overtaken."""

    def __init__(self, found: OrderRecord, *, used: dict[int, datetime] | None = None, overtaken: int = 0) -> None:
        self.released: list[Released] = []
        self.overtaken = overtaken
        place_order: Any = SimpleNamespace(load_order=lambda id, caller, access: found)
        admissions: Any = SimpleNamespace(used_at=lambda event_id, order_id: used or {})
        release_tickets: Any = self
        self.service = CancelOrder(
            place_order=place_order, release_tickets=release_tickets, admissions=admissions, clock=clock_at(0)
        )

    def release_tickets(self, found: OrderRecord, ending: Ended, reason: Reason, *, unused: bool) -> OrderRecord:
        self.released.append((found.id, ending, reason, unused))
        if len(self.released) <= self.overtaken:
            raise Overtaken
        return found

    def cancel(self) -> OrderRecord:
        return self.service.cancel_order(ID, caller=None, access=None)


@pytest.mark.parametrize(("found", "unused"), [(record(), False), (FREE, True)], ids=["reserved", "free"])
def test_cancel_an_order_without_a_payment_releases_its_tickets(found: OrderRecord, unused: bool) -> None:
    world = World(found, used={})
    assert world.cancel() == found
    assert world.released == [(ID, Ended.CANCELLED, Reason.CANCELLED_BY_BUYER, unused)]


def test_cancel_a_cancelled_order_returns_it_as_it_is() -> None:
    found = record(Facts(ended=Ended.CANCELLED))
    world = World(found)
    assert (world.cancel(), world.released) == (found, [])


@pytest.mark.parametrize(
    "facts", [PAID, Facts(ended=Ended.EXPIRED), Facts(pending=True)], ids=["paid", "over", "paying"]
)
def test_cancel_an_order_with_a_payment_or_an_end_is_refused(facts: Facts) -> None:
    world = World(record(facts))
    with pytest.raises(Conflict) as refusal:
        world.cancel()
    assert (refusal.value.code, world.released) == ("order_not_cancellable", [])


def test_cancel_a_free_order_with_a_used_ticket_is_refused() -> None:
    world = World(FREE, used={1: MOMENT})
    with pytest.raises(Conflict) as refusal:
        world.cancel()
    assert (refusal.value.code, world.released) == ("ticket_used", [])


def test_cancel_an_order_that_changes_meanwhile_looks_again_and_gives_up_in_the_end() -> None:
    once = World(record(), overtaken=1)
    once.cancel()
    always = World(record(), overtaken=TRIES)
    with pytest.raises(Busy):
        always.cancel()
    assert (len(once.released), len(always.released)) == (2, TRIES)
