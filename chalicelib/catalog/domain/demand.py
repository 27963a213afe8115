"""Demands: all the stock that one order needs, and the error for a buyer when some of it is too little. Pure.

An order takes its tickets, the same number from each quota they share, one use of each code, and a part of what its
buyer may have. It takes all of them or none (orders/services/hold_stock.py).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from chalicelib.catalog.domain.stock import Place, Wanted
from chalicelib.core.errors import InvalidInput, MarqueeError, SoldOut, Violation


class Limit(StrEnum):
    """The kinds of stock that an order may need."""

    TICKETS = "tickets"
    QUOTA = "quota"
    DISCOUNT = "discount"
    ACCESS = "access"
    BUYER = "buyer"


class Demand(NamedTuple):
    """What an order needs of one stock. `shards` is the number of shards of the stock, `line` the index of the order's
    line. `most` is how many one buyer may have: such a stock is created when first needed and follows a changed limit.
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
        """The part of the demand that the choice of shards needs."""
        return Wanted(self.owner, self.quantity, self.terms)


class Room(NamedTuple):
    """What is left of a buyer's stock, and its capacity."""

    left: int
    capacity: int


class Opening(NamedTuple):
    """Stock that the transaction that takes from it creates (`before` None) or gives another capacity."""

    place: Place
    before: int | None
    capacity: int


def merged(demands: Iterable[Demand]) -> list[Demand]:
    """Returns the demands with one for each owner: quantities of the same quota, for two types, are added up."""
    found: dict[str, Demand] = {}
    for one in demands:
        known = found.get(one.owner)
        found[one.owner] = one if known is None else known._replace(quantity=known.quantity + one.quantity)
    return list(found.values())


def room_for(demand: Demand, room: Room | None) -> tuple[int, Opening | None]:
    """Returns what a buyer may still have under the current limit, and the change of their stock for it, if any."""
    most, place = demand.most or 0, (demand.owner, 0)
    if room is None:
        return most, Opening(place, None, most)
    left = room.left + most - room.capacity
    return left, None if most == room.capacity else Opening(place, room.capacity, most)


def refusal(demand: Demand, available: int) -> MarqueeError:
    """Returns the error for the buyer when less than the demand is available."""
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
