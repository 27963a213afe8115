"""Disputes through the real gateway: of another amount or currency than the charge's, several of one charge, lost."""

from typing import Any

import pytest

from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from tests.harness.double_shop import DoubleShop
from tests.harness.shop import BUYER, OWNER, inbox, items_of, mails

EVENT = "Alpine Python Days"
PAID = f"Paid: {EVENT}"


def disputed(shop: DoubleShop, *verdicts: str, refunded: int = 0, **dispute: Any) -> OrderRecord:
    """Places a paid order of €50.00, refunds a part in the dashboard, and disputes the payment once per verdict."""
    record = shop.paid_order()
    charge = shop.charge_record(record)
    if refunded:
        (intent,) = shop.api.v1.payment_intents.list({"limit": 1}).data
        shop.double.refund(intent.id, refunded)
        shop.settle()
    for verdict in verdicts:
        made = shop.double.dispute(charge.id, **dispute)
        shop.settle()
        if verdict != "open":
            shop.double.end_dispute(made["id"], verdict)  # type: ignore[arg-type]
            shop.settle()
    return shop.record(record)


def money(record: OrderRecord) -> tuple[OrderState, int | None]:
    return record.state, record.order.refunded and record.order.refunded.amount


def said(user: Any) -> list[str]:
    """Returns a user's notifications, sorted by title, without those about the payment."""
    mine = [item for item in items_of("NotificationItem", "NOTIFICATION#") if item.pk == f"USER#{user.user_id}"]
    return sorted(f"{item.title} | {item.message}" for item in mine if item.title != PAID)


@pytest.mark.parametrize(
    ("amount", "currency"), [(5400, "usd"), (4000, "usd"), (50, "usd"), (5000, "jpy"), (5100, "eur"), (5000, "eur")]
)
def test_dispute_of_another_currency_or_more_that_is_lost_takes_the_charge_as_a_whole(
    double_shop: DoubleShop, amount: int, currency: str
) -> None:
    record = disputed(double_shop, "lost", amount=amount, currency=currency)
    assert money(record) == (OrderState.CHARGED_BACK, None)
    assert said(BUYER) == [
        f"Payment taken back: {EVENT} | <p>Your bank took back your payment for <strong>{EVENT}</strong>, or what was left "
        "of it. The tickets of this order are not valid any more.</p>"
    ]


@pytest.mark.parametrize(("amount", "currency"), [(4000, "usd"), (2000, "eur")])
def test_dispute_of_another_amount_that_is_open_or_won_takes_nothing(
    double_shop: DoubleShop, amount: int, currency: str
) -> None:
    assert money(disputed(double_shop, "open", amount=amount, currency=currency)) == (OrderState.DISPUTED, None)
    assert money(disputed(double_shop, "won", amount=amount, currency=currency)) == (OrderState.PAID, None)
    assert said(BUYER) == []


def test_dispute_of_the_rest_after_a_part_refund_that_is_lost_is_no_refund(double_shop: DoubleShop) -> None:
    record = disputed(double_shop, "lost", refunded=2000)
    assert money(record) == (OrderState.CHARGED_BACK, 2000)
    assert [title for title in sorted(inbox(BUYER)) if title != PAID] == [
        f"Payment taken back: {EVENT}",
        f"Refunded: {EVENT}",
    ]
    assert any("20.00" in words for words in said(BUYER))
    assert not any("30.00" in words for words in said(BUYER))
    assert sorted(mails())[0] == f"Payment taken back: {EVENT}"


def test_dispute_of_a_part_that_is_lost_is_told_as_what_it_is(double_shop: DoubleShop) -> None:
    record = disputed(double_shop, "lost", amount=2000)
    assert money(record) == (OrderState.PARTIALLY_REFUNDED, 2000)
    assert said(BUYER) == [
        f"Part of your payment taken back: {EVENT} | <p>Your bank took back 20.00 EUR of your payment for "
        f"<strong>{EVENT}</strong>. Your tickets stay valid.</p>"
    ]
    assert f"Part of a dispute lost: {EVENT}" in inbox(OWNER)
    assert f"Dispute over: {EVENT}" not in inbox(OWNER)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (("lost", "lost"), (OrderState.PARTIALLY_REFUNDED, 4000)),
        (("lost", "open"), (OrderState.DISPUTED, 2000)),
        (("won", "lost"), (OrderState.PARTIALLY_REFUNDED, 2000)),
        (("open", "lost"), (OrderState.DISPUTED, 2000)),
    ],
)
def test_several_disputes_of_a_charge_count_together(
    double_shop: DoubleShop, verdicts: tuple[str, ...], expected: tuple[OrderState, int]
) -> None:
    record = disputed(double_shop, *verdicts, amount=2000)
    assert money(record) == expected
    assert len(double_shop.charge_record(record).disputes) == 2


def test_part_lost_and_the_rest_refunded_tells_each_once(double_shop: DoubleShop) -> None:
    shop = double_shop
    disputed(shop, "lost", amount=2000)
    (intent,) = shop.api.v1.payment_intents.list({"limit": 1}).data
    with shop.double.work() as work:  # the bank gives up the rest
        (row,) = work.tx.rows("dispute")
        work.put({**row, "is_charge_refundable": True})
    shop.double.refund(intent.id, 3000)
    shop.settle()
    assert money(shop.record(shop.orders_made[0])) == (OrderState.CHARGED_BACK, 3000)
    titles = [words.partition(" | ")[0] for words in said(BUYER)]
    assert titles == [f"Part of your payment taken back: {EVENT}", f"Refunded: {EVENT}"]
    assert [title for title in inbox(OWNER) if "ispute" in title] == [
        f"Disputed: {EVENT}",
        f"Part of a dispute lost: {EVENT}",
    ]


def test_several_disputes_that_take_all_charge_the_order_back(double_shop: DoubleShop) -> None:
    record = disputed(double_shop, "lost", "lost", amount=2000, refunded=1000)
    assert money(record) == (OrderState.CHARGED_BACK, 1000)
