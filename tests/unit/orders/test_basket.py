"""A buyer's order form, checked against the ticket types on sale, and priced."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.catalog.domain.code import AccessCode, Discount, DiscountKind
from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.core.errors import InvalidInput, SaleClosed
from chalicelib.core.money import Money
from chalicelib.orders.domain.basket import check_total, checked_lines, discounted
from chalicelib.orders.domain.order import Line, OrderLineForm

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ENDS = NOW + timedelta(days=30)
_STORED = {"created_at": NOW, "updated_at": NOW}


def ticket(id: str = "T", amount: int = 2_500, currency: str = "EUR", **fields: Any) -> TicketType:
    price = Money(amount=amount, currency=currency)
    return TicketType(**{"id": id, "name": f"Type {id}", "price": price, "quantity": 9, **_STORED, **fields})


def access(*type_ids: str) -> AccessCode:
    return AccessCode(id="C", code="early", ticket_type_ids=list(type_ids), **_STORED)


def lines(*asked: tuple[TicketType | None, int], **more: Any) -> list[Line]:
    forms = [OrderLineForm(ticket_type_id=one.id if one else "?", quantity=many) for one, many in asked]
    return checked_lines(forms, [one for one, _ in asked], **{"now": NOW, "event_ends_at": ENDS, **more})


def refused(*asked: tuple[TicketType | None, int], **more: Any) -> list[str]:
    with pytest.raises(InvalidInput) as problem:
        lines(*asked, **more)
    return [violation.pointer for violation in problem.value.violations]


def test_check_what_is_on_sale_makes_lines_at_full_price() -> None:
    found = lines((ticket("A"), 2), (ticket("B", 700), 1))
    assert [(line.name, line.quantity, line.amount) for line in found] == [("Type A", 2, 5_000), ("Type B", 1, 700)]


def test_check_names_every_violation() -> None:
    small = ticket("B", min_per_order=2, max_per_order=4)
    asked = ((None, 1), (small, 1), (small, 5), (ticket("D", access_code_required=True), 1))
    assert refused(*asked) == ["/lines/0/ticket_type_id", "/lines/1/quantity", "/lines/2/quantity", "/access_code"]


def test_check_hidden_type_is_as_absent_to_who_has_no_code_for_it() -> None:
    hidden = ticket("H", hidden=True)
    assert refused((hidden, 1)) == ["/lines/0/ticket_type_id"]
    assert refused((hidden, 1), access=access("other")) == ["/lines/0/ticket_type_id"]
    assert len(lines((hidden, 1), access=access("H"))) == 1
    assert len(lines((hidden, 1), is_staff=True)) == 1


def test_check_two_currencies_are_refused() -> None:
    assert refused((ticket("A"), 1), (ticket("B", currency="CHF"), 1)) == ["/lines"]


@pytest.mark.parametrize(
    "times",
    [
        {"sales_start": NOW + timedelta(seconds=1)},
        {"sales_end": NOW},
    ],
)
def test_check_type_out_of_its_time_is_closed(times: dict[str, datetime]) -> None:
    with pytest.raises(SaleClosed):
        lines((ticket(**times), 1))


def test_check_type_of_an_event_that_is_over_is_closed() -> None:
    with pytest.raises(SaleClosed):
        lines((ticket(), 1), event_ends_at=NOW)


def discount(**fields: Any) -> Discount:
    given: dict[str, Any] = {"id": "D", "code": "half", "kind": DiscountKind.PERCENT, "percent": 50}
    return Discount(**{**given, **_STORED, **fields})


def test_discount_takes_off_each_line_that_it_is_for() -> None:
    found = discounted(lines((ticket("A"), 2), (ticket("B", 700), 1)), discount(ticket_type_ids=["A"]))
    assert [line.discount for line in found] == [Money(amount=2_500, currency="EUR"), None]
    assert [line.amount for line in found] == [2_500, 700]


@pytest.mark.parametrize(
    "useless",
    [
        discount(ticket_type_ids=["other"]),
        discount(kind=DiscountKind.AMOUNT, percent=None, amount=Money(amount=100, currency="CHF")),
    ],
)
def test_discount_for_none_of_the_tickets_is_refused(useless: Discount) -> None:
    with pytest.raises(InvalidInput) as problem:
        discounted(lines((ticket(), 1)), useless)
    assert problem.value.code == "discount_not_applicable"


@pytest.mark.parametrize(
    ("amount", "code"),
    [(0, None), (49, "below_minimum"), (50, None), (99_999_999, None), (100_000_000, "above_maximum")],
)
def test_check_total_that_no_payment_can_carry_is_refused(amount: int, code: str | None) -> None:
    one = [Line(ticket_type_id="T", name="Day", quantity=1, price=Money(amount=amount, currency="EUR"))]
    if code is None:
        check_total(one)
        return
    with pytest.raises(InvalidInput) as problem:
        check_total(one)
    assert problem.value.code == code
