"""A Stripe that refuses access, through the real gateway: nothing is used up, nothing ends, nothing is silent."""

from typing import Any

import pytest

from chalicelib.core.errors import UpstreamFailed
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState, Reason
from chalicelib.orders.domain.refund import RefundForm, RefundStanding
from local.stripe_double import ApiFault
from tests.harness.double_shop import DoubleShop
from tests.harness.shop import BUYER, OWNER, Stock, inbox, items_of, mails, stock_of

EVENT = "Alpine Python Days"
PAID = [f"Your tickets for {EVENT}"]


def refuse(shop: DoubleShop, kind: Any) -> None:
    """Stripe refuses every call."""
    shop.double.faults.on_api(ApiFault(kind, count=None))


@pytest.mark.parametrize("kind", ["401", "403"])
@pytest.mark.parametrize("in_account", [False, True], ids=["platform", "account"])
def test_refused_access_uses_up_no_event_and_ends_no_hold(
    double_shop: DoubleShop, kind: str, *, in_account: bool
) -> None:
    shop = double_shop
    if in_account:
        shop.connect_account()
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.double.pay(shop.checkout(record))
    shop.pass_time()
    shop.collect()
    refuse(shop, kind)
    with pytest.raises(UpstreamFailed):
        shop.bring()
    shop.clock.seconds = record.deadline + 1
    shop.services.payments.expire_orders.expire_orders()
    assert (shop.state(record), stock_of(ticket).held) == (OrderState.RESERVED, 2)
    assert items_of("MarkerItem", "STRIPE_EVENT") == items_of("OrphanItem", "ORPHAN") == []
    shop.double.faults.clear()
    shop.bring()
    assert (shop.state(record), mails()) == (OrderState.PAID, PAID)


def test_refused_access_leaves_a_refund_wanted(double_shop: DoubleShop) -> None:
    shop = double_shop
    record = shop.paid_order()
    shop.services.payments.refund_payment.request_refund(record.id, RefundForm(), caller=OWNER, key="01")
    refuse(shop, "403")
    with pytest.raises(UpstreamFailed):
        shop.carry_out_refunds()
    assert [wish.standing for wish in shop.wishes()] == [RefundStanding.WANTED]
    shop.double.faults.clear()
    shop.carry_out_refunds()
    assert shop.state(record) is OrderState.REFUNDED


def test_refused_access_leaves_an_account_ready(double_shop: DoubleShop) -> None:
    account = double_shop.connect_account()
    refuse(double_shop, "403")
    with pytest.raises(UpstreamFailed):
        double_shop.services.payments.connect_account.refresh_stripe_account(account)
    assert double_shop.services.payments.connect_account.read_stripe_account(
        double_shop.event_id, caller=OWNER
    ).takes_payments


def paid_and_taken_back(shop: DoubleShop) -> tuple[OrderRecord, str, str]:
    """An order paid in an account that its owner took back before we looked: order, ticket type, account."""
    account = shop.connect_account()
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.double.pay(shop.checkout(record))
    shop.pass_time()
    shop.collect()
    shop.double.disconnect(account)
    shop.accounts.remove(account)
    return record, ticket, account


def test_payment_into_an_account_that_was_taken_back_is_kept_and_told(
    double_shop: DoubleShop, caplog: pytest.LogCaptureFixture
) -> None:
    shop = double_shop
    record, ticket, account = paid_and_taken_back(shop)
    shop.bring()
    stored = shop.record(record)
    assert (stored.state, stored.order.reason) == (OrderState.REVIEW, Reason.ACCOUNT_GONE)
    assert stored.note is not None
    assert stored.note.startswith(f"Stripe took 50.00 EUR in the account {account}, which was disconnected before")
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)
    orphans = items_of("OrphanItem", "ORPHAN")
    assert [(item.named, item.status, item.amount, item.currency) for item in orphans] == [
        (record.id, "paid", 5000, "EUR")
    ]
    assert caplog.text.count('"OrphanPayment": 1') == 1
    assert mails() == [f"We cannot see your payment: {EVENT}"]
    assert inbox(BUYER) == [f"We cannot see your payment: {EVENT}"]
    assert inbox(OWNER) == [f"A payment needs a look: {EVENT}"]


def test_payment_into_an_account_that_was_taken_back_is_told_after_the_hold_ended_too(double_shop: DoubleShop) -> None:
    shop = double_shop
    record, ticket, _ = paid_and_taken_back(shop)
    shop.clock.seconds = record.deadline + 1
    shop.services.payments.expire_orders.expire_orders()
    assert shop.state(record) is OrderState.EXPIRED
    shop.bring()
    assert shop.state(record) is OrderState.REVIEW
    assert stock_of(ticket).left == 5
    assert mails() == [f"We cannot see your payment: {EVENT}"]


def test_events_of_a_known_payment_in_an_account_that_was_taken_back_change_nothing(double_shop: DoubleShop) -> None:
    shop = double_shop
    account = shop.connect_account()
    before = shop.paid_order()
    (intent,) = shop.api.v1.payment_intents.list({}, {"stripe_account": account}).data
    shop.double.refund(intent.id, 100)
    shop.collect()
    shop.double.disconnect(account)
    shop.bring()
    assert shop.record(before) == before
    assert items_of("OrphanItem", "ORPHAN") == []


def test_payment_that_can_be_seen_again_has_its_effects(double_shop: DoubleShop) -> None:
    shop = double_shop
    record, ticket, account = paid_and_taken_back(shop)
    shop.bring()
    with shop.double.work() as work:
        work.tx.delete("account_access", account)
    checkout = shop.record(record).checkout
    assert checkout is not None
    shop.services.payments.record_payment.sync_payment(checkout.id, account=account, order_id=record.id)
    stored = shop.record(record)
    assert (stored.state, stored.order.reason, stored.note) == (OrderState.PAID, None, None)
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
