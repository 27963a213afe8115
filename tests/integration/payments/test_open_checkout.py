"""An order has one checkout, which is closed when the order ends while it is opened.

When Stripe will never open one, the buyer hears why, once, and the tickets are on sale again.
"""

import pytest

from chalicelib.core.errors import OrderCannotBePaid, OrderNotPayable, UpstreamFailed
from chalicelib.orders.domain.charge import PaymentStatus
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.payments.ports import CheckoutRefusal
from tests.harness.shop import BUYER, START, Shop, Stock, stock_of, together

FULL = Stock(left=5, held=0, sold=0, capacity=5)
REFUSALS = {
    CheckoutRefusal.TOO_SMALL: ("below_minimum", "amount_refused", "50.00 EUR is less than can be paid."),
    CheckoutRefusal.TOO_LARGE: ("above_maximum", "amount_refused", "50.00 EUR is more than can be paid at once."),
    CheckoutRefusal.ADDRESS: (
        "email_invalid",
        "address_refused",
        "The payment service does not take the address ada@example.org. Order again with another one.",
    ),
    CheckoutRefusal.SELLER: (
        "payments_not_possible",
        "seller_refused",
        "The organiser cannot take payments at the moment.",
    ),
}


@pytest.mark.parametrize("refusal", CheckoutRefusal)
def test_pay_what_stripe_never_takes_is_told_once_and_gives_the_tickets_back(
    shop: Shop, refusal: CheckoutRefusal
) -> None:
    code, reason, words = REFUSALS[refusal]
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.payments.refusal = refusal
    with pytest.raises(OrderCannotBePaid) as told:
        shop.checkout(record)
    assert (told.value.code, told.value.detail) == (code, f"{words} The tickets are on sale again.")
    assert (shop.state(record), shop.record(record).order.reason) == (OrderState.CANCELLED, reason)
    assert stock_of(ticket) == FULL
    with pytest.raises(OrderNotPayable):
        shop.checkout(record)
    assert len(shop.payments.opened) == 1


def test_pay_what_stripe_never_takes_pressed_four_times_at_once_gives_the_tickets_back_once(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.payments.refusal = CheckoutRefusal.ADDRESS
    told = together(
        4, lambda _: shop.services.payments.open_checkout.open_checkout(record.id, caller=BUYER, access=None)
    )
    assert {type(one) for one in told} <= {OrderCannotBePaid, OrderNotPayable}
    assert (shop.state(record), stock_of(ticket)) == (OrderState.CANCELLED, FULL)


def test_pay_while_stripe_is_away_keeps_the_tickets(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.payments.down = True
    with pytest.raises(UpstreamFailed):
        shop.checkout(record)
    shop.payments.down = False
    assert shop.checkout(record)
    assert (shop.state(record), stock_of(ticket).held) == (OrderState.RESERVED, 2)


def test_pay_twice_at_once_is_one_checkout(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 2))
    urls = together(
        8, lambda _: shop.services.payments.open_checkout.open_checkout(record.id, caller=BUYER, access=None)
    )
    assert set(urls) == {f"https://stripe.test/cs_{record.id}_1"}
    assert all(request == shop.payments.opened[0] for request in shop.payments.opened)
    assert shop.payments.opened[0].expires_at >= START + 30 * 60 + 900


def test_pay_after_the_deadline_is_refused(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 2))
    shop.clock.seconds = START + 900
    with pytest.raises(OrderNotPayable):
        shop.services.payments.open_checkout.open_checkout(record.id, caller=BUYER, access=None)


def test_pay_while_the_order_expires_closes_the_checkout_nobody_knows(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = shop.order((shop.ticket(5), 2))
    opening = shop.payments.open_checkout

    def expire_meanwhile(request: object) -> object:
        opened = opening(request)  # type: ignore[arg-type]
        shop.clock.seconds = START + 901
        shop.services.payments.expire_orders.expire_orders()
        return opened

    monkeypatch.setattr(shop.payments, "open_checkout", expire_meanwhile)
    with pytest.raises(OrderNotPayable):
        shop.services.payments.open_checkout.open_checkout(record.id, caller=BUYER, access=None)
    assert [p.status for p in shop.payments.sessions.values()] == [PaymentStatus.EXPIRED]
