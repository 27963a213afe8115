"""Stock: never oversold and never left unsold, under concurrent orders."""

import os
import threading
from datetime import datetime
from typing import Any

import pytest

from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.catalog.domain.demand import Demand, Limit
from chalicelib.core.errors import AlreadyExists, Busy, InvalidInput, NotFound, SaleClosed, SoldOut, StillRunning
from chalicelib.orders.adapters import keys as order_keys
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.ports import SaleChange
from local.dynamodb.dynamo_wire import WireAnswer, fault
from tests.harness.aws_wire import Send
from tests.harness.faults import BEYOND_BOTOCORE, wired
from tests.harness.shop import BUYER, Shop, Stock, form_of, items_of, model, stock_of, together

ROUNDS = int(os.environ.get("MARQUEE_ROUNDS", "50"))
BUYERS = int(os.environ.get("MARQUEE_BUYERS", "20"))


def race(shop: Shop, *, buyers: int, tickets: int) -> None:
    ticket = shop.ticket(tickets)
    results = together(buyers, lambda _: shop.order((ticket, 1)))
    won = [result for result in results if not isinstance(result, Exception)]
    lost = [result for result in results if isinstance(result, Exception)]
    assert [type(problem) for problem in lost] == [SoldOut] * (buyers - tickets)
    assert len(won) == tickets
    assert stock_of(ticket) == Stock(left=0, held=tickets, sold=0, capacity=tickets)
    held = [item for item in items_of("OrderItem", "ORDER#") if ticket in item.body]
    assert len(held) == tickets


def test_order_twenty_buyers_for_five_tickets_sells_exactly_five(shop: Shop) -> None:
    for _ in range(3):
        race(shop, buyers=20, tickets=5)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_order_many_buyers_for_five_tickets_in_many_rounds_sells_exactly_five(shop: Shop) -> None:
    for _ in range(ROUNDS):
        race(shop, buyers=BUYERS, tickets=5)


def sell_out(ticket: str, number: int, *, left: int, sold: int) -> None:
    stock_item = model("StockItem")
    stock_item(*catalog_keys.stock(ticket, number)).update(
        actions=[stock_item.left.set(left), stock_item.sold.set(sold)]
    )


def test_order_naive_read_then_write_oversells(shop: Shop) -> None:
    """The negative control: without a condition the same race oversells."""
    ticket, stock_item = shop.ticket(5), model("StockItem")
    everybody_has_read = threading.Barrier(20)

    def naive(_: int) -> bool:
        shard = stock_item.get(*catalog_keys.stock(ticket, 0), consistent_read=True)
        everybody_has_read.wait()
        if shard.left < 1:
            return False
        shard.update(actions=[stock_item.left.set(shard.left - 1), stock_item.held.set(shard.held + 1)])
        return True

    assert sum(together(20, naive)) > 5


def test_order_large_type_is_spread_over_shards(shop: Shop) -> None:
    ticket = shop.ticket(10_000)
    used = {shop.order((ticket, 1)).allocation[0].shard for _ in range(25)}
    assert used == {0, 1, 2, 3}
    assert stock_of(ticket) == Stock(left=9_975, held=25, sold=0, capacity=10_000)


def test_order_more_than_any_shard_has_takes_from_several(shop: Shop) -> None:
    ticket = shop.ticket(5_001)
    for number in range(3):
        sell_out(ticket, number, left=3, sold=1_664)
    record = shop.order((ticket, 8))
    assert sorted(piece.quantity for piece in record.allocation) == [2, 3, 3]
    assert stock_of(ticket) == Stock(left=1, held=8, sold=4_992, capacity=5_001)


def test_order_last_tickets_in_other_shards_are_found_after_a_stale_look(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = shop.ticket(5_000)
    sell_out(ticket, 0, left=0, sold=2_500)
    view = shop.services.catalog.view
    fresh = view.load_lefts
    stale = {(ticket, 0): 2_500, (ticket, 1): 0}
    monkeypatch.setattr(
        view, "load_lefts", lambda shards, *, consistent=False: fresh(shards, consistent=True) if consistent else stale
    )
    assert [piece.shard for piece in shop.order((ticket, 1)).allocation] == [1]


def test_order_sold_out_says_how_many_are_left_and_writes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = shop.ticket(2)
    monkeypatch.setattr(shop.services.orders.store, "write_order", lambda change: pytest.fail("wrote"))
    with pytest.raises(SoldOut) as refusal:
        shop.order((ticket, 3))
    assert refusal.value.extra == {"available": 2, "ticket_type_id": ticket}


def test_order_several_types_one_short_takes_nothing(shop: Shop) -> None:
    many, few = shop.ticket(10), shop.ticket(1)
    with pytest.raises(SoldOut):
        shop.order((many, 2), (few, 2))
    assert stock_of(many) == Stock(left=10, held=0, sold=0, capacity=10)


def test_order_repeated_id_is_the_same_order_and_takes_stock_once(shop: Shop) -> None:
    ticket = shop.ticket(5)
    order_id = shop.services.ids.new_id()
    made = together(
        8,
        lambda _: (
            shop.services.orders.place_order.place_order(
                shop.event_id, form_of((ticket, 1)), caller=BUYER, new_id=order_id
            )[0].id
        ),
    )
    assert made == [order_id] * 8
    assert stock_of(ticket).held == 1
    change = SaleChange(after=shop.services.orders.store.load_order(order_id))
    with pytest.raises(AlreadyExists):
        shop.services.orders.hold_stock.hold_stock(change, [Demand(Limit.TICKETS, ticket, 1, ticket_type_id=ticket)])


def test_order_whose_commit_was_answered_with_a_failure_takes_stock_once(shop: Shop) -> None:
    ticket, failed = shop.ticket(5), []

    def fail_the_first(operation: str, body: bytes, send: Send) -> WireAnswer:
        answer = send()
        if operation != "TransactWriteItems" or len(failed) == BEYOND_BOTOCORE:
            return answer
        failed.append(operation)
        return fault("InternalServerError", "It was done, and this says otherwise", 500)

    with wired(fail_the_first):
        shop.order((ticket, 2))
    assert len(failed) == BEYOND_BOTOCORE
    assert stock_of(ticket) == Stock(left=3, held=2, sold=0, capacity=5)


def test_order_typical_size_costs_four_write_units(shop: Shop) -> None:
    """Transactional writes cost two units for each KB of each item: shard and order, one KB each
    (docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html).
    """
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2), caller=None)
    order = model("OrderItem").get(*order_keys.order(record.id))
    shard = model("StockItem").get(*catalog_keys.stock(ticket, 0))
    assert [size_of(order) <= 1024, size_of(shard) <= 1024] == [True, True], size_of(order)


def size_of(item: Any) -> int:
    """Returns an item's bytes by AWS's rule: names and UTF-8 values; numbers take about a byte per two digits, at most
    21.
    """
    attributes = item.serialize()
    return sum(len(name) + sum(len(str(v).encode()) for v in typed.values()) for name, typed in attributes.items())


def test_order_of_draft_event_is_not_found_for_strangers(shop: Shop) -> None:
    shop.event_id = shop.make_event(state="draft")
    ticket = shop.ticket(5)
    with pytest.raises(NotFound):
        shop.order((ticket, 1))


@pytest.mark.parametrize(
    ("fields", "moment"),
    [
        ({"sales_start": "2031-01-01T00:00:00Z"}, "has not begun"),
        ({"sales_end": "2029-01-01T00:00:00Z"}, "is over"),
    ],
)
def test_order_outside_the_sale_window_is_refused(shop: Shop, fields: dict[str, str], moment: str) -> None:
    ticket = shop.ticket(5, **{name: datetime.fromisoformat(text) for name, text in fields.items()})
    with pytest.raises(SaleClosed, match=moment):
        shop.order((ticket, 1))


def test_order_against_the_rules_lists_every_violation(shop: Shop) -> None:
    few = shop.ticket(50, min_per_order=2, max_per_order=4)
    hidden = shop.ticket(50, hidden=True)
    with pytest.raises(InvalidInput) as refusal:
        shop.order((few, 1), (hidden, 1), (shop.services.ids.new_id(), 1))
    assert [violation.pointer for violation in refusal.value.violations] == [
        "/lines/0/quantity",
        "/lines/1/ticket_type_id",
        "/lines/2/ticket_type_id",
    ]


def test_order_below_the_smallest_payment_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidInput) as refusal:
        shop.order((shop.ticket(5, amount=49), 1))
    assert refusal.value.code == "below_minimum"


def test_order_in_yen_has_no_decimals(shop: Shop) -> None:
    shop.event_id = shop.make_event(currency="JPY")
    record = shop.order((shop.ticket(5, amount=1200, currency="JPY"), 2))
    assert (record.order.total.amount, record.order.total.currency) == (2400, "JPY")


def test_order_free_is_paid_at_once_and_never_reaches_stripe(shop: Shop) -> None:
    ticket = shop.ticket(5, amount=0)
    record = shop.order((ticket, 2))
    assert (record.state, shop.state(record)) == (OrderState.PAID, OrderState.PAID)
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
    assert shop.payments.opened == []
    assert len(items_of("MailItem", "MAIL")) == 1
    assert len(items_of("NotificationItem", "NOTIFICATION#")) == 1


def test_order_busy_shard_is_left_for_another(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = shop.ticket(5_000)
    orders, tried = shop.services.orders.store, []
    write = orders.write_order

    def busy_once(change: SaleChange) -> None:
        tried.append(change.after.allocation[0].shard if change.after else None)
        if len(tried) == 1:
            raise Busy
        write(change)

    monkeypatch.setattr(orders, "write_order", busy_once)
    assert shop.order((ticket, 1)).allocation[0].shard == tried[1] != tried[0]
    assert stock_of(ticket).held == 1


def test_order_busy_although_written_is_found_and_takes_stock_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = shop.ticket(5_000)
    orders, tried = shop.services.orders.store, []
    write = orders.write_order

    def written_but_busy(change: SaleChange) -> None:
        write(change)
        tried.append(change)
        if len(tried) == 1:
            raise Busy

    monkeypatch.setattr(orders, "write_order", written_but_busy)
    record = shop.order((ticket, 1))
    assert shop.record(record) == record
    assert stock_of(ticket).held == 1


def test_order_under_an_id_too_old_for_the_timer_is_refused(shop: Shop) -> None:
    ticket = shop.ticket(5)
    old = shop.services.ids.new_id()
    shop.clock.seconds += 61
    with pytest.raises(StillRunning):
        shop.services.orders.place_order.place_order(shop.event_id, form_of((ticket, 1)), caller=BUYER, new_id=old)
    assert stock_of(ticket).held == 0


def test_order_free_of_a_guest_is_mailed_with_its_access_token(shop: Shop) -> None:
    record = shop.order((shop.ticket(5, amount=0), 1), caller=None)
    mail = items_of("MailItem", "MAIL")[0]
    assert f"/orders/{record.id}#access=" in mail.text
