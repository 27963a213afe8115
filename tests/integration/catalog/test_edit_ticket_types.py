"""Ticket types: quantities never below what is sold, ETags that change with availability."""

import pytest

from chalicelib.core.errors import Conflict, InvalidInput, NotFound, PreconditionFailed, StillReferenced
from chalicelib.core.kinds import View
from chalicelib.core.pagination import Page
from chalicelib.core.preconditions import ANY
from chalicelib.orders.domain.order_state import OrderState
from tests.harness.shop import BUYER, OWNER, START, Shop, Stock, model, stock_of, together

EVERYTHING = frozenset({ANY})


def change(shop: Shop, ticket: str, *, match: frozenset[str] = EVERYTHING, **fields: object) -> str:
    return shop.services.catalog.edit_ticket_types.update(shop.event_id, ticket, fields, caller=OWNER, match=match).etag


def test_change_quantity_up_adds_capacity_and_shards(shop: Shop) -> None:
    ticket = shop.ticket(10)
    shop.order((ticket, 4))
    change(shop, ticket, quantity=6_000)
    assert stock_of(ticket) == Stock(left=5_996, held=4, sold=0, capacity=6_000)
    assert {shop.order((ticket, 1)).allocation[0].shard for _ in range(25)} == {0, 1, 2}


def test_change_quantity_down_to_what_is_taken_but_not_below(shop: Shop) -> None:
    ticket = shop.ticket(6_000)
    for _ in range(6):
        shop.order((ticket, 1))
    with pytest.raises(Conflict) as refusal:
        change(shop, ticket, quantity=5)
    assert (refusal.value.code, refusal.value.extra) == ("below_sold", {"taken": 6})
    change(shop, ticket, quantity=6)
    assert stock_of(ticket) == Stock(left=0, held=6, sold=0, capacity=6)


def test_change_quantity_while_buyers_buy_keeps_every_ticket(shop: Shop) -> None:
    ticket = shop.ticket(30)

    def work(number: int) -> None:
        if number % 4 == 0:
            change(shop, ticket, quantity=20 + number)
        else:
            shop.order((ticket, 1))

    assert together(16, work).count(None) == 16
    stock = stock_of(ticket)
    assert (stock.held, stock.capacity in {20, 24, 28, 32}) == (12, True)


def test_change_with_the_etag_of_a_read_works_although_tickets_were_sold(shop: Shop) -> None:
    ticket = shop.ticket(10)
    tag = shop.services.catalog.read_ticket_types.read_ticket_type(shop.event_id, ticket, View.ALL).tag
    shop.order((ticket, 1))
    assert shop.services.catalog.read_ticket_types.read_ticket_type(shop.event_id, ticket, View.ALL).tag != tag
    fresh = change(shop, ticket, match=frozenset({tag}), name="Early bird")
    assert shop.services.catalog.read_ticket_types.read_ticket_type(shop.event_id, ticket, View.ALL).tag == fresh
    with pytest.raises(PreconditionFailed) as refusal:
        change(shop, ticket, match=frozenset({tag}), name="Late bird")
    assert (refusal.value.etag, '"available":9' in str(refusal.value.body)) == (fresh, True)


def test_change_two_editors_with_one_etag_exactly_one_wins(shop: Shop) -> None:
    ticket = shop.ticket(10)
    tag = frozenset({shop.services.catalog.read_ticket_types.read_ticket_type(shop.event_id, ticket, View.ALL).tag})
    results = together(8, lambda number: change(shop, ticket, match=tag, name=f"Name {number}"))
    assert [type(result) for result in results].count(PreconditionFailed) == 7


def test_create_ticket_in_a_currency_that_nobody_can_pay_in_must_be_free(shop: Shop) -> None:
    shop.event_id = shop.make_event(currency="IRR")
    with pytest.raises(InvalidInput) as refusal:
        shop.ticket(5, amount=100, currency="IRR")
    assert [violation.pointer for violation in refusal.value.violations] == ["/price/currency"]
    assert shop.state(shop.order((shop.ticket(5, amount=0, currency="IRR"), 1))) is OrderState.PAID


def test_change_currency_to_another_than_the_events_is_refused(shop: Shop) -> None:
    ticket = shop.ticket(10)
    with pytest.raises(InvalidInput):
        change(shop, ticket, price={"amount": 100, "currency": "USD"})


def test_change_by_somebody_without_a_role_is_not_found(shop: Shop) -> None:
    ticket = shop.ticket(10)
    with pytest.raises(NotFound):
        shop.services.catalog.edit_ticket_types.update(
            shop.event_id, ticket, {"name": "Mine"}, caller=BUYER, match=EVERYTHING
        )


def test_change_renews_the_tag_of_the_events_pages(shop: Shop) -> None:
    ticket = shop.ticket(10)
    pages = [shop.services.representations.stored.list_tag(shop.event_id, "pages", view) for view in View]
    shop.clock.seconds += 1
    change(shop, ticket, name="Early bird")
    fresh = [shop.services.representations.stored.list_tag(shop.event_id, "pages", view) for view in View]
    assert all(old != new for old, new in zip(pages, fresh, strict=True))


def test_list_etag_changes_with_availability(shop: Shop) -> None:
    ticket = shop.ticket(10)
    showing = shop.services.catalog.read_ticket_types
    before = showing.list_ticket_types(shop.event_id, View.PUBLIC, Page())
    shop.order((ticket, 1))
    after = showing.list_ticket_types(shop.event_id, View.PUBLIC, Page())
    assert (before.tag != after.tag, '"available":9' in after.load()[1]) == (True, True)


def test_list_hidden_types_are_for_staff(shop: Shop) -> None:
    shown, hidden = shop.ticket(1, position=2), shop.ticket(1, hidden=True, position=1)
    showing = shop.services.catalog.read_ticket_types
    public = showing.list_ticket_types(shop.event_id, View.PUBLIC, Page()).load()[1]
    staff = showing.list_ticket_types(shop.event_id, View.ALL, Page()).load()[1]
    assert (hidden in public, shown in public) == (False, True)
    assert 0 < staff.index(hidden) < staff.index(shown)
    with pytest.raises(NotFound):
        showing.read_ticket_type(shop.event_id, hidden, View.PUBLIC)


def test_delete_with_orders_is_refused_and_without_removes_stock(shop: Shop) -> None:
    ticket = shop.ticket(10)
    shop.order((ticket, 1))
    selling = shop.services.catalog.edit_ticket_types
    with pytest.raises(StillReferenced):
        selling.delete(shop.event_id, ticket, caller=OWNER, match=EVERYTHING)
    shop.clock.seconds = START + 901
    shop.services.payments.expire_orders.expire_orders()
    selling.delete(shop.event_id, ticket, caller=OWNER, match=EVERYTHING)
    assert stock_of(ticket).capacity == 0
    assert [item.id for item in model("TicketTypeItem").scan() if item.sk.startswith("TICKET_TYPE#")] == []
