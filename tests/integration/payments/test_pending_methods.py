"""Payment methods that take days: not offered when the event is near, refunded when the money arrives after its end."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.orders.domain.charge import PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState, Reason
from tests.harness.shop import BUYER, OWNER, Shop, Stock, inbox, mails, stock_of

BEGINS, ENDS = datetime(2031, 6, 11, tzinfo=UTC), datetime(2031, 6, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
EVENT = "Alpine Python Days"
FULL = Stock(left=5, held=0, sold=0, capacity=5)


def at(shop: Shop, moment: datetime) -> None:
    shop.clock.seconds = moment.timestamp()


def set_days(shop: Shop, days: int) -> None:
    change = {"async_payments_days": days}
    shop.services.content.edit_events.update_event(shop.event_id, change, caller=OWNER, match=frozenset({"*"}))


def debit(shop: Shop, ordered_at: datetime) -> tuple[OrderRecord, str, str]:
    """Returns an order with a pending debit: order, session, ticket type."""
    ticket = shop.ticket(5)
    at(shop, ordered_at)
    record = shop.order((ticket, 2))
    session = shop.checkout(record)
    shop.payments.set_status(session, PaymentStatus.UNPAID)
    shop.hear(session)
    assert shop.state(record) is OrderState.PENDING
    return record, session, ticket


@pytest.mark.parametrize(
    ("days", "moment", "at_once"),
    [
        (3, BEGINS - 3 * DAY - SECOND, False),
        (3, BEGINS - 3 * DAY, True),
        (3, BEGINS + SECOND, True),
        (10, BEGINS - 10 * DAY - SECOND, False),
        (10, BEGINS - 10 * DAY, True),
        (0, BEGINS - SECOND, False),
        (0, BEGINS, True),
    ],
)
def test_pay_offers_only_what_settles_at_once_from_so_many_days_before_the_start(
    shop: Shop, days: int, moment: datetime, at_once: bool
) -> None:
    if days != 3:
        set_days(shop, days)
    ticket = shop.ticket(5)
    at(shop, moment)
    shop.checkout(shop.order((ticket, 1)))
    assert [asked.at_once for asked in shop.payments.opened] == [at_once]


def test_debit_that_comes_before_the_end_is_a_ticket(shop: Shop) -> None:
    record, session, ticket = debit(shop, BEGINS - 5 * DAY)
    at(shop, ENDS - SECOND)
    shop.payments.pay(session)
    shop.hear(session, kind="checkout.session.async_payment_succeeded", event_id="evt_2")
    assert (shop.state(record), stock_of(ticket).sold) == (OrderState.PAID, 2)


def test_debit_that_comes_after_the_end_goes_back_and_its_buyer_is_told_why(shop: Shop) -> None:
    record, session, ticket = debit(shop, BEGINS - 5 * DAY)
    at(shop, ENDS)
    charge_id = shop.payments.pay(session)
    shop.hear(session, kind="checkout.session.async_payment_succeeded", event_id="evt_2")
    assert (shop.state(record), shop.record(record).order.reason) == (OrderState.CANCELLED, Reason.EVENT_OVER)
    assert stock_of(ticket) == FULL
    shop.carry_out_refunds()
    shop.hear(session, event_id="evt_3")
    assert (shop.state(record), shop.payments.charge(charge_id).returned) == (OrderState.REFUNDED, 5000)
    assert shop.record(record).order.reason is Reason.EVENT_OVER
    assert sorted(inbox(BUYER)) == [f"Paid after the end: {EVENT}", f"Refunded: {EVENT}"]
    assert f"Paid after the end: {EVENT}" in mails()


def test_order_made_after_the_end_for_what_is_still_sold_is_honoured(shop: Shop) -> None:
    ticket = shop.ticket(5, sales_end=ENDS + 30 * DAY)
    at(shop, ENDS + DAY)
    record = shop.order((ticket, 1))
    shop.payments.pay(session := shop.checkout(record))
    shop.hear(session)
    assert shop.state(record) is OrderState.PAID
