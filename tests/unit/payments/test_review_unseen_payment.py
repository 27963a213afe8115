"""Payments in an account whose access was revoked before the product read them."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.core.errors import Busy
from chalicelib.orders.domain.charge import Payment, PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Facts, OrderState, Reason
from chalicelib.payments.inbox_port import StripeEvent
from chalicelib.payments.services.review_unseen_payment import TRIES, ReviewUnseenPayment
from tests.unit.orders.builders import ID, PAID, TELLING, FakeOrders, charge, clock_at, payment, record

EVENT = StripeEvent("evt_1", "charge.succeeded", "ch_1", False, False, account="acct_1", payload="{}")
TOLD = payment(PaymentStatus.PAID, account="acct_1")


def review(orders: FakeOrders, told: Payment | None = TOLD, event: StripeEvent = EVENT) -> None:
    gateway: Any = SimpleNamespace(parse_payment=lambda payload, account: told)
    service = ReviewUnseenPayment(
        orders=orders,
        orphans=orders.orphans,
        payments=lambda: gateway,
        order_messages=TELLING,
        clock=clock_at(0),
        livemode=False,  # type: ignore[arg-type]
    )
    service.review(event)


def held(facts: Facts | None = None, **changes: Any) -> OrderRecord:
    return record(facts, **{"account": "acct_1", **changes})


def test_review_puts_the_order_aside_and_keeps_the_payment_once() -> None:
    orders = FakeOrders(held())
    for _ in range(2):
        review(orders)
    (change,) = orders.changes
    assert (change.after.state, change.after.order.reason) == (OrderState.REVIEW, Reason.ACCOUNT_GONE)
    assert change.after.note == (
        "Stripe took 50.00 EUR in the account acct_1, which was disconnected before we could look at it."
    )
    assert set(orders.orphans) == {ID}


@pytest.mark.parametrize(
    "told",
    [None, TOLD._replace(status=PaymentStatus.UNPAID), TOLD._replace(livemode=True)],
    ids=["nothing", "no money", "other mode"],
)
def test_review_of_an_event_that_tells_of_no_money_changes_nothing(told: Payment | None) -> None:
    orders = FakeOrders(held())
    review(orders, told)
    assert (orders.changes, orders.orphans) == ([], [])


@pytest.mark.parametrize("order", [None, held(account="acct_2")])
def test_review_of_a_payment_that_fits_no_order_keeps_it_by_its_charge(order: OrderRecord | None) -> None:
    orders = FakeOrders(*([order] if order else []))
    review(orders)
    assert (orders.changes, orders.orphans) == ([], ["ch_1"])


def test_review_of_a_payment_that_was_recorded_changes_nothing() -> None:
    orders = FakeOrders(held(PAID))
    orders.charges_known = {"ch_1": charge()}
    review(orders)
    review(orders, TOLD._replace(charge=None))
    assert (orders.changes, orders.orphans) == ([], [])


def test_review_of_a_second_payment_leaves_the_paid_order_as_it_is() -> None:
    orders = FakeOrders(held(replace(PAID, charge_id="ch_0")))
    review(orders)
    assert (orders.changes, orders.orphans) == ([], [ID])


def test_review_while_the_order_changes_looks_again_and_gives_up_in_the_end() -> None:
    orders = FakeOrders(held(), lost=["order"] * (TRIES - 1))
    review(orders)
    assert len(orders.changes) == 1
    with pytest.raises(Busy):
        review(FakeOrders(held(), lost=["order"] * TRIES))
