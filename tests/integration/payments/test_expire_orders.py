"""A hold ends once, never while money comes in, even if a run is killed."""

import threading
from typing import Any

import pytest

from chalicelib.core.errors import Busy, UpstreamFailed
from chalicelib.orders.domain.charge import PaymentStatus
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.payments.ports import HeldOrder
from chalicelib.payments.services import expire_orders
from tests.harness.shop import START, Shop, Stock, stock_of, together

FULL = Stock(left=5, held=0, sold=0, capacity=5)


def test_release_before_the_deadline_leaves_the_order(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 2))
    shop.clock.seconds = START + 899
    assert shop.services.payments.expire_orders.expire_orders() == 0
    assert shop.state(record) is OrderState.RESERVED


def test_release_after_the_deadline_gives_stock_back_once(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.clock.seconds = START + 901
    assert 1 in together(4, lambda _: shop.services.payments.expire_orders.expire_orders())
    shop.clock.seconds = START + 2_000
    assert shop.services.payments.expire_orders.expire_orders() == 0
    assert shop.state(record) is OrderState.EXPIRED
    assert stock_of(ticket) == FULL


def test_release_orders_of_many_minutes_are_all_found(shop: Shop) -> None:
    ticket = shop.ticket(50)
    orders = []
    for minute in range(12):
        shop.clock.seconds = START + 60 * minute
        orders.append(shop.order((ticket, 1)))
        shop.services.payments.expire_orders.expire_orders()
    for minute in range(12, 30):
        shop.clock.seconds = START + 60 * minute
        shop.services.payments.expire_orders.expire_orders()
    assert {shop.state(record) for record in orders} == {OrderState.EXPIRED}
    assert stock_of(ticket) == Stock(left=50, held=0, sold=0, capacity=50)


def test_release_asks_stripe_to_close_the_checkout_first(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    session = shop.checkout(record)
    shop.clock.seconds = START + 901
    shop.services.payments.expire_orders.expire_orders()
    assert shop.payments.sessions[session].status is PaymentStatus.EXPIRED
    assert shop.state(record) is OrderState.EXPIRED


def test_release_of_a_paid_checkout_records_the_payment_instead(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.payments.pay(shop.checkout(record))
    shop.clock.seconds = START + 901
    shop.services.payments.expire_orders.expire_orders()
    assert shop.state(record) is OrderState.PAID
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)


def test_release_while_stripe_is_away_is_done_by_a_later_run(shop: Shop) -> None:
    ticket = shop.ticket(5)
    with_checkout, without = shop.order((ticket, 2)), shop.order((ticket, 1))
    shop.checkout(with_checkout)
    shop.payments.down = True
    for seconds in (901, 2_000, 9_000):
        shop.clock.seconds = START + seconds
        shop.services.payments.expire_orders.expire_orders()
    assert (shop.state(with_checkout), shop.state(without)) == (OrderState.RESERVED, OrderState.EXPIRED)
    shop.payments.down = False
    assert shop.services.payments.expire_orders.expire_orders() == 1
    assert stock_of(ticket) == FULL


def test_release_killed_before_its_cursor_is_kept_repeats_harmlessly(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.clock.seconds = START + 901
    with monkeypatch.context() as patch:
        patch.setattr(shop.services.payments.holds, "save_sweep", lambda sweep: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            shop.services.payments.expire_orders.expire_orders()
    shop.services.payments.expire_orders.expire_orders()
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
    works = [shop.services.payments.expire_orders.expire_orders, lambda: shop.hear(session)]
    together(2, lambda number: works[number]())
    assert shop.state(record) is OrderState.PAID
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)


def test_release_minute_that_cannot_be_read_keeps_no_other_from_its_turn(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = shop.ticket(5)
    first = shop.order((ticket, 1))
    shop.clock.seconds += 60
    second = shop.order((ticket, 1))
    shop.clock.seconds += 2_000
    holds = shop.services.payments.holds
    reserved, broken = holds.list_reserved, [int(START) // 60]

    def read(minute: int) -> list[HeldOrder]:
        if minute in broken:
            raise Busy("no")
        return reserved(minute)

    monkeypatch.setattr(holds, "list_reserved", read)
    shop.services.payments.expire_orders.expire_orders()
    assert [shop.state(record) for record in (first, second)] == [OrderState.RESERVED, OrderState.EXPIRED]
    broken.clear()
    shop.services.payments.expire_orders.expire_orders()
    assert shop.state(first) is OrderState.EXPIRED


WAIT_SECONDS = 20.0
"""For what must happen at the same time; it fails only where it cannot."""


def many(shop: Shop, count: int) -> list[Any]:
    """Orders with an open checkout each."""
    ticket = shop.ticket(count)
    orders = [shop.order((ticket, 1)) for _ in range(count)]
    for order in orders:
        shop.checkout(order)
    return orders


def states_of(shop: Shop, orders: list[Any]) -> list[OrderState]:
    return [shop.state(order) for order in orders]


def closing(shop: Shop, monkeypatch: pytest.MonkeyPatch, before: Any) -> None:
    """Something happens whenever a checkout is about to be closed."""
    close = shop.payments.close_checkout

    def watched(session_id: str, *, account: str | None = None) -> bool:
        before(session_id)
        return close(session_id, account=account)

    monkeypatch.setattr(shop.payments, "close_checkout", watched)


def test_release_asks_stripe_about_many_holds_at_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = many(shop, 8)
    together_at_stripe = threading.Barrier(8)
    closing(shop, monkeypatch, lambda _: together_at_stripe.wait(WAIT_SECONDS))
    shop.clock.seconds = START + 901
    assert shop.services.payments.expire_orders.expire_orders() == 8
    assert set(states_of(shop, orders)) == {OrderState.EXPIRED}


def test_release_out_of_time_leaves_the_rest_to_the_next_run(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    orders = many(shop, 40)

    def takes_its_time(_: str) -> None:
        shop.clock.seconds += 10

    closing(shop, monkeypatch, takes_its_time)
    shop.clock.seconds = START + 2_000
    began = shop.clock.seconds
    released = shop.services.payments.expire_orders.expire_orders(until=began + 30)
    assert 3 <= released <= 3 + expire_orders.AT_ONCE
    assert states_of(shop, orders).count(OrderState.RESERVED) == 40 - released
    while shop.services.payments.expire_orders.expire_orders(until=shop.clock.seconds + 30):
        pass
    assert set(states_of(shop, orders)) == {OrderState.EXPIRED}


def test_release_holds_that_hang_keep_no_others_from_their_turn(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that failed before are waited for by threads of their own."""
    stuck = many(shop, 2 * expire_orders.AT_ONCE_AGAIN)
    shop.payments.down = True
    shop.clock.seconds = START + 2_000
    shop.services.payments.expire_orders.expire_orders()
    shop.payments.down = False
    (fresh,) = many(shop, 1)
    hanging = {shop.record(order).checkout.id for order in stuck}  # type: ignore[union-attr]
    fresh_was_asked, in_time = threading.Event(), []

    def hang(session_id: str) -> None:
        if session_id in hanging:
            in_time.append(fresh_was_asked.wait(WAIT_SECONDS))
            raise UpstreamFailed("no answer")
        fresh_was_asked.set()

    closing(shop, monkeypatch, hang)
    shop.clock.seconds = START + 4_000
    shop.services.payments.expire_orders.expire_orders()
    assert shop.state(fresh) is OrderState.EXPIRED
    assert in_time == [True] * len(stuck)
    assert set(states_of(shop, stuck)) == {OrderState.RESERVED}


def test_release_tries_those_that_failed_in_turn(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """However little time a run has, none is always behind the same others."""
    orders = many(shop, 3 * expire_orders.AT_ONCE_AGAIN)
    shop.payments.down = True
    shop.clock.seconds = START + 2_000
    shop.services.payments.expire_orders.expire_orders()
    tried: list[str] = []

    def takes_all_the_time(session_id: str) -> None:
        tried.append(session_id)
        shop.clock.seconds += 100

    closing(shop, monkeypatch, takes_all_the_time)
    for _ in orders:
        shop.services.payments.expire_orders.expire_orders()
    assert len(set(tried)) == len(orders)


def test_release_more_failures_than_can_be_remembered_loses_none(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expire_orders, "MOST_LEFT_OVER", 2)
    orders = many(shop, 5)
    shop.payments.down = True
    for seconds in (2_000, 2_100, 9_000):
        shop.clock.seconds = START + seconds
        assert shop.services.payments.expire_orders.expire_orders() == 0
        assert len(shop.services.payments.holds.load_sweep().left_over) == 2  # type: ignore[union-attr]
    shop.payments.down = False
    assert shop.services.payments.expire_orders.expire_orders() == 5
    assert set(states_of(shop, orders)) == {OrderState.EXPIRED}
