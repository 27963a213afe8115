"""Refunds that Stripe cannot make now, has already made, or that failed, through the real gateway."""

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as replace_fields

from chalicelib.core.preconditions import ANY
from chalicelib.core.times import moment
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.domain.refund import RefundForm, RefundReason, RefundStanding, RefundWish
from chalicelib.orders.ports import SaleChange
from chalicelib.payments.services.refund_payment import LONGEST_WAIT_SECONDS, PAUSE_SECONDS
from local.stripe_double import ApiFault
from tests.harness.double_shop import DoubleShop
from tests.harness.shop import OWNER, inbox, mails

EVENT = "Alpine Python Days"
WAITS = f"A refund waits for a balance: {EVENT}"
FAILED = f"A refund failed: {EVENT}"


def unneeded(shop: DoubleShop) -> OrderRecord:
    """Returns an order whose payment is refunded automatically, because its event was closed before the
    payment came.
    """
    record = shop.order((shop.ticket(5), 2))
    shop.double.pay(shop.checkout(record))
    shop.services.content.edit_events.update_event(
        shop.event_id, {"state": "archived"}, caller=OWNER, match=frozenset({ANY})
    )
    shop.settle()
    assert [wish.amount for wish in shop.wishes()] == [5000]
    return record


def wish_of(shop: DoubleShop) -> Any:
    (wish,) = shop.wishes()
    return wish


def want_back(shop: DoubleShop, record: OrderRecord, amount: int = 5000, key: str = "wish") -> None:
    """Requests an automatic refund of a payment."""
    wish = RefundWish(
        key=key,
        order_id=record.id,
        charge_id=str(record.facts.charge_id),
        amount=amount,
        currency="EUR",
        reason=RefundReason.PAID_TOO_LATE,
        created_at=moment(shop.clock.now()),
        account=record.account,
    )
    before = shop.record(record)
    shop.services.orders.store.write_order(
        SaleChange(before=before, after=replace_fields(before, version=before.version + 1), wish=wish)
    )


def noted(shop: DoubleShop, note: str) -> OrderRecord:
    """Returns a paid order with a note for staff."""
    before = shop.paid_order()
    after = replace_fields(before, version=before.version + 1, note=note)
    shop.services.orders.store.write_order(SaleChange(before=before, after=after))
    return shop.record(before)


def run_low(shop: DoubleShop) -> None:
    """Makes Stripe's balance too low for any refund."""
    shop.double.faults.on_api(ApiFault("balance", path="/v1/refunds", method="POST", count=None))


def test_refund_that_the_balance_is_too_low_for_is_made_when_it_is_not(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = unneeded(shop)
    run_low(shop)
    for _ in range(20):
        shop.carry_out_refunds()
        shop.services.payments.reconcile.reconcile()
        shop.clock.seconds += PAUSE_SECONDS // 2
    assert (wish_of(shop).standing, wish_of(shop).tries) == (RefundStanding.WANTED, 10)
    assert (shop.state(record), shop.record(record).note) == (
        OrderState.CANCELLED,
        "The refund of this payment waits: the balance in Stripe is too low. Top it up.",
    )
    assert (inbox(OWNER), mails().count(WAITS)) == ([WAITS], 0)
    shop.double.faults.clear()
    shop.clock.seconds += PAUSE_SECONDS
    shop.services.payments.reconcile.reconcile()
    assert (wish_of(shop).standing, shop.state(record)) == (RefundStanding.DONE, OrderState.REFUNDED)
    assert shop.record(record).note is None
    assert inbox(OWNER) == [WAITS]


def test_refund_that_the_balance_is_too_low_for_is_given_up_after_a_month(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = unneeded(shop)
    run_low(shop)
    shop.carry_out_refunds()
    shop.clock.seconds += LONGEST_WAIT_SECONDS
    shop.services.payments.reconcile.reconcile()
    assert (wish_of(shop).standing, wish_of(shop).failure) == (RefundStanding.FAILED, "balance_insufficient")
    assert shop.state(record) is OrderState.REVIEW
    assert sorted(inbox(OWNER)) == [FAILED, WAITS]


def test_refund_by_staff_that_the_balance_is_too_low_for_fails_at_once(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = shop.paid_order()
    run_low(shop)
    shop.services.payments.refund_payment.request_refund(record.id, RefundForm(), caller=OWNER, key="01")
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
        shop.services.payments.refund_payment.request_refund(record.id, RefundForm(), caller=OWNER, key="01")
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


def test_refunds_that_rest_keep_no_other_from_its_turn(
    double_shop: DoubleShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = double_shop
    monkeypatch.setattr("chalicelib.orders.adapters.dynamo.MOST_WANTED", 1)
    resting, due = shop.paid_order(), shop.paid_order()
    for record in (resting, due):
        want_back(shop, record)
    run_low(shop)
    shop.services.payments.refund_payment.carry_out(resting.id, "wish")
    shop.double.faults.clear()
    shop.clock.seconds += PAUSE_SECONDS // 2
    shop.services.payments.reconcile.reconcile()
    standings = {wish.order_id: wish.standing for wish in shop.wishes()}
    assert standings == {resting.id: RefundStanding.WANTED, due.id: RefundStanding.DONE}


def test_refund_that_waits_leaves_the_note_that_staff_need(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = noted(shop, "Stripe took 1.00 EUR.")
    want_back(shop, record)
    run_low(shop)
    shop.services.payments.refund_payment.carry_out(record.id, "wish")
    assert (wish_of(shop).standing, shop.record(record).note) == (RefundStanding.WANTED, "Stripe took 1.00 EUR.")
    shop.clock.seconds += LONGEST_WAIT_SECONDS
    shop.services.payments.refund_payment.carry_out(record.id, "wish")
    assert shop.record(record).note == (
        f"Stripe took 1.00 EUR. The refund of {record.facts.charge_id} was refused (balance_insufficient). "
        "Refund it in Stripe."
    )


def test_refund_that_is_made_leaves_the_note_of_another_that_waits(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = shop.paid_order()
    want_back(shop, record, 1000, "first")
    run_low(shop)
    shop.services.payments.refund_payment.carry_out(record.id, "first")
    waits = "The refund of this payment waits: the balance in Stripe is too low. Top it up."
    assert shop.record(record).note == waits
    shop.double.faults.clear()
    want_back(shop, record, 2000, "second")
    shop.services.payments.refund_payment.carry_out(record.id, "second")
    assert shop.record(record).note == waits
    shop.clock.seconds += PAUSE_SECONDS
    shop.services.payments.refund_payment.carry_out(record.id, "first")
    assert ([wish.standing for wish in shop.wishes()], shop.record(record).note) == ([RefundStanding.DONE] * 2, None)
