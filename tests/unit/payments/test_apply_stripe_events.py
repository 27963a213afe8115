"""One look at Stripe shows what several events tell of."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.orders.domain.charge import Payment, PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Ended, Facts
from chalicelib.payments.inbox_port import StripeEvent
from chalicelib.payments.services.apply_stripe_events import PAUSES, ApplyStripeEvents
from tests.unit.orders.builders import ID, PAID, FakeOrders, charge, clock_at, payment, record

SESSION = StripeEvent("evt_1", "checkout.session.completed", "cs_1", False, False, order_id=ID)
CHARGE = StripeEvent("evt_2", "charge.succeeded", "ch_1", False, False, order_id=ID)
FEE = StripeEvent("evt_3", "charge.updated", "ch_1", False, False, order_id=ID)
ENDED = StripeEvent("evt_4", "checkout.session.expired", "cs_1", False, False, order_id=ID)
REFUND = StripeEvent("evt_5", "charge.refunded", "ch_1", False, False, order_id=ID)


class World:
    """The service over one order; a look shows `seen`. `taken`: another process looks already."""

    def __init__(self, order: OrderRecord, *, seen: Payment | None = None, taken: bool = False) -> None:
        self.orders: Any = FakeOrders(order)
        self.orders.was_stripe_event_applied = lambda event_id: event_id == "evt_known"
        self.looked: list[str] = []
        self.slept: list[float] = []
        self.left: list[str] = []
        self.seen, self.taken = seen, taken
        parts: dict[str, Any] = {"record_payment": self, "lines": self, "payments": SimpleNamespace}
        self.service = ApplyStripeEvents(orders=self.orders, clock=clock_at(0), sleep=self.slept.append, **parts)

    def record_payment(self, event: StripeEvent, object_id: str, *, marker: str | None) -> Payment | None:
        self.looked.append(object_id)
        return self.seen

    def take(self, line: str, *, now: float, every: float, most: float) -> float | None:
        return None if self.taken else now

    def leave(self, line: str) -> None:
        self.left.append(line)


COME = payment(PaymentStatus.PAID)
PAID_ORDER = record(PAID, paid_checkout="cs_1")


def test_apply_all_events_of_a_payment_looks_at_the_session_alone() -> None:
    world = World(record(), seen=COME)
    world.service.apply_all([CHARGE, SESSION])
    assert world.looked[0] == "cs_1"
    assert world.left == []


@pytest.mark.parametrize("event", [SESSION, CHARGE, FEE])
def test_apply_what_is_recorded_needs_no_look(event: StripeEvent) -> None:
    world = World(PAID_ORDER)
    world.orders.charges_known = {"ch_1": charge(net=4900)}
    world.service.apply_all([event])
    assert world.looked == []


@pytest.mark.parametrize("facts", [PAID, Facts(ended=Ended.EXPIRED)])
def test_apply_end_of_a_session_whose_order_ended_or_was_paid_needs_no_look(facts: Facts) -> None:
    world = World(record(facts))
    world.service.apply(ENDED)
    assert world.looked == []


def test_apply_end_of_a_session_waits_a_moment_for_who_ended_it() -> None:
    world = World(record())
    world.service.apply(ENDED)
    assert (world.slept, world.looked) == ([PAUSES[0]], ["cs_1"])


def test_apply_charge_of_a_held_order_looks_at_its_session_and_at_the_charge_only_if_need_be() -> None:
    world = World(record(), seen=COME)
    world.service.apply(CHARGE)
    assert world.looked == ["cs_1"]
    other = World(record(), seen=COME._replace(charge=charge(id="ch_9")))
    other.service.apply(CHARGE)
    assert other.looked == ["cs_1", "ch_1"]


def test_apply_first_look_that_shows_nothing_lets_another_process_look() -> None:
    world = World(record())
    world.service.apply(SESSION)
    assert world.left == [f"look.{ID}"]


def test_apply_while_another_process_looks_waits_for_what_it_records() -> None:
    world = World(record(), taken=True)

    def sleep(seconds: float) -> None:
        world.slept.append(seconds)
        if len(world.slept) == 2:
            world.orders.records[ID] = PAID_ORDER

    parts: dict[str, Any] = {"record_payment": world, "lines": world, "payments": lambda: None}
    ApplyStripeEvents(orders=world.orders, clock=clock_at(0), sleep=sleep, **parts).apply(SESSION)
    assert (world.slept, world.looked) == ([*PAUSES[:2]], [])


def test_apply_while_another_process_never_ends_looks_itself_and_leaves_its_place_alone() -> None:
    world = World(record(), taken=True)
    world.service.apply(SESSION)
    assert (tuple(world.slept), world.looked, world.left) == (PAUSES, ["cs_1"], [])


def test_apply_event_that_had_its_effects_needs_no_look() -> None:
    world = World(PAID_ORDER)
    world.service.apply(REFUND._replace(id="evt_known"))
    world.service.apply(REFUND._replace(object_id=None))
    assert world.looked == []
    world.service.apply(REFUND)
    assert world.looked == ["ch_1"]


@pytest.mark.parametrize("event", [SESSION, CHARGE])
def test_apply_event_from_another_account_is_not_taken_for_recorded(event: StripeEvent) -> None:
    world = World(replace(PAID_ORDER, account="acct_1"))
    world.orders.charges_known = {"ch_1": charge(net=4900)}
    world.service.apply(event)
    assert world.looked == [event.object_id]
