"""Waiting lists: first come first served, one offer each, nothing sold over the heads of who waits."""

import json
import threading
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.errors import AlreadyExists, Conflict, InvalidInput, NotFound, SaleClosed, SoldOut
from chalicelib.core.kinds import View
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.waiting_list.domain.entry import WaitingForm
from tests.harness.limit_steps import order_with, quota, shared
from tests.harness.shop import BUYER, OWNER, Shop, Stock, items_of, mails, stock_of, together
from tests.integration.catalog.test_edit_ticket_types import change

ROUND = ("ada", "grace", "emmy", "mary", "hedy", "rosalind", "lise", "maria", "sofja", "cecilia")


def join(shop: Shop, ticket: str, name: str = "ada", quantity: int = 1) -> str:
    """Somebody without an account waits; the id of the entry."""
    form = WaitingForm(ticket_type_id=ticket, quantity=quantity, name=name.title(), email=f"{name}@example.org")
    entry_id = shop.services.ids.new_id()
    shop.clock.seconds += 1
    shop.services.waiting_list.join_waiting_list.join_waiting_list(shop.event_id, form, caller=None, new_id=entry_id)
    return entry_id


def entries(shop: Shop) -> list[dict[str, Any]]:
    body = shop.services.waiting_list.join_waiting_list.list_entries(shop.event_id, caller=OWNER).load()[1]
    return list(json.loads(body)["items"])


def states(shop: Shop) -> list[str]:
    return [one["state"] for one in entries(shop)]


def offered(shop: Shop, number: int) -> OrderRecord:
    """The order that was made for an entry."""
    record = shop.services.orders.store.load_order(entries(shop)[number]["order_id"])
    assert record is not None
    return record


def cancel(shop: Shop, record: OrderRecord) -> None:
    shop.services.payments.cancel_order.cancel_order(
        record.id, caller=BUYER, access=shop.services.orders.draft_order.make_access(record.id)
    )


def sold_out(shop: Shop, quantity: int = 2, **fields: Any) -> tuple[str, OrderRecord]:
    ticket = shop.ticket(quantity, **fields)
    return ticket, shop.order((ticket, quantity))


def test_join_while_tickets_are_left_is_refused(shop: Shop) -> None:
    ticket = shop.ticket(3)
    shop.order((ticket, 2))
    with pytest.raises(Conflict) as refusal:
        join(shop, ticket)
    assert (refusal.value.code, refusal.value.extra) == ("not_sold_out", {"available": 1})
    assert entries(shop) == []


def test_offer_first_in_line_gets_what_comes_free_with_a_day_to_pay(shop: Shop) -> None:
    ticket, record = sold_out(shop)
    for name in ("ada", "grace"):
        join(shop, ticket, name)
    assert shop.services.waiting_list.offer_tickets.run() == 0
    cancel(shop, record)
    assert shop.services.waiting_list.offer_tickets.run() == 2
    order = offered(shop, 0).order
    assert (order.buyer.email, order.state, order.total.amount) == ("ada@example.org", OrderState.RESERVED, 2500)
    assert offered(shop, 0).deadline == int(shop.clock.seconds) + 82_800
    assert states(shop) == ["offered", "offered"]
    assert stock_of(ticket) == Stock(0, 2, 0, 2)
    sent = [mail for mail in items_of("MailItem", "MAIL") if mail.subject.startswith("Tickets for you")]
    assert sorted(mail.to for mail in sent) == ["ada@example.org", "grace@example.org"]
    assert order.expires_at
    until = order.expires_at.astimezone(ZoneInfo("Europe/Zurich"))
    assert all(f"until {until:%d %B %Y, %H:%M %Z};" in mail.text for mail in sent)
    token = shop.services.orders.draft_order.make_access(order.id)
    assert any(f"/orders/{order.id}#access={token}" in mail.text for mail in sent)


def test_offer_can_be_paid_until_its_own_deadline(shop: Shop) -> None:
    ticket, record = sold_out(shop, 1)
    join(shop, ticket)
    cancel(shop, record)
    shop.services.waiting_list.offer_tickets.run()
    made = offered(shop, 0)
    shop.clock.seconds += 82_700
    assert shop.services.payments.expire_orders.expire_orders() == 0
    shop.services.waiting_list.offer_tickets.run()
    session = shop.services.payments.open_checkout.open_checkout(
        made.id, caller=None, access=shop.services.orders.draft_order.make_access(made.id)
    )
    shop.payments.pay(session.rpartition("/")[2])
    shop.hear(session.rpartition("/")[2])
    assert shop.state(made) is OrderState.PAID
    assert stock_of(ticket) == Stock(0, 0, 1, 1)


def test_order_while_others_wait_is_sold_out_although_tickets_are_free(shop: Shop) -> None:
    ticket, record = sold_out(shop)
    join(shop, ticket, "ada", 2)
    cancel(shop, record)
    assert stock_of(ticket).left == 2
    with pytest.raises(SoldOut) as refusal:
        shop.order((ticket, 1))
    assert refusal.value.extra == {"available": 0, "ticket_type_id": ticket}
    assert shop.services.catalog.read_ticket_types.read_ticket_type(shop.event_id, ticket, View.PUBLIC).tag.endswith(
        "-0"
    )
    assert shop.services.catalog.read_ticket_types.read_ticket_type(shop.event_id, ticket, View.ALL).tag.endswith("-2")
    shop.services.waiting_list.offer_tickets.run()
    assert states(shop) == ["offered"]


def test_order_begun_before_somebody_waits_comes_to_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The buyer read the type before the queue began, and a ticket came free in between."""
    ticket, record = sold_out(shop)
    view = shop.services.catalog.view
    fresh, stale = view.load_ticket_type, view.load_ticket_type(shop.event_id, ticket)
    join(shop, ticket)
    cancel(shop, record)
    monkeypatch.setattr(
        view, "load_ticket_type", lambda event, one, *, consistent=False: fresh(event, one) if consistent else stale
    )
    with pytest.raises(SoldOut):
        shop.order((ticket, 1))
    assert stock_of(ticket) == Stock(2, 0, 0, 2)


def test_offer_two_workers_make_one_each_in_the_order_they_came(shop: Shop) -> None:
    """E6: whatever runs at once, an entry gets one offer, and nobody is served before who came earlier."""
    ticket, record = sold_out(shop, 6)
    for name in ROUND:
        join(shop, ticket, name)
    cancel(shop, record)
    made = together(8, lambda _: shop.services.waiting_list.offer_tickets.offer_tickets(shop.event_id, ticket))
    assert sum(made) == 6
    assert states(shop) == ["offered"] * 6 + ["waiting"] * 4
    orders = [one for one in items_of("OrderItem", "ORDER#") if one.offer]
    assert sorted(one.offer for one in orders) == [one["id"] for one in entries(shop)[:6]]
    assert stock_of(ticket) == Stock(0, 6, 0, 6)


def test_offer_that_lapses_goes_to_the_next(shop: Shop) -> None:
    ticket, record = sold_out(shop, 1)
    for name in ("ada", "grace"):
        join(shop, ticket, name)
    cancel(shop, record)
    shop.services.waiting_list.offer_tickets.run()
    first = offered(shop, 0)
    shop.clock.seconds += 82_801
    assert shop.services.waiting_list.offer_tickets.run() == 1
    assert (shop.state(first), states(shop)) == (OrderState.EXPIRED, ["offered", "offered"])
    assert offered(shop, 1).order.buyer.email == "grace@example.org"
    assert [item.sk.rpartition("#")[2] for item in items_of("TicketedItem", "OFFER#")] == [offered(shop, 1).id]
    assert stock_of(ticket) == Stock(0, 1, 0, 1)


def test_offer_whose_release_fails_is_released_by_a_later_run(shop: Shop) -> None:
    ticket, record = sold_out(shop, 1)
    join(shop, ticket)
    cancel(shop, record)
    shop.services.waiting_list.offer_tickets.run()
    made = offered(shop, 0)
    shop.services.payments.open_checkout.open_checkout(
        made.id, caller=None, access=shop.services.orders.draft_order.make_access(made.id)
    )
    shop.clock.seconds += 82_801
    shop.payments.down = True
    shop.services.waiting_list.offer_tickets.run()
    assert shop.state(made) is OrderState.RESERVED
    shop.payments.down = False
    shop.services.waiting_list.offer_tickets.run()
    assert (shop.state(made), stock_of(ticket)) == (OrderState.EXPIRED, Stock(1, 0, 0, 1))


def test_release_due_is_not_held_up_by_offers(shop: Shop) -> None:
    """The sweep takes one length of hold for granted (ADR 4); an offer must not stop it for a day."""
    ticket, record = sold_out(shop, 1)
    join(shop, ticket)
    cancel(shop, record)
    shop.services.waiting_list.offer_tickets.run()
    other = shop.ticket(5)
    for _ in range(3):
        late = shop.order((other, 1))
        shop.clock.seconds += 4_000
        shop.services.payments.expire_orders.expire_orders()
        shop.services.payments.expire_orders.expire_orders()
        assert shop.state(late) is OrderState.EXPIRED
    assert shop.state(offered(shop, 0)) is OrderState.RESERVED


def test_offer_waits_until_there_are_enough_for_the_first(shop: Shop) -> None:
    ticket = shop.ticket(3)
    orders = [shop.order((ticket, 1)) for _ in range(3)]
    join(shop, ticket, "ada", 2)
    join(shop, ticket, "grace", 1)
    cancel(shop, orders[0])
    assert (shop.services.waiting_list.offer_tickets.run(), states(shop)) == (0, ["waiting", "waiting"])
    cancel(shop, orders[1])
    assert (shop.services.waiting_list.offer_tickets.run(), states(shop)) == (1, ["offered", "waiting"])


def test_offer_when_nobody_waits_any_more_opens_the_sale_again(shop: Shop) -> None:
    ticket, record = sold_out(shop)
    entry = join(shop, ticket)
    cancel(shop, record)
    shop.services.waiting_list.join_waiting_list.leave_waiting_list(
        shop.event_id, entry, caller=None, access=shop.services.orders.draft_order.make_access(entry)
    )
    shop.services.waiting_list.offer_tickets.run()
    assert (states(shop), shop.services.waiting_list.store.list_queues()) == (["left"], [])
    shop.order((ticket, 2))
    assert stock_of(ticket) == Stock(0, 2, 0, 2)


def test_offer_ends_no_queue_that_somebody_just_joined(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, record = sold_out(shop)
    entry = join(shop, ticket)
    shop.services.waiting_list.join_waiting_list.leave_waiting_list(
        shop.event_id, entry, caller=None, access=shop.services.orders.draft_order.make_access(entry)
    )
    lists = shop.services.waiting_list.store
    first = lists.load_first

    def then_somebody_comes(ticket_type_id: str) -> str | None:
        found = first(ticket_type_id)
        if found is None:
            monkeypatch.setattr(lists, "load_first", first)
            join(shop, ticket, "grace")
        return found

    monkeypatch.setattr(lists, "load_first", then_somebody_comes)
    cancel(shop, record)
    assert shop.services.waiting_list.offer_tickets.run() == 1
    assert offered(shop, 1).order.buyer.email == "grace@example.org"


def test_join_while_the_queue_begins_or_ends_keeps_everybody(shop: Shop) -> None:
    ticket, _ = sold_out(shop)
    results = together(10, lambda number: join(shop, ticket, ROUND[number]))
    assert [one for one in results if isinstance(one, Exception)] == []
    assert [queue.joined for queue in shop.services.waiting_list.store.list_queues()] == [10]
    assert states(shop) == ["waiting"] * 10


def test_join_twice_with_one_address_is_refused(shop: Shop) -> None:
    ticket, _ = sold_out(shop)
    join(shop, ticket, "ada")
    with pytest.raises(AlreadyExists) as refusal:
        join(shop, ticket, "ADA")
    assert (refusal.value.code, len(entries(shop))) == ("already_waiting", 1)


def test_join_for_what_is_not_on_sale_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidInput):
        join(shop, sold_out(shop, hidden=False, access_code_required=False)[0], quantity=101)
    hidden = shop.ticket(0, hidden=True)
    with pytest.raises(InvalidInput):
        join(shop, hidden)
    ticket = shop.ticket(0)
    shop.clock.seconds += 10 * 365 * 24 * 3600
    with pytest.raises(SaleClosed):
        join(shop, ticket)
    shop.event_id = shop.make_event(state="draft")
    with pytest.raises(NotFound):
        join(shop, ticket)


def test_leave_with_anothers_token_is_not_found_and_after_an_offer_refused(shop: Shop) -> None:
    ticket, record = sold_out(shop, 1)
    entry, other = join(shop, ticket, "ada"), join(shop, ticket, "grace")
    access = shop.services.orders.draft_order.make_access
    with pytest.raises(NotFound):
        shop.services.waiting_list.join_waiting_list.leave_waiting_list(
            shop.event_id, entry, caller=None, access=access(other)
        )
    cancel(shop, record)
    shop.services.waiting_list.offer_tickets.run()
    with pytest.raises(Conflict) as refusal:
        shop.services.waiting_list.join_waiting_list.leave_waiting_list(
            shop.event_id, entry, caller=None, access=access(entry)
        )
    assert refusal.value.code == "not_waiting"
    for _ in range(2):
        shop.services.waiting_list.join_waiting_list.leave_waiting_list(
            shop.event_id, other, caller=None, access=access(other)
        )
    assert states(shop) == ["offered", "left"]


def test_offer_passes_over_who_may_have_no_more(shop: Shop) -> None:
    ticket = shop.ticket(2, max_per_buyer=1)
    first, second = (order_of(shop, ticket, name) for name in ("ada", "grace"))
    join(shop, ticket, "ada")
    join(shop, ticket, "emmy")
    cancel(shop, second)
    assert (shop.services.waiting_list.offer_tickets.run(), states(shop)) == (1, ["passed_over", "offered"])
    assert shop.state(first) is OrderState.RESERVED


def order_of(shop: Shop, ticket: str, name: str) -> OrderRecord:
    return order_with(shop, (ticket, 1), caller=None, email=f"{name}@example.org")


def test_offer_after_the_sale_is_over_lets_everybody_go(shop: Shop) -> None:
    ticket, record = sold_out(shop)
    join(shop, ticket)
    cancel(shop, record)
    shop.clock.seconds += 10 * 365 * 24 * 3600
    assert (shop.services.waiting_list.offer_tickets.run(), states(shop)) == (0, ["passed_over"])
    assert shop.services.waiting_list.store.list_queues() == []


def test_offer_of_a_shared_quota_takes_from_it(shop: Shop) -> None:
    ticket = shop.ticket(5)
    hall = quota(shop, 2, ticket)
    record = shop.order((ticket, 2))
    join(shop, ticket)
    cancel(shop, record)
    shop.services.waiting_list.offer_tickets.run()
    assert (shared(hall), stock_of(ticket)) == (Stock(1, 1, 0, 2), Stock(4, 1, 0, 5))


def test_change_quantity_while_people_wait_serves_them_first(shop: Shop) -> None:
    ticket, _ = sold_out(shop)
    join(shop, ticket)
    change(shop, ticket, quantity=3_002)
    with pytest.raises(SoldOut):
        shop.order((ticket, 1))
    shop.services.waiting_list.offer_tickets.run()
    assert states(shop) == ["offered"]
    shop.services.waiting_list.offer_tickets.run()
    shop.order((ticket, 1))


def test_offer_free_tickets_are_given_at_once(shop: Shop) -> None:
    ticket, record = sold_out(shop, 1, amount=0)
    join(shop, ticket)
    cancel(shop, record)
    shop.services.waiting_list.offer_tickets.run()
    assert (offered(shop, 0).state, stock_of(ticket)) == (OrderState.PAID, Stock(0, 0, 1, 1))
    assert mails().count("Your tickets for Alpine Python Days") == 2
    assert shop.services.waiting_list.store.list_offers(until=2**40) == []


def test_on_changes_offers_what_came_free_and_ignores_the_rest(shop: Shop) -> None:
    ticket, record = sold_out(shop, 1)
    join(shop, ticket)
    cancel(shop, record)

    def stock_change(before: int, after: int, **more: Any) -> Change:
        images = {"left": before}, {"left": after, **more}
        return Change(ChangeKind.CHANGED, "STOCK", f"STOCK#{ticket}#000", *images)

    shop.services.waiting_list.offer_tickets.on_changes(
        [stock_change(0, 1), stock_change(1, 0, awaited_in=shop.event_id)]
    )
    assert states(shop) == ["waiting"]
    shop.services.waiting_list.offer_tickets.on_changes([stock_change(0, 1, awaited_in=shop.event_id)])
    assert states(shop) == ["offered"]


def lapsed_offers(shop: Shop, count: int) -> list[OrderRecord]:
    """So many offers whose time is over, each with an open checkout."""
    ticket, record = sold_out(shop, count)
    for name in ROUND[:count]:
        join(shop, ticket, name)
    cancel(shop, record)
    shop.services.waiting_list.offer_tickets.run()
    made = [offered(shop, number) for number in range(count)]
    for one in made:
        shop.services.payments.open_checkout.open_checkout(
            one.id, caller=None, access=shop.services.orders.draft_order.make_access(one.id)
        )
    shop.clock.seconds += 82_900
    return made


def test_run_ends_lapsed_offers_in_parallel(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lapsed_offers(shop, 4)
    close, together_at_stripe = shop.payments.close_checkout, threading.Barrier(4)

    def watched(session_id: str, *, account: str | None = None) -> bool:
        together_at_stripe.wait(20)
        return close(session_id, account=account)

    monkeypatch.setattr(shop.payments, "close_checkout", watched)
    shop.services.waiting_list.offer_tickets.run()
    assert {shop.state(one) for one in made} == {OrderState.EXPIRED}


def test_run_out_of_time_leaves_the_rest_to_the_next_runs(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lapsed_offers(shop, 10)
    other, record = sold_out(shop, 1)
    join(shop, other, "grace")
    cancel(shop, record)
    close = shop.payments.close_checkout

    def slow(session_id: str, *, account: str | None = None) -> bool:
        shop.clock.seconds += 20
        return close(session_id, account=account)

    monkeypatch.setattr(shop.payments, "close_checkout", slow)
    shop.services.waiting_list.offer_tickets.run()
    assert OrderState.RESERVED in {shop.state(one) for one in made}
    for _ in range(10):
        shop.services.waiting_list.offer_tickets.run()
    assert {shop.state(one) for one in made} == {OrderState.EXPIRED}
    assert states(shop)[-1] == "offered"


def test_run_type_that_cannot_be_offered_keeps_no_other_from_its_turn(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    (poison, one), (sound, other) = sold_out(shop, 1), sold_out(shop, 1)
    for ticket, name in ((poison, "ada"), (sound, "grace")):
        join(shop, ticket, name)
    for record in (one, other):
        cancel(shop, record)
    offer = shop.services.waiting_list.offer_tickets.offer_tickets

    def stumbles(event_id: str, ticket_type_id: str) -> int:
        if ticket_type_id == poison:
            raise TypeError("a shape nobody thought of")
        return offer(event_id, ticket_type_id)

    monkeypatch.setattr(shop.services.waiting_list.offer_tickets, "offer_tickets", stumbles)
    for _ in range(2):  # wherever a run begins
        shop.clock.seconds += 60
        shop.services.waiting_list.offer_tickets.run()
    assert states(shop) == ["waiting", "offered"]
