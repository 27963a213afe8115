"""As few looks at Stripe as a payment needs, whatever tells of it, how often, and by how many workers at once."""

from itertools import permutations
from threading import Barrier
from typing import Any

import pytest

from chalicelib.orders.domain.charge import PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.reactions import LOOKS_AT_ONCE
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.intake import Intake
from tests.harness.shop import Shop, items_of, stock_of, together


class Looks:
    """Counts what is asked of the shop's Stripe, and makes the first so many looks fail."""

    def __init__(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[str] = []
        self.failing = 0
        look, look_at_many = shop.payments.read_payment, shop.payments.list_payments

        def payment(object_id: str, **more: Any) -> Any:
            self.made.append(object_id)
            if self.failing:
                self.failing -= 1
                shop.payments.down = True
            try:
                return look(object_id, **more)
            finally:
                shop.payments.down = False

        def payments_made(**more: Any) -> Any:
            before = len(self.made)
            shown = look_at_many(**more)
            del self.made[before:]  # the fake looks one by one
            self.made.append(f"{len(shown)} charges")
            return shown

        monkeypatch.setattr(shop.payments, "read_payment", payment)
        monkeypatch.setattr(shop.payments, "list_payments", payments_made)


@pytest.fixture
def intake(shop: Shop, database: DatabaseEndpoint) -> Intake:
    """The intake of the shop."""
    return Intake(shop, database)


@pytest.fixture
def looks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Looks:
    """What Stripe is asked."""
    return Looks(shop, monkeypatch)


def reserved(shop: Shop, ticket: str) -> tuple[OrderRecord, str]:
    """An order with an open checkout."""
    record = shop.order((ticket, 1))
    return record, shop.checkout(record)


def named(record: OrderRecord) -> dict[str, Any]:
    """What our own metadata tells an event."""
    return {"about": {"metadata": {"order_id": record.id}}}


KINDS = ("checkout.session.completed", "charge.succeeded", "charge.updated")


@pytest.mark.parametrize("kinds", list(permutations(KINDS)), ids=" ".join)
def test_apply_events_of_one_payment_in_any_order_takes_one_look(
    intake: Intake, looks: Looks, kinds: tuple[str, ...]
) -> None:
    shop = intake.shop
    record, session = reserved(shop, shop.ticket(5))
    charge = shop.payments.pay(session)
    shop.payments.settled = True
    for kind in kinds:
        intake.tell(kind, session if kind.startswith("checkout") else charge, **named(record))
    assert looks.made == [session]
    assert intake.bring_again() == []
    assert looks.made == [session]
    assert shop.state(record) is OrderState.PAID


@pytest.mark.parametrize("kinds", list(permutations(KINDS[:2])), ids=" ".join)
def test_apply_events_of_one_payment_by_twenty_workers_at_once_takes_one_look(
    intake: Intake, looks: Looks, kinds: tuple[str, ...]
) -> None:
    shop = intake.shop
    ticket = shop.ticket(5)
    record, session = reserved(shop, ticket)
    charge = shop.payments.pay(session)
    for kind in kinds:
        intake.post(kind, session if kind.startswith("checkout") else charge, **named(record))
    assert together(20, lambda number: intake.bring_one(number % 2)) == [[]] * 20
    assert looks.made == [session]
    assert (shop.state(record), stock_of(ticket).sold) == (OrderState.PAID, 1)


def test_apply_fees_of_many_orders_takes_one_look(intake: Intake, looks: Looks) -> None:
    shop = intake.shop
    ticket = shop.ticket(10)
    orders = [reserved(shop, ticket) for _ in range(8)]
    charges = [shop.payments.pay(session) for _, session in orders]
    for (record, session), charge in zip(orders, charges, strict=True):
        intake.post("checkout.session.completed", session, **named(record))
        intake.post("charge.succeeded", charge, **named(record))
    intake.bring()
    assert sorted(looks.made) == sorted(session for _, session in orders)
    looks.made.clear()
    shop.payments.settled = True
    for (record, _), charge in zip(orders, charges, strict=True):
        intake.post("charge.updated", charge, **named(record))
    intake.bring()
    assert looks.made == ["8 charges"]
    assert [shop.services.orders.view.load_charges(record.id)[0].count('"fee":35') for record, _ in orders] == [1] * 8
    assert intake.bring_again() == []
    assert looks.made == ["8 charges"]


def test_apply_fees_that_come_first_looks_at_payments_side_by_side(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is recorded yet of what they tell: each takes a look of its own."""
    shop = intake.shop
    ticket = shop.ticket(2 * LOOKS_AT_ONCE)
    orders = [reserved(shop, ticket) for _ in range(2 * LOOKS_AT_ONCE)]
    charges = [shop.payments.pay(session) for _, session in orders]
    shop.payments.settled = True
    for (record, _), charge in zip(orders, charges, strict=True):
        intake.post("charge.updated", charge, **named(record))
    side_by_side, look = Barrier(LOOKS_AT_ONCE, timeout=20), shop.payments.read_payment

    def payment(object_id: str, **more: Any) -> Any:
        side_by_side.wait()
        return look(object_id, **more)

    monkeypatch.setattr(shop.payments, "read_payment", payment)
    assert intake.bring_again() == []
    assert {shop.state(record) for record, _ in orders} == {OrderState.PAID}
    assert [item.body.count('"fee":35') for item in items_of("ChargeItem", "CHARGE#")] == [1] * len(orders)


def test_apply_fees_brought_by_many_workers_at_once_takes_a_look_for_all(intake: Intake, looks: Looks) -> None:
    """Each batch has one event, as when the stream keeps up: whoever looks records what the others came for."""
    shop = intake.shop
    ticket = shop.ticket(12)
    orders = [reserved(shop, ticket) for _ in range(12)]
    charges = [shop.payments.pay(session) for _, session in orders]
    for record, session in orders:
        intake.post("checkout.session.completed", session, **named(record))
    intake.bring()
    looks.made.clear()
    shop.payments.settled = True
    for (record, _), charge in zip(orders, charges, strict=True):
        intake.post("charge.updated", charge, **named(record))
    assert together(12, lambda number: intake.bring_one(12 + number)) == [[]] * 12
    assert looks.made.count("12 charges") == len(looks.made) <= 2
    assert [item.body.count('"fee":35') for item in items_of("ChargeItem", "CHARGE#")] == [1] * 12


def test_apply_fee_of_an_order_that_changes_meanwhile_looks_again(
    intake: Intake, looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = intake.shop
    ticket = shop.ticket(10)
    orders = [reserved(shop, ticket) for _ in range(2)]
    charges = [shop.payments.pay(session) for _, session in orders]
    for record, session in orders:
        intake.tell("checkout.session.completed", session, **named(record))
    shop.payments.settled = True
    looks.made.clear()
    listed = shop.payments.list_payments

    def and_refunds(**more: Any) -> Any:
        shown = listed(**more)
        shop.payments.refund_in_dashboard(charges[0], 1000)
        shop.hear(charges[0], kind="charge.refunded", event_id="evt_between")
        return shown

    monkeypatch.setattr(shop.payments, "list_payments", and_refunds)
    for (record, _), charge in zip(orders, charges, strict=True):
        intake.post("charge.updated", charge, **named(record))
    intake.bring()
    assert shop.record(orders[0][0]).facts.refunded == 1000
    assert [item.body.count('"fee":35') for item in items_of("ChargeItem", "CHARGE#")] == [1, 1]


def test_apply_event_after_the_first_look_failed_looks_itself(intake: Intake, looks: Looks) -> None:
    shop = intake.shop
    record, session = reserved(shop, shop.ticket(5))
    charge = shop.payments.pay(session)
    looks.failing = 1
    intake.post("checkout.session.completed", session, **named(record))
    assert len(intake.bring_one(0)) == 1
    assert shop.state(record) is OrderState.RESERVED
    intake.post("charge.succeeded", charge, **named(record))
    assert intake.bring_one(1) == []
    assert shop.state(record) is OrderState.PAID
    assert intake.bring_one(0) == []
    assert looks.made == [session, session]


def test_apply_events_of_a_second_payment_looks_at_it_whichever_is_lost(intake: Intake, looks: Looks) -> None:
    """That an order is paid says nothing of another payment through another checkout."""
    shop = intake.shop
    record, session = reserved(shop, shop.ticket(5))
    shop.payments.pay(session)
    intake.tell("checkout.session.completed", session, **named(record))
    other = shop.payments.sessions[session]._replace(session_id="cs_other", status=PaymentStatus.OPEN, charge=None)
    shop.payments.sessions["cs_other"] = other
    second = shop.payments.pay("cs_other")
    intake.tell("checkout.session.completed", "cs_other", **named(record))
    assert shop.payments.charge(second).returned == 2500
    assert shop.state(record) is OrderState.PAID


def test_apply_payment_through_another_checkout_while_the_own_one_is_open(intake: Intake, looks: Looks) -> None:
    shop = intake.shop
    record, session = reserved(shop, shop.ticket(5))
    stray = shop.payments.sessions[session]._replace(session_id="cs_stray")
    shop.payments.sessions["cs_stray"] = stray
    charge = shop.payments.pay("cs_stray")
    intake.tell("charge.succeeded", charge, **named(record))
    assert looks.made == [session, charge]
    assert (shop.state(record), shop.record(record).facts.charge_id) == (OrderState.PAID, charge)


def test_apply_events_of_one_refund_in_a_batch_takes_one_look(intake: Intake, looks: Looks) -> None:
    shop = intake.shop
    record, session = reserved(shop, shop.ticket(5))
    charge = shop.payments.pay(session)
    intake.tell("checkout.session.completed", session, **named(record))
    looks.made.clear()
    refund = shop.payments.refund_in_dashboard(charge, 2500)
    about = {"id": refund, "object": "refund", "charge": charge}
    for kind in ("refund.created", "refund.updated", "charge.refunded"):
        intake.post(kind, charge, about={**named(record)["about"], **(about if kind.startswith("refund") else {})})
    intake.bring()
    assert looks.made == [charge]
    assert shop.state(record) is OrderState.REFUNDED


def test_apply_event_of_an_abandoned_checkout_takes_no_look(intake: Intake, looks: Looks) -> None:
    shop = intake.shop
    record, session = reserved(shop, shop.ticket(5))
    shop.clock.seconds += 1000
    shop.services.payments.expire_orders.expire_orders()
    assert shop.state(record) is OrderState.EXPIRED
    intake.tell("checkout.session.expired", session, **named(record))
    assert looks.made == []


def test_apply_event_of_a_checkout_faster_than_the_release_that_ends_it_takes_no_look(
    intake: Intake, looks: Looks
) -> None:
    """Stripe tells of the end of a checkout before it answers who asked for that."""
    shop = intake.shop
    record, session = reserved(shop, shop.ticket(5))
    shop.clock.seconds += 1000

    def release_then_tell(number: int) -> None:
        if number:
            shop.services.payments.expire_orders.expire_orders()
        else:
            intake.post("checkout.session.expired", session, **named(record))
            started.wait()
            assert intake.bring_one(0) == []

    started, close = Barrier(2, timeout=20), shop.payments.close_checkout

    def close_and_tell(*given: Any, **more: Any) -> Any:
        started.wait()
        return close(*given, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shop.payments, "close_checkout", close_and_tell)
        together(2, release_then_tell)
    assert shop.state(record) is OrderState.EXPIRED
    assert looks.made == []


WAITING = {"card": PaymentStatus.PAID, "debit": PaymentStatus.UNPAID}


@pytest.mark.parametrize("method", WAITING)
def test_release_hold_whose_payment_waits_in_the_inbox_keeps_the_tickets(intake: Intake, method: str) -> None:
    """The inbox's stream stands still: Stripe says that the checkout is complete, so the hold does not end."""
    shop = intake.shop
    ticket = shop.ticket(1)
    record, session = reserved(shop, ticket)
    if method == "card":
        shop.payments.pay(session)
    else:
        shop.payments.set_status(session, PaymentStatus.UNPAID)
    intake.post("checkout.session.completed", session, **named(record))
    shop.clock.seconds = record.deadline + 3600.0
    shop.services.payments.expire_orders.expire_orders()
    kept = {"card": (OrderState.PAID, 0, 1), "debit": (OrderState.PENDING, 1, 0)}[method]
    stock = stock_of(ticket)
    assert (shop.state(record), stock.held, stock.sold) == kept
    intake.bring()
    stock = stock_of(ticket)
    assert (shop.state(record), stock.held, stock.sold) == kept


def test_release_hold_whose_payment_waits_while_stripe_is_away_keeps_the_tickets(intake: Intake) -> None:
    shop = intake.shop
    ticket = shop.ticket(1)
    record, session = reserved(shop, ticket)
    shop.payments.pay(session)
    intake.post("checkout.session.completed", session, **named(record))
    shop.clock.seconds = record.deadline + 3600.0
    shop.payments.down = True
    shop.services.payments.expire_orders.expire_orders()
    assert (shop.state(record), stock_of(ticket).held) == (OrderState.RESERVED, 1)
    shop.payments.down = False
    intake.bring()
    assert (shop.state(record), stock_of(ticket).sold) == (OrderState.PAID, 1)


def test_apply_whose_first_event_shows_nothing_looks_for_the_next_one_of_the_same_object(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe does not know the object at the first look, as where access was taken back for a while."""
    shop = intake.shop
    record, session = reserved(shop, shop.ticket(5))
    shop.payments.pay(session)
    look, gone = shop.payments.read_payment, [True, False]

    def payment(object_id: str, **more: Any) -> Any:
        return None if gone.pop(0) else look(object_id, **more)

    monkeypatch.setattr(shop.payments, "read_payment", payment)
    for _ in range(2):
        intake.post("checkout.session.completed", session, **named(record))
    assert intake.bring_again() == []
    assert shop.state(record) is OrderState.PAID
