"""The stock that an order needs."""

from typing import Any

from chalicelib.catalog.domain.demand import Limit
from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.catalog.ports import StoredLimit, StoredTicketType
from chalicelib.core.money import Money
from chalicelib.orders.domain.order import Line
from chalicelib.orders.services.demands import demand_of_code, demands_of_buyer, demands_of_type
from tests.unit.orders.builders import MOMENT, PRICE


def ticket(id: str, **fields: Any) -> TicketType:
    return TicketType(id=id, name="Day", price=PRICE, quantity=9, created_at=MOMENT, updated_at=MOMENT, **fields)


def line(id: str, quantity: int) -> Line:
    return Line(ticket_type_id=id, name="Day", quantity=quantity, price=Money(amount=1, currency="EUR"))


def owners(email: str, user_id: str | None, *types: TicketType) -> list[str]:
    found = demands_of_buyer([line(one.id, 2) for one in types], types, email=email, user_id=user_id)
    return [one.owner for one in found]


def test_demand_tickets_on_their_terms_and_a_share_of_each_quota() -> None:
    stored = StoredTicketType("T", "tag", "{}", False, 4, quotas=(("Q", 2), ("R", 1)), terms=7)
    found = demands_of_type(stored, 3, line=1)
    assert [(one.limit, one.owner, one.quantity, one.shards, one.terms) for one in found] == [
        (Limit.TICKETS, "T", 3, 4, 7),
        (Limit.QUOTA, "quota.Q", 3, 2, 0),
        (Limit.QUOTA, "quota.R", 3, 1, 0),
    ]
    assert {(one.line, one.ticket_type_id) for one in found} == {(1, "T")}


def test_demand_of_a_buyer_counts_address_and_account_by_themselves() -> None:
    limited = ticket("T", max_per_buyer=4)
    address, account = owners("ada@example.org", "ada", limited)
    assert owners("ADA@example.org", None, limited) == [address]
    assert owners("other@example.org", "ada", limited)[1] == account
    assert "ada@example.org" not in address


def test_demand_of_a_buyer_is_for_limited_types_alone() -> None:
    limited, free = ticket("T", max_per_buyer=4), ticket("F")
    found = demands_of_buyer([line("F", 1), line("T", 2)], [free, limited], email="a@b.example", user_id=None)
    assert [(one.limit, one.quantity, one.line, one.most) for one in found] == [(Limit.BUYER, 2, 1, 4)]


def test_demand_of_a_code_is_one_use_however_many_tickets() -> None:
    found = demand_of_code(Limit.DISCOUNT, StoredLimit("C", "tag", "{}", 3))
    assert (found.owner, found.quantity, found.shards) == ("code.C", 1, 3)
