"""Quotas: tickets that types share, counted exactly, whoever edits or buys at once."""

import json

import pytest
from msgspec.structs import replace

from chalicelib.catalog.domain.stock import TICKETS_PER_SHARD
from chalicelib.core.errors import Conflict, InvalidInput, SoldOut, StillReferenced
from chalicelib.core.kinds import View
from chalicelib.core.pagination import Page
from chalicelib.core.times import moment
from chalicelib.orders.domain.order import moved_on
from chalicelib.orders.domain.order_state import Ended, OrderState
from chalicelib.orders.ports import SaleChange
from tests.harness.limit_steps import (
    EVERYTHING,
    change_quota,
    discount,
    order_with,
    quota,
    shared,
    uses_of,
)
from tests.harness.shop import BUYER, OWNER, Shop, Stock, items_of, stock_of, together
from tests.harness.transactions import sizes_of_transactions
from tests.integration.catalog.test_edit_ticket_types import change


def available(shop: Shop, ticket: str) -> int:
    return int(
        shop.services.catalog.read_ticket_types.read_ticket_type(shop.event_id, ticket, View.PUBLIC).tag.rpartition(
            "-"
        )[2]
    )


def test_order_of_types_that_share_takes_from_the_quota_and_gives_back(shop: Shop) -> None:
    day, dinner = shop.ticket(10), shop.ticket(10)
    hall = quota(shop, 12, day, dinner)
    record = shop.order((day, 4), (dinner, 3))
    assert (shared(hall), stock_of(day).held, stock_of(dinner).held) == (Stock(5, 7, 0, 12), 4, 3)
    assert (available(shop, day), available(shop, dinner)) == (5, 5)
    shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None)
    assert (shared(hall), stock_of(day), available(shop, day)) == (Stock(12, 0, 0, 12), Stock(10, 0, 0, 10), 10)


def test_order_paid_sells_the_quota_too(shop: Shop) -> None:
    day = shop.ticket(10)
    hall = quota(shop, 5, day)
    record = shop.order((day, 2))
    session = shop.checkout(record)
    shop.payments.pay(session)
    shop.hear(session)
    assert (shop.state(record), shared(hall)) == (OrderState.PAID, Stock(3, 0, 2, 5))


def test_order_paid_late_takes_from_the_quota_again_or_goes_back(shop: Shop) -> None:
    day, dinner = shop.ticket(10), shop.ticket(10)
    hall = quota(shop, 4, day, dinner)
    late = [shop.order((day, 2)), shop.order((day, 2))]
    sessions = [shop.checkout(record) for record in late]
    for session in sessions:
        shop.payments.pay(session)
    for record in late:
        end_hold(shop, record.id)
    shop.order((dinner, 2))
    for number, session in enumerate(sessions):
        shop.hear(session, event_id=f"evt_{number}")
    assert [shop.state(record) for record in late] == [OrderState.PAID, OrderState.EXPIRED]
    assert shared(hall) == Stock(0, 2, 2, 4)


def end_hold(shop: Shop, order_id: str) -> None:
    """As the timer does in the moment before a payment is known."""
    record = shop.services.orders.store.load_order(order_id)
    assert record is not None
    ended = moved_on(record, replace(record.facts, ended=Ended.EXPIRED), now=moment(shop.clock.now()))
    shop.services.orders.store.write_order(SaleChange(before=record, after=ended))


def test_order_twenty_buyers_of_two_types_never_exceed_the_quota(shop: Shop) -> None:
    types = [shop.ticket(20), shop.ticket(20)]
    hall = quota(shop, 7, *types)
    results = together(20, lambda number: shop.order((types[number % 2], 1)))
    assert sorted(type(one).__name__ for one in results) == ["OrderRecord"] * 7 + ["SoldOut"] * 13
    assert shared(hall) == Stock(0, 7, 0, 7)
    assert stock_of(types[0]).held + stock_of(types[1]).held == 7


def test_order_and_cancel_at_once_leave_every_limit_adding_up(shop: Shop) -> None:
    types = [shop.ticket(40, max_per_buyer=9), shop.ticket(40, max_per_buyer=9)]
    hall, code = quota(shop, 30, *types), discount(shop, max_uses=12)

    def work(number: int) -> None:
        for turn in range(3):
            buyer = f"buyer{number % 5}@example.org"
            wanted = [(types[number % 2], 1), (types[1 - number % 2], 1 + turn)]
            try:
                record = order_with(shop, *wanted, caller=None, email=buyer, discount_code="SPRING")
            except (SoldOut, InvalidInput):
                continue
            if (number + turn) % 2:
                access = shop.services.orders.draft_order.make_access(record.id)
                shop.services.payments.cancel_order.cancel_order(record.id, caller=None, access=access)

    assert together(16, work) == [None] * 16
    orders = [shop.services.orders.store.load_order(item.sk[6:]) for item in items_of("OrderItem", "ORDER#")]
    held = [one for one in orders if one and one.state is OrderState.RESERVED]
    tickets = [line.quantity for one in held for line in one.order.lines]
    assert 0 < len(held) <= 12
    assert (uses_of(code).held, shared(hall).held) == (len(held), sum(tickets))
    assert stock_of(types[0]).held + stock_of(types[1]).held == sum(tickets)
    buyers = [item for item in items_of("StockItem", "STOCK") if item.pk.startswith("STOCK#buyer.")]
    assert sum(item.held for item in buyers) == sum(tickets)
    assert {item.left + item.held + item.sold - item.capacity for item in items_of("StockItem", "STOCK")} == {0}


def test_order_short_of_a_quota_says_how_many_it_has(shop: Shop) -> None:
    day = shop.ticket(10)
    quota(shop, 3, day)
    with pytest.raises(SoldOut) as refusal:
        shop.order((day, 4))
    assert refusal.value.extra == {"available": 3, "ticket_type_id": day}


def test_create_quota_while_buyers_buy_counts_every_ticket_or_is_refused(shop: Shop) -> None:
    """A buyer who read the type before the quota was made must take from it, or come to nothing."""
    for _ in range(4):
        day = shop.ticket(10)

        def work(number: int, day: str = day) -> str:
            if number == 0:
                return quota(shop, 10, day)
            return shop.order((day, 1)).id

        made = together(8, work)[0]
        assert stock_of(day).held == 7
        if isinstance(made, Conflict):
            assert (made.code, made.extra) == ("already_sold", {"ticket_type_ids": [day]})
        else:
            assert shared(made) == Stock(3, 7, 0, 10)


def test_order_on_old_terms_comes_to_nothing_and_is_made_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    day = shop.ticket(10)
    view = shop.services.catalog.view
    fresh, stale = view.load_ticket_type, view.load_ticket_type(shop.event_id, day)
    hall = quota(shop, 10, day)
    monkeypatch.setattr(
        view, "load_ticket_type", lambda event, one, *, consistent=False: fresh(event, one) if consistent else stale
    )
    shop.order((day, 2))
    assert shared(hall) == Stock(8, 2, 0, 10)


def test_create_quota_for_a_type_with_tickets_sold_is_refused(shop: Shop) -> None:
    day = shop.ticket(10)
    shop.order((day, 1))
    with pytest.raises(Conflict) as refusal:
        quota(shop, 10, day)
    assert refusal.value.code == "already_sold"
    assert json.loads(shop.services.catalog.edit_quotas.list_all(shop.event_id, caller=OWNER).load()[1])["items"] == []
    shop.order((day, 1))


def test_create_quota_for_absent_types_names_each(shop: Shop) -> None:
    with pytest.raises(InvalidInput) as refusal:
        quota(shop, 10, shop.ticket(1), shop.services.ids.new_id())
    assert [violation.pointer for violation in refusal.value.violations] == ["/ticket_type_ids/1"]


def test_change_quota_never_goes_below_what_is_taken(shop: Shop) -> None:
    day = shop.ticket(10)
    hall = quota(shop, 8, day)
    shop.order((day, 5))
    with pytest.raises(Conflict) as refusal:
        change_quota(shop, hall, quantity=4)
    assert (refusal.value.code, refusal.value.extra) == ("below_sold", {"taken": 5})
    assert change_quota(shop, hall, quantity=5)["available"] == 0
    assert shared(hall) == Stock(0, 5, 0, 5)


def test_change_quota_up_adds_shards_that_its_types_know(shop: Shop) -> None:
    day = shop.ticket(20_000)
    hall = quota(shop, 10, day)
    change_quota(shop, hall, quantity=10_000)
    change(shop, day, name="Renamed")
    assert available(shop, day) == 10_000
    used = {piece.shard for _ in range(12) for piece in shop.order((day, 1)).allocation if piece.owner != day}
    assert len(used) > 1
    assert shared(hall) == Stock(9_988, 12, 0, 10_000)


def test_change_quota_types_leave_and_their_tickets_still_come_back(shop: Shop) -> None:
    day, dinner = shop.ticket(10), shop.ticket(10)
    hall = quota(shop, 6, day, dinner)
    record = shop.order((day, 2))
    change_quota(shop, hall, ticket_type_ids=[dinner])
    shop.order((day, 8))
    assert shared(hall) == Stock(4, 2, 0, 6)
    shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None)
    assert shared(hall) == Stock(6, 0, 0, 6)


def test_change_quota_while_buyers_buy_keeps_every_ticket(shop: Shop) -> None:
    day = shop.ticket(30)
    hall = quota(shop, 30, day)

    def work(number: int) -> None:
        if number % 4 == 0:
            change_quota(shop, hall, quantity=20 + number)
        else:
            shop.order((day, 1))

    assert together(16, work).count(None) == 16
    stock = shared(hall)
    assert (stock.held, stock.capacity in {20, 24, 28, 32}) == (12, True)


def test_delete_quota_in_use_is_refused_and_unused_frees_its_types(shop: Shop) -> None:
    day = shop.ticket(10)
    hall = quota(shop, 2, day)
    record = shop.order((day, 2))
    with pytest.raises(StillReferenced):
        shop.services.catalog.edit_quotas.delete(shop.event_id, hall, caller=OWNER, match=EVERYTHING)
    shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None)
    shop.services.catalog.edit_quotas.delete(shop.event_id, hall, caller=OWNER, match=EVERYTHING)
    shop.order((day, 10))
    assert stock_of(day) == Stock(0, 10, 0, 10)


def test_delete_type_of_a_quota_names_the_quota(shop: Shop) -> None:
    day = shop.ticket(10)
    hall = quota(shop, 2, day)
    with pytest.raises(StillReferenced) as refusal:
        shop.services.catalog.edit_ticket_types.delete(shop.event_id, day, caller=OWNER, match=EVERYTHING)
    assert refusal.value.extra == {"referrers": [hall]}


def test_list_types_show_no_more_than_their_quotas_have(shop: Shop) -> None:
    day, dinner = shop.ticket(10, position=1), shop.ticket(3, position=2)
    quota(shop, 5, day, dinner)
    items = json.loads(
        shop.services.catalog.read_ticket_types.list_ticket_types(shop.event_id, View.PUBLIC, Page(50)).load()[1]
    )["items"]
    assert [one["available"] for one in items] == [5, 3]


def test_quota_of_types_that_fill_its_transaction_is_made_and_one_shard_more_refused(shop: Shop) -> None:
    types = [shop.ticket(TICKETS_PER_SHARD * shards) for shards in (40, 40, 13)]  # each an item more than its shards
    with pytest.raises(Conflict, match="too large"):
        quota(shop, TICKETS_PER_SHARD + 1, *types)
    with sizes_of_transactions() as sizes:
        hall = quota(shop, TICKETS_PER_SHARD, *types)
        change_quota(shop, hall, name="Great hall")
    assert sizes == [100, 3], "types whose shards stay as many are not touched"
