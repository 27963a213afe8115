"""Demands: all the stock one order needs, and what a buyer is told when some of it is short. Pure.

An order takes its tickets, a share of each quota they belong to, a use of each code, and a part of what its buyer may
have. They are taken together or not at all (orders/services/hold_stock.py).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from chalicelib.catalog.domain.stock import Place, Wanted
from chalicelib.core.errors import InvalidInput, MarqueeError, SoldOut, Violation


class Limit(StrEnum):
    """What is limited."""

    TICKETS = "tickets"
    QUOTA = "quota"
    DISCOUNT = "discount"
    ACCESS = "access"
    BUYER = "buyer"


class Demand(NamedTuple):
    """What an order needs of one stock, kept in that many shards. `line` is the index of the order's line it is about.
    `most` is what a buyer may have: such stock comes to be when first needed and follows a changed limit.
    """

    limit: Limit
    owner: str
    quantity: int
    shards: int = 1
    terms: int = 0
    line: int = 0
    ticket_type_id: str = ""
    most: int | None = None

    @property
    def wanted(self) -> Wanted:
        """What is to be chosen."""
        return Wanted(self.owner, self.quantity, self.terms)


class Room(NamedTuple):
    """A buyer's stock as it stands."""

    left: int
    capacity: int


class Opening(NamedTuple):
    """Stock that comes to be (`before` None) or changes its capacity in the transaction that takes from it."""

    place: Place
    before: int | None
    capacity: int


def merged(demands: Iterable[Demand]) -> list[Demand]:
    """The demands with each owner named once: two types of one quota need it together."""
    found: dict[str, Demand] = {}
    for one in demands:
        known = found.get(one.owner)
        found[one.owner] = one if known is None else known._replace(quantity=known.quantity + one.quantity)
    return list(found.values())


def room_for(demand: Demand, room: Room | None) -> tuple[int, Opening | None]:
    """What a buyer may still have under the limit as it is now, and how their stock must change for that."""
    most, place = demand.most or 0, (demand.owner, 0)
    if room is None:
        return most, Opening(place, None, most)
    left = room.left + most - room.capacity
    return left, None if most == room.capacity else Opening(place, room.capacity, most)


def refusal(demand: Demand, available: int) -> MarqueeError:
    """What the buyer is told when there is less than the demand."""
    if demand.limit is Limit.DISCOUNT:
        return InvalidInput([Violation("/discount_code", "has no uses left")], code="discount_used_up")
    if demand.limit is Limit.ACCESS:
        return InvalidInput([Violation("/access_code", "has no uses left")], code="access_code_used_up")
    if demand.limit is Limit.BUYER:
        rule = f"must be at most {available}: one buyer may have {demand.most}"
        return InvalidInput([Violation(f"/lines/{demand.line}/quantity", rule)], code="buyer_limit")
    return SoldOut(
        "Fewer tickets are left than you asked for.", available=available, ticket_type_id=demand.ticket_type_id
    )
