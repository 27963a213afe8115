"""A buyer's form becomes an order: what it may ask for, what it takes, and what a repeated request finds."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from chalicelib.catalog.domain.code import AccessCode, Discount, DiscountKind
from chalicelib.catalog.domain.demand import Demand
from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.catalog.ports import StoredLimit, StoredTicketType
from chalicelib.catalog.services.redeem_code import Redeemed
from chalicelib.core.errors import AlreadyExists, Busy, Forbidden, NotFound, SaleClosed, SoldOut, StillRunning
from chalicelib.core.ids import make_ulid
from chalicelib.core.money import Money
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import Buyer, OrderForm, OrderLineForm, OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.ports import SaleChange
from chalicelib.orders.services.draft_order import DraftOrder
from chalicelib.orders.services.hold_stock import TermsChanged
from chalicelib.orders.services.place_order import LATE_SECONDS, TRIES, PlaceOrder
from tests.unit.orders.builders import MOMENT, TELLING, FakeOrders, clock_at, record
from tests.unit.website.builders import event

NOW = MOMENT.timestamp() - 4 * 365 * 24 * 3600
NEW_ID = make_ulid(int(NOW * 1000), b"0123456789")
TYPE = "01HZZZZZZZZZZZZZZZZZZZ0009"
HOLD = 900
BUYER, STAFF = Principal("buyer", "f"), Principal("staff", "f")
_STORED: dict[str, Any] = {"created_at": MOMENT, "updated_at": MOMENT}
HALF = Discount(id="D", code="half", kind=DiscountKind.PERCENT, percent=50, **_STORED)
EARLY = AccessCode(id="A", code="early", ticket_type_ids=[TYPE], **_STORED)


class World:
    """The service over one ticket type. The next holds fail as planned; the others are kept."""

    def __init__(self, *failures: Exception, waiting: bool = False, public: bool = True, **fields: Any) -> None:
        given: dict[str, Any] = {"id": TYPE, "name": "Day", "price": Money(amount=2500, currency="CHF"), "quantity": 9}
        ticket = TicketType(**{**given, **_STORED, **fields})
        body = msgspec.json.encode(ticket).decode()
        self.stored = StoredTicketType(TYPE, "tag", body, ticket.hidden, 1, waiting=waiting)
        self.orders, self.failures = FakeOrders(), list(failures)
        self.held: list[tuple[SaleChange, list[Demand]]] = []
        self.consistent: list[bool] = []
        shown = SimpleNamespace(body=msgspec.json.encode(event()).decode()) if public else None
        parts: dict[str, Any] = {
            "view": self,
            "representations": SimpleNamespace(event=lambda event_id, view: shown),
            "orders": self.orders,
            "hold_stock": self,
            "redeem_code": SimpleNamespace(
                redeem_discount=lambda event_id, text, source: Redeemed(StoredLimit("D", "tag", "", 1), HALF),
                redeem_access_code=lambda event_id, text, source: Redeemed(StoredLimit("A", "tag", "", 1), EARLY),
            ),
            "draft_order": DraftOrder(SimpleNamespace(new_secret=lambda: "secret"), lambda: b"k" * 32),  # type: ignore[arg-type]
            "authorise": SimpleNamespace(find_role=lambda who, id: "owner" if who == STAFF else None),
        }
        self.service = PlaceOrder(order_messages=TELLING, clock=clock_at(NOW), hold_seconds=HOLD, **parts)

    def load_ticket_type(self, event_id: str, id: str, *, consistent: bool) -> StoredTicketType | None:
        self.consistent.append(consistent)
        return self.stored if id == TYPE else None

    def hold_stock(self, change: SaleChange, demands: list[Demand]) -> OrderRecord:
        if self.failures:
            raise self.failures.pop(0)
        self.held.append((change, demands))
        return change.after

    def place(self, caller: Principal | None = None, *, new_id: str = NEW_ID, **codes: str) -> OrderRecord:
        lines = [OrderLineForm(ticket_type_id=TYPE, quantity=2)]
        form = OrderForm(lines=lines, buyer=Buyer(name="Ada", email="ada@example.org"), **codes)
        return self.service.place_order("E", form, caller=caller, new_id=new_id)[0]

    @property
    def demanded(self) -> list[str]:
        return [one.owner for one in self.held[0][1]]


def test_place_holds_tickets_at_the_server_s_price() -> None:
    world = World()
    made = world.place()
    assert (made.id, made.state, made.order.total.amount, made.deadline) == (
        NEW_ID,
        OrderState.RESERVED,
        5000,
        int(NOW) + HOLD,
    )
    assert world.demanded == [TYPE]


def test_place_what_costs_nothing_is_paid() -> None:
    assert World(price=Money(amount=0, currency="CHF")).place().state is OrderState.PAID


def test_place_with_a_discount_takes_a_use_of_it() -> None:
    world = World()
    assert world.place(discount_code="half").order.total.amount == 2500
    assert world.demanded == [TYPE, "code.D"]


@pytest.mark.parametrize(("hidden", "demanded"), [(True, [TYPE, "code.A"]), (False, [TYPE])])
def test_place_with_an_access_code_takes_a_use_only_where_it_makes_a_difference(
    hidden: bool, demanded: list[str]
) -> None:
    world = World(hidden=hidden)
    world.place(access_code="early")
    assert world.demanded == demanded


def test_place_limited_tickets_count_against_address_and_account() -> None:
    world = World(max_per_buyer=4)
    world.place(BUYER)
    assert [owner.partition(".")[0] for owner in world.demanded] == [TYPE, "buyer", "buyer"]


def test_place_what_others_wait_for_is_sold_out() -> None:
    world = World(waiting=True)
    with pytest.raises(SoldOut):
        world.place()
    assert world.held == []


def test_place_at_a_hidden_event_is_not_found_and_says_more_to_staff() -> None:
    with pytest.raises(NotFound):
        World(public=False).place()
    with pytest.raises(SaleClosed):
        World(public=False).place(STAFF)


def test_place_while_terms_change_looks_again_consistently_and_gives_up_in_the_end() -> None:
    world = World(TermsChanged())
    world.place()
    assert world.consistent == [False, True]
    with pytest.raises(Busy):
        World(*(TermsChanged() for _ in range(TRIES))).place()


@pytest.mark.parametrize("failure", [AlreadyExists("there"), SoldOut("gone")])
def test_place_again_while_the_first_request_is_under_way_finds_its_order(failure: Exception) -> None:
    world = World(failure)
    world.orders.records[NEW_ID] = made = record()
    assert world.place() == made
    with pytest.raises(type(failure)):
        World(failure).place()


def old_id(age: float) -> str:
    return make_ulid(int((NOW - age) * 1000), b"0123456789")


def test_place_again_later_finds_the_order_and_makes_none() -> None:
    world, id = World(), old_id(LATE_SECONDS * 10)
    world.orders.records[id] = made = record()
    assert (world.place(new_id=id), world.held) == (made, [])


def test_place_again_too_late_for_a_request_that_came_to_nothing_is_refused() -> None:
    with pytest.raises(StillRunning):
        World().place(new_id=old_id(LATE_SECONDS + 1))
    world = World()
    assert world.place(new_id=old_id(LATE_SECONDS - 1)).state is OrderState.RESERVED


@pytest.mark.parametrize(("caller", "error"), [(STAFF, Forbidden), (None, NotFound), (Principal("eve", "f"), NotFound)])
def test_load_is_for_the_buyer_alone(caller: Principal | None, error: type[Exception]) -> None:
    world = World()
    mine = record(user_id="buyer")
    world.orders.records[mine.id] = mine
    assert world.service.load_order(mine.id, caller=BUYER, access=None) == mine
    with pytest.raises(error):
        world.service.load_order(mine.id, caller=caller, access="wrong")
    with pytest.raises(NotFound):
        world.service.load_order("no id", caller=BUYER, access=None)
