"""Refunds that Stripe cannot make now, made already, or made in vain, through the real gateway."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.order import OrderRecord
from chalicelib.domain.order_facts import OrderState
from chalicelib.domain.preconditions import ANY
from chalicelib.domain.refund import RefundForm, RefundStanding
from chalicelib.services.refunding import LONGEST_WAIT_SECONDS, PAUSE_SECONDS
from local.stripe_double import ApiFault
from tests.integration.sales.builders import OWNER, inbox, mails
from tests.integration.sales.double_shop import DoubleShop

EVENT = "Alpine Python Days"
WAITS = f"A refund waits for a balance: {EVENT}"
FAILED = f"A refund failed: {EVENT}"


def unneeded(shop: DoubleShop) -> OrderRecord:
    """An order whose payment goes back by itself: its event was closed before it came."""
    record = shop.order((shop.ticket(5), 2))
    shop.double.pay(shop.checkout(record))
    shop.services.hosting.change(shop.event_id, {"state": "archived"}, caller=OWNER, match=frozenset({ANY}))
    shop.settle()
    assert [wish.amount for wish in shop.wishes()] == [5000]
    return record


def wish_of(shop: DoubleShop) -> Any:
    (wish,) = shop.wishes()
    return wish


def run_low(shop: DoubleShop) -> None:
    """The balance is too low for any refund."""
    shop.double.faults.on_api(ApiFault("balance", path="/v1/refunds", method="POST", count=None))


def test_refund_that_the_balance_is_too_low_for_is_made_when_it_is_not(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = unneeded(shop)
    run_low(shop)
    for _ in range(20):
        shop.carry_out_refunds()
        shop.services.reconciling.reconcile()
        shop.clock.seconds += PAUSE_SECONDS // 2
    assert (wish_of(shop).standing, wish_of(shop).tries) == (RefundStanding.WANTED, 10)
    assert (shop.state(record), shop.record(record).note) == (
        OrderState.CANCELLED,
        "The refund of this payment waits: the balance in Stripe is too low. Top it up.",
    )
    assert (inbox(OWNER), mails().count(WAITS)) == ([WAITS], 0)
    shop.double.faults.clear()
    shop.clock.seconds += PAUSE_SECONDS
    shop.services.reconciling.reconcile()
    assert (wish_of(shop).standing, shop.state(record)) == (RefundStanding.DONE, OrderState.REFUNDED)
    assert shop.record(record).note is None
    assert inbox(OWNER) == [WAITS]


def test_refund_that_the_balance_is_too_low_for_is_given_up_after_a_month(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = unneeded(shop)
    run_low(shop)
    shop.carry_out_refunds()
    shop.clock.seconds += LONGEST_WAIT_SECONDS
    shop.services.reconciling.reconcile()
    assert (wish_of(shop).standing, wish_of(shop).failure) == (RefundStanding.FAILED, "balance_insufficient")
    assert shop.state(record) is OrderState.REVIEW
    assert sorted(inbox(OWNER)) == [FAILED, WAITS]


def test_refund_by_staff_that_the_balance_is_too_low_for_fails_at_once(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = shop.paid_order()
    run_low(shop)
    shop.services.refunding.request(record.id, RefundForm(), caller=OWNER, key="01")
    shop.carry_out_refunds()
    assert (wish_of(shop).standing, wish_of(shop).failure) == (RefundStanding.FAILED, "balance_insufficient")
    assert (shop.state(record), inbox(OWNER)) == (OrderState.PAID, [FAILED])


def test_refund_of_what_went_back_elsewhere_is_done(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = unneeded(shop)
    (intent,) = shop.api.v1.payment_intents.list({}).data
    made = shop.double.refund(intent.id)
    shop.carry_out_refunds()
    assert (wish_of(shop).standing, wish_of(shop).refund_id) == (RefundStanding.DONE, made["id"])
    assert (shop.state(record), shop.record(record).facts.wanted, inbox(OWNER)) == (OrderState.REFUNDED, 0, [])


@pytest.mark.parametrize("by_staff", [False, True])
def test_refund_that_came_to_be_failed_is_failed(double_shop: DoubleShop, *, by_staff: bool) -> None:
    shop = double_shop
    record = shop.paid_order() if by_staff else unneeded(shop)
    shop.double.settings = replace(shop.double.settings, refunds_fail=True)
    if by_staff:
        shop.services.refunding.request(record.id, RefundForm(), caller=OWNER, key="01")
    for _ in range(2):
        shop.carry_out_refunds()
        shop.settle()
    assert (wish_of(shop).standing, wish_of(shop).failure) == (RefundStanding.FAILED, "refund_failed")
    assert shop.state(record) is (OrderState.PAID if by_staff else OrderState.REVIEW)
    assert shop.record(record).facts.refunded == 0
    assert inbox(OWNER) == [FAILED]


def test_refund_in_the_dashboard_that_came_to_be_failed_is_told_once(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = shop.paid_order()
    shop.double.settings = replace(shop.double.settings, refunds_fail=True)
    (intent,) = shop.api.v1.payment_intents.list({}).data
    shop.double.refund(intent.id)
    shop.settle()
    assert (shop.state(record), inbox(OWNER)) == (OrderState.PAID, [FAILED])
