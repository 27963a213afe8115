"""Lists and files of an event's orders and charges: which rows, how many at once, in which columns, and for whom."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.money import Money
from chalicelib.core.pagination import Page, make_cursor
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.charge import CardMethod, ChargeDispute, Refund
from chalicelib.orders.domain.order import Buyer, Line
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.services.read_order import staff_body
from chalicelib.reports.ports import ListedRow
from chalicelib.reports.services.list_orders import CHARGE_COLUMNS, ORDER_COLUMNS, ListOrders
from chalicelib.representations.json_text import encode
from chalicelib.representations.rows import Filters
from tests.unit.accounts.fake_authorise import FakeAuthorise
from tests.unit.orders.builders import ID, MOMENT, charge, order

STAFF, EDITOR, STRANGER = (Principal(name, "f") for name in ("staff", "editor", "stranger"))
GRACE = Buyer(name="Grace", email="g@example.org")
ALL_OF_IT, NO_FILTERS = Page(), Filters()
VERBS = ("list_orders", "export_orders", "list_charges", "export_charges")


def cursor_key() -> bytes:
    return b"key"


class World:
    """The service over these rows, newest first; `steps` is how many were fetched at a time, from where on."""

    def __init__(self, *bodies: str) -> None:
        self.rows = [ListedRow(f"place{9 - index}", body) for index, body in enumerate(bodies)]
        self.steps: list[tuple[str, int]] = []
        view: Any = self
        authorise: Any = FakeAuthorise(staff="registrar", editor="moderator")
        self.service = ListOrders(view, authorise, cursor_key)

    def load_orders(self, event_id: str, *, first: str, step: int) -> Iterator[ListedRow]:
        self.steps.append((first, step))
        return (row for row in self.rows if not first or row.place <= first)

    load_charges = load_orders

    def listed(self, verb: str, page: Page = ALL_OF_IT, filters: Filters = NO_FILTERS) -> dict[str, Any]:
        read = getattr(self.service, verb)
        found: dict[str, Any] = json.loads(read("E", page, filters, caller=STAFF).load()[1])
        return found

    def sheet(self, verb: str) -> list[dict[str, str]]:
        text = getattr(self.service, verb)("E", ALL_OF_IT, NO_FILTERS, caller=STAFF).found.load()[1]
        return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def row(id: str, state: OrderState = OrderState.PAID, **fields: Any) -> str:
    return staff_body(encode(order(id=id, state=state, **fields)), "look at it")


ROWS = [row("AAA", buyer=GRACE), row("BBB", OrderState.REFUNDED), row("CCC")]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        (NO_FILTERS, ["AAA", "BBB", "CCC"]),
        (Filters(state="paid"), ["AAA", "CCC"]),
        (Filters(q="ada"), ["BBB", "CCC"]),
        (Filters(q="g@ex"), ["AAA"]),
        (Filters(q="bb"), ["BBB"]),
        (Filters("paid", "bb"), []),
    ],
)
def test_list_orders_has_those_that_the_filters_name(filters: Filters, ids: list[str]) -> None:
    found = World(*ROWS).listed("list_orders", filters=filters)
    assert ([one["id"] for one in found["items"]], found["next_cursor"]) == (ids, None)


@pytest.mark.parametrize(
    ("filters", "ids"), [(NO_FILTERS, ["ch_1", "py_2"]), (Filters(q="py"), ["py_2"]), (Filters(q="bb"), ["py_2"])]
)
def test_list_charges_has_those_whose_id_or_order_begins_so(filters: Filters, ids: list[str]) -> None:
    bodies = [encode(charge()), encode(charge(id="py_2", order_id="BBB"))]
    assert [one["id"] for one in World(*bodies).listed("list_charges", filters=filters)["items"]] == ids


@pytest.mark.parametrize(("verb", "name"), [("list_orders", "orders"), ("list_charges", "charges")])
def test_list_a_page_goes_on_behind_its_last_row(verb: str, name: str) -> None:
    world = World(*ROWS)
    first = world.listed(verb, Page(2))
    assert first["next_cursor"] == make_cursor("place8", scope=f"E/{name}", key=cursor_key)
    assert [one["id"] for one in world.listed(verb, Page(2, "place8"))["items"]] == ["CCC"]


@pytest.mark.parametrize("verb", ["list_orders", "list_charges"])
@pytest.mark.parametrize(
    ("page", "filters", "step"),
    [(Page(10), NO_FILTERS, 12), (Page(500), NO_FILTERS, 500), (Page(10), Filters(q="a"), 500)],
)
def test_list_fetches_what_it_shows_and_more_when_it_searches(
    verb: str, page: Page, filters: Filters, step: int
) -> None:
    world = World()
    world.listed(verb, page, filters)
    assert world.steps == [("", step)]


def test_export_orders_has_a_line_of_each_in_the_units_of_its_currency() -> None:
    lines = [
        Line(ticket_type_id=id, name=name, quantity=number, price=Money(amount=1000, currency="EUR"))
        for id, name, number in (("A", "Day", 2), ("B", "=Half", 1))
    ]
    given = row("AAA", lines=lines, total=Money(amount=3050, currency="EUR"), paid_at=MOMENT)
    (found,) = World(given).sheet("export_orders")
    assert tuple(found) == ORDER_COLUMNS
    assert found == {
        "id": "AAA",
        "state": "paid",
        "created_at": "2030-01-01T00:00:00Z",
        "paid_at": "2030-01-01T00:00:00Z",
        "buyer_name": "Ada",
        "buyer_email": "ada@example.org",
        "tickets": "3",
        "lines": "2 × Day; 1 × =Half",
        "total": "30.50",
        "refunded": "0.00",
        "currency": "EUR",
        "reason": "",
        "review_reason": "look at it",
    }


def test_export_orders_has_what_went_back_and_takes_no_text_for_a_formula() -> None:
    given = row("AAA", refunded=Money(amount=50, currency="EUR"), buyer=Buyer(name="=1+1", email="a@b.example"))
    (found,) = World(given).sheet("export_orders")
    assert (found["refunded"], found["buyer_name"]) == ("0.50", "'=1+1")


def test_export_charges_has_fee_and_net_in_the_currency_they_are_settled_in() -> None:
    refund = Refund(id="re_1", amount=700, currency="EUR", status="succeeded", reason=None, created_at=MOMENT)
    lost = ChargeDispute(id="du_1", amount=9, currency="EUR", status="lost", reason="", created_at=MOMENT)
    more = {"method": CardMethod(brand="visa", last4="4242"), "dispute": lost, "account": "acct_1", "livemode": True}
    refunds = [refund, replace(refund, id="re_2", status="pending"), replace(refund, id="re_3", status="failed")]
    settled = charge(fee=12, net=4988, fee_currency="JPY", refunds=refunds)
    (found,) = World(encode(replace(settled, **more))).sheet("export_charges")
    assert tuple(found) == CHARGE_COLUMNS
    assert found == {
        "id": "ch_1",
        "order_id": ID,
        "created_at": "2030-01-01T00:00:00Z",
        "status": "succeeded",
        "amount": "50.00",
        "currency": "EUR",
        "refunded": "14.00",
        "fee": "12",
        "net": "4988",
        "fee_currency": "JPY",
        "method": "visa",
        "last4": "4242",
        "dispute": "lost",
        "account": "acct_1",
        "livemode": "yes",
        "receipt_url": "",
    }


def test_export_charge_that_is_not_settled_leaves_its_fee_empty() -> None:
    (found,) = World(encode(charge())).sheet("export_charges")
    assert (found["fee"], found["net"], found["fee_currency"], found["dispute"], found["livemode"]) == (
        "",
        "",
        "",
        "",
        "no",
    )


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("caller", "error"), [(EDITOR, Forbidden), (STRANGER, NotFound)])
def test_list_and_export_by_who_may_not_read_orders_is_refused(
    verb: str, caller: Principal, error: type[Exception]
) -> None:
    with pytest.raises(error):
        getattr(World().service, verb)("E", ALL_OF_IT, NO_FILTERS, caller=caller)
