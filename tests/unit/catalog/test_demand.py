"""Demands: two lines of one quota are one demand; the limit per buyer; the error when stock is short."""

import pytest

from chalicelib.catalog.domain.demand import Demand, Limit, Opening, Room, merged, refusal, room_for
from chalicelib.core.errors import InvalidInput, SoldOut

LIMITED = Demand(Limit.BUYER, "buyer.t.b", 2, line=1, ticket_type_id="t", most=4)


def test_merge_two_lines_of_one_quota_are_taken_together() -> None:
    demands = [Demand(Limit.TICKETS, "a", 2), Demand(Limit.QUOTA, "quota.q", 2), Demand(Limit.QUOTA, "quota.q", 3)]
    assert [(one.owner, one.quantity) for one in merged(demands)] == [("a", 2), ("quota.q", 5)]


@pytest.mark.parametrize(
    ("room", "left", "opening"),
    [
        (None, 4, Opening(("buyer.t.b", 0), None, 4)),
        (Room(left=1, capacity=4), 1, None),
        (Room(left=1, capacity=2), 3, Opening(("buyer.t.b", 0), 2, 4)),
        (Room(left=1, capacity=6), -1, Opening(("buyer.t.b", 0), 6, 4)),
    ],
)
def test_room_of_a_buyer_follows_the_limit_as_it_is_now(room: Room | None, left: int, opening: Opening | None) -> None:
    assert room_for(LIMITED, room) == (left, opening)


@pytest.mark.parametrize(
    ("demand", "code", "pointer"),
    [
        (Demand(Limit.DISCOUNT, "code.d", 1), "discount_used_up", "/discount_code"),
        (Demand(Limit.ACCESS, "code.a", 1), "access_code_used_up", "/access_code"),
        (LIMITED, "buyer_limit", "/lines/1/quantity"),
    ],
)
def test_refuse_for_what_the_buyer_sent_points_at_it(demand: Demand, code: str, pointer: str) -> None:
    found = refusal(demand, 0)
    assert isinstance(found, InvalidInput)
    assert (found.code, [violation.pointer for violation in found.violations]) == (code, [pointer])


@pytest.mark.parametrize("limit", [Limit.TICKETS, Limit.QUOTA])
def test_refuse_for_tickets_or_their_quota_is_sold_out(limit: Limit) -> None:
    found = refusal(Demand(limit, "o", 3, ticket_type_id="t"), 2)
    assert isinstance(found, SoldOut)
    assert found.extra == {"available": 2, "ticket_type_id": "t"}
