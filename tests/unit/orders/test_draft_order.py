"""A new order before it takes stock."""

from types import SimpleNamespace
from typing import Any

from chalicelib.core.money import Money
from chalicelib.core.times import moment
from chalicelib.orders.domain.order import Buyer, Line, OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.services.draft_order import DraftOrder, Wish
from chalicelib.orders.services.read_order import hash_of_access
from tests.unit.orders.builders import ID, MOMENT

DEADLINE = int(MOMENT.timestamp()) + 900
IDS: Any = SimpleNamespace(new_secret=lambda: "secret")


def drafting() -> DraftOrder:
    return DraftOrder(IDS, lambda: b"k" * 32)


def drafted(amount: int = 2_500, **more: Any) -> OrderRecord:
    lines = [Line(ticket_type_id="T", name="Day", quantity=2, price=Money(amount=amount, currency="EUR"))]
    wish = Wish("E", lines, Buyer(name="Ada", email="ada@example.org"), DEADLINE, **more)
    return drafting().draft_order(wish, order_id=ID, now=MOMENT)


def test_draft_with_a_price_is_reserved_until_its_deadline() -> None:
    made = drafted()
    assert (made.state, made.order.expires_at, made.order.paid_at) == (OrderState.RESERVED, moment(DEADLINE), None)
    assert (made.order.total.amount, made.ticket_secret, made.deadline) == (5_000, None, DEADLINE)


def test_draft_that_costs_nothing_is_paid_and_has_tickets() -> None:
    made = drafted(0)
    assert (made.state, made.order.expires_at, made.order.paid_at) == (OrderState.PAID, None, MOMENT)
    assert (made.facts.issued, made.ticket_secret) == (True, "secret")


def test_draft_of_a_guest_opens_with_a_token_and_that_of_an_account_does_not() -> None:
    assert drafted().access_hash == hash_of_access(drafting().make_access(ID))
    mine = drafted(user_id="ada")
    assert (mine.user_id, mine.access_hash) == ("ada", None)


def test_access_to_another_order_or_with_another_key_is_another() -> None:
    tokens = {
        drafting().make_access(ID),
        drafting().make_access(ID[:-1] + "9"),
        DraftOrder(IDS, lambda: b"o" * 32).make_access(ID),
    }
    assert len(tokens) == 3
