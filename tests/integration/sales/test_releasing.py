"""Holds end once, never while money comes in, whoever is killed."""

import pytest

from chalicelib.domain.charge import PaymentStatus
from chalicelib.domain.errors import Busy, Conflict, NotFound, OrderNotPayable
from chalicelib.domain.order_facts import OrderState
from chalicelib.domain.principal import Principal
from chalicelib.ports.sales import HeldOrder
from tests.integration.sales.builders import BUYER, OWNER, START, Shop, Stock, stock_of, together

FULL = Stock(left=5, held=0, sold=0, capacity=5)


def test_release_before_the_deadline_leaves_the_order(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 2))
    shop.clock.seconds = START + 899
    assert shop.services.releasing.release_due() == 0
    assert shop.state(record) is OrderState.RESERVED


def test_release_after_the_deadline_gives_stock_back_once(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.clock.seconds = START + 901
    assert 1 in together(4, lambda _: shop.services.releasing.release_due())
    shop.clock.seconds = START + 2_000
    assert shop.services.releasing.release_due() == 0
    assert shop.state(record) is OrderState.EXPIRED
    assert stock_of(ticket) == FULL


def test_release_orders_of_many_minutes_are_all_found(shop: Shop) -> None:
    ticket = shop.ticket(50)
    orders = []
    for minute in range(12):
        shop.clock.seconds = START + 60 * minute
        orders.append(shop.order((ticket, 1)))
        shop.services.releasing.release_due()
    for minute in range(12, 30):
        shop.clock.seconds = START + 60 * minute
        shop.services.releasing.release_due()
    assert {shop.state(record) for record in orders} == {OrderState.EXPIRED}
    assert stock_of(ticket) == Stock(left=50, held=0, sold=0, capacity=50)


def test_release_asks_stripe_to_close_the_checkout_first(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    session = shop.checkout(record)
    shop.clock.seconds = START + 901
    shop.services.releasing.release_due()
    assert shop.payments.sessions[session].status is PaymentStatus.EXPIRED
    assert shop.state(record) is OrderState.EXPIRED


def test_release_of_a_paid_checkout_records_the_payment_instead(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.payments.pay(shop.checkout(record))
    shop.clock.seconds = START + 901
    shop.services.releasing.release_due()
    assert shop.state(record) is OrderState.PAID
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)


def test_release_while_stripe_is_away_is_done_by_a_later_run(shop: Shop) -> None:
    ticket = shop.ticket(5)
    with_checkout, without = shop.order((ticket, 2)), shop.order((ticket, 1))
    shop.checkout(with_checkout)
    shop.payments.down = True
    for seconds in (901, 2_000, 9_000):
        shop.clock.seconds = START + seconds
        shop.services.releasing.release_due()
    assert (shop.state(with_checkout), shop.state(without)) == (OrderState.RESERVED, OrderState.EXPIRED)
    shop.payments.down = False
    assert shop.services.releasing.release_due() == 1
    assert stock_of(ticket) == FULL


def test_release_killed_before_its_cursor_is_kept_repeats_harmlessly(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.clock.seconds = START + 901
    with monkeypatch.context() as patch:
        patch.setattr(shop.services.releasing._holds, "save_sweep", lambda sweep: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            shop.services.releasing.release_due()
    shop.services.releasing.release_due()
    assert shop.state(record) is OrderState.EXPIRED
    assert stock_of(ticket) == FULL


@pytest.mark.parametrize("_", range(10))
def test_release_against_payment_exactly_one_wins_or_the_payment_takes_stock_anew(shop: Shop, _: int) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    session = shop.checkout(record)
    shop.clock.seconds = START + 901
    shop.payments.close_checkout = lambda session_id: True  # type: ignore[method-assign] # money slips in behind it
    shop.payments.pay(session)
    works = [shop.services.releasing.release_due, lambda: shop.hear(session)]
    together(2, lambda number: works[number]())
    assert shop.state(record) is OrderState.PAID
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)


def test_cancel_by_the_buyer_gives_stock_back_once(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    session = shop.checkout(record)
    releasing = shop.services.releasing
    ended = together(8, lambda _: releasing.cancel(record.id, caller=BUYER, access=None).state)
    assert ended == [OrderState.CANCELLED] * 8
    assert stock_of(ticket) == FULL
    assert shop.payments.sessions[session].status is PaymentStatus.EXPIRED


def test_cancel_of_a_paid_order_is_refused(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.payments.pay(shop.checkout(record))
    with pytest.raises(Conflict) as refusal:
        shop.services.releasing.cancel(record.id, caller=BUYER, access=None)
    assert refusal.value.code == "order_not_cancellable"
    assert shop.state(record) is OrderState.PAID


def test_cancel_by_a_stranger_is_not_found(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 2))
    stranger = Principal(OWNER.family_id, OWNER.family_id)
    with pytest.raises(NotFound):
        shop.services.releasing.cancel(record.id, caller=stranger, access=None)


def test_pay_twice_at_once_is_one_checkout(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 2))
    urls = together(8, lambda _: shop.services.paying.pay(record.id, caller=BUYER, access=None))
    assert set(urls) == {f"https://stripe.test/cs_{record.id}_1"}
    assert all(request == shop.payments.opened[0] for request in shop.payments.opened)
    assert shop.payments.opened[0].expires_at >= START + 30 * 60 + 900


def test_pay_after_the_deadline_is_refused(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 2))
    shop.clock.seconds = START + 900
    with pytest.raises(OrderNotPayable):
        shop.services.paying.pay(record.id, caller=BUYER, access=None)


def test_pay_while_the_order_expires_closes_the_checkout_nobody_knows(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = shop.order((shop.ticket(5), 2))
    opening = shop.payments.open_checkout

    def expire_meanwhile(request: object) -> object:
        opened = opening(request)  # type: ignore[arg-type]
        shop.clock.seconds = START + 901
        shop.services.releasing.release_due()
        return opened

    monkeypatch.setattr(shop.payments, "open_checkout", expire_meanwhile)
    with pytest.raises(OrderNotPayable):
        shop.services.paying.pay(record.id, caller=BUYER, access=None)
    assert [p.status for p in shop.payments.sessions.values()] == [PaymentStatus.EXPIRED]


def test_release_minute_that_cannot_be_read_keeps_no_other_from_its_turn(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = shop.ticket(5)
    first = shop.order((ticket, 1))
    shop.clock.seconds += 60
    second = shop.order((ticket, 1))
    shop.clock.seconds += 2_000
    holds = shop.services.releasing._holds
    reserved, broken = holds.reserved, [int(START) // 60]

    def read(minute: int) -> list[HeldOrder]:
        if minute in broken:
            raise Busy("no")
        return reserved(minute)

    monkeypatch.setattr(holds, "reserved", read)
    shop.services.releasing.release_due()
    assert [shop.state(record) for record in (first, second)] == [OrderState.RESERVED, OrderState.EXPIRED]
    broken.clear()
    shop.services.releasing.release_due()
    assert shop.state(first) is OrderState.EXPIRED
