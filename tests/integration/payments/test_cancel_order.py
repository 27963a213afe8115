"""A buyer cancels an order without a payment: its tickets are on sale again, once.

A free order is cancelled or one of its tickets is used, however many it has: never both.
"""

import os
from collections.abc import Callable, Iterator

import pytest

from chalicelib.check_in.domain.check_in import Admission, CheckInForm
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.charge import PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.tickets.domain.ticket import AttendeeChange, AttendeesForm, Ticket, tickets_of
from tests.harness.shop import BUYER, OWNER, Shop, Stock, stock_of, together

ROUNDS = int(os.environ.get("MARQUEE_ROUNDS", "5"))
FULL = Stock(left=5, held=0, sold=0, capacity=5)
ANY = frozenset({"*"})
Happening = Callable[[], object]


def free_order(shop: Shop, tickets: int, type_id: str | None = None) -> tuple[OrderRecord, Ticket]:
    """A free order, of a new type or this one, and its last ticket."""
    order = shop.record(shop.order((type_id or shop.ticket(tickets, amount=0), tickets)))
    return order, tickets_of(order)[-1]


def admit(shop: Shop, ticket: Ticket) -> None:
    shop.services.check_in.check_people_in.check_in(shop.event_id, CheckInForm(code=ticket.code), caller=OWNER)


def rename_first(shop: Shop, order: OrderRecord) -> None:
    form = AttendeesForm(attendees=[AttendeeChange(number=1, name="Grace Hopper")])
    shop.services.tickets.issue_tickets.update_attendees(order.id, form, principal=BUYER, access=None)


def cancel(shop: Shop, order: OrderRecord) -> OrderRecord:
    return shop.services.payments.cancel_order.cancel_order(order.id, caller=BUYER, access=None)


def test_cancel_by_the_buyer_gives_stock_back_once(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    session = shop.checkout(record)
    ended = together(8, lambda _: cancel(shop, record).state)
    assert ended == [OrderState.CANCELLED] * 8
    assert stock_of(ticket) == FULL
    assert shop.payments.sessions[session].status is PaymentStatus.EXPIRED


def test_cancel_of_a_paid_order_is_refused(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    shop.payments.pay(shop.checkout(record))
    with pytest.raises(Conflict) as refusal:
        cancel(shop, record)
    assert refusal.value.code == "order_not_cancellable"
    assert shop.state(record) is OrderState.PAID


def test_cancel_by_a_stranger_is_not_found(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 2))
    stranger = Principal(OWNER.sign_in_id, OWNER.sign_in_id)
    with pytest.raises(NotFound):
        shop.services.payments.cancel_order.cancel_order(record.id, caller=stranger, access=None)


def happen_after_look(shop: Shop, monkeypatch: pytest.MonkeyPatch, happenings: Iterator[Happening]) -> None:
    """What happens right after a cancellation looked who came in, one thing a look."""
    admissions = shop.services.check_in.store
    look = admissions.load_between

    def look_then(*place: str) -> list[Admission]:
        found = look(*place)
        next(happenings, lambda: None)()
        return found

    monkeypatch.setattr(admissions, "load_between", look_then)


@pytest.mark.parametrize("tickets", [4, 100])
def test_cancel_while_somebody_comes_in_with_the_last_ticket_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tickets: int
) -> None:
    order, last = free_order(shop, tickets)
    happen_after_look(shop, monkeypatch, iter([lambda: admit(shop, last)]))
    with pytest.raises(Conflict) as refusal:
        cancel(shop, order)
    assert (refusal.value.code, shop.state(order)) == ("ticket_used", OrderState.PAID)


def test_cancel_while_somebody_comes_in_and_another_is_renamed_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, last = free_order(shop, 100)
    happen_after_look(shop, monkeypatch, iter([lambda: (admit(shop, last), rename_first(shop, order))]))
    with pytest.raises(Conflict) as refusal:
        cancel(shop, order)
    assert (refusal.value.code, shop.state(order)) == ("ticket_used", OrderState.PAID)


def test_cancel_of_an_order_that_was_renamed_after_a_check_in_is_refused(shop: Shop) -> None:
    order, last = free_order(shop, 100)
    admit(shop, last)
    rename_first(shop, order)
    with pytest.raises(Conflict) as refusal:
        cancel(shop, order)
    assert (refusal.value.code, shop.state(order)) == ("ticket_used", OrderState.PAID)


def test_cancel_after_every_check_in_was_undone_gives_the_tickets_back(shop: Shop) -> None:
    order, last = free_order(shop, 100)
    for _ in range(2):
        admit(shop, last)
        shop.services.check_in.check_people_in.undo_check_in(shop.event_id, last.name, match=ANY, caller=OWNER)
    cancel(shop, order)
    (type_id,) = {line.ticket_type_id for line in order.order.lines}
    assert stock_of(type_id) == Stock(left=100, held=0, sold=0, capacity=100)


@pytest.mark.slow
@pytest.mark.parametrize("tickets", [4, 100])
def test_cancel_against_check_in_at_once_exactly_one_wins(shop: Shop, tickets: int) -> None:
    outcomes = set()
    type_id = shop.ticket(ROUNDS * tickets, amount=0)
    for _ in range(ROUNDS):
        order, last = free_order(shop, tickets, type_id)
        works: list[Happening] = [lambda last=last: admit(shop, last), lambda order=order: cancel(shop, order)]  # type: ignore[misc]
        together(2, lambda number, works=works: works[number]())  # type: ignore[misc]
        came = shop.services.check_in.store.find(shop.event_id, order.id, tickets)
        outcomes.add((came is not None and came.stands, shop.state(order) is OrderState.CANCELLED))
    assert outcomes <= {(True, False), (False, True)}


def test_cancel_gives_the_tickets_back_unless_one_was_used(shop: Shop) -> None:
    ticket = shop.ticket(2, amount=0)
    free, used = (shop.order((ticket, 1)) for _ in range(2))
    admit(shop, tickets_of(shop.record(used))[0])
    cancel(shop, free)
    with pytest.raises(Conflict) as refusal:
        cancel(shop, used)
    assert refusal.value.code == "ticket_used"
    assert [shop.state(record) for record in (free, used)] == [OrderState.CANCELLED, OrderState.PAID]
    assert stock_of(ticket) == Stock(left=1, held=0, sold=1, capacity=2)
