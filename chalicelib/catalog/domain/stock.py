"""Stock: everything that is limited, split into shards so that many buyers do not write the same item. Pure.

A stock is the tickets of a type, a quota that types share, the uses of a code, or what one buyer may have of a type
(ADR 10). The owner of a stock is a text. In every shard left + held + sold = capacity, always. Services choose shards
with these functions; the conditions of the store's transaction decide.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import MAX_ITEMS

TICKETS_PER_SHARD = 2_500
"""Tickets for which a stock gets one more shard."""
MAX_SHARDS = 40
MAX_PIECES = MAX_ITEMS - 20
"""Shards that one order may take from. The rest of its transaction is for the order, the charge and messages."""

Place = tuple[str, int]
"""A shard: the owner of the stock, and the number of the shard."""

_QUOTA, _CODE, _BUYER = "quota.", "code.", "buyer."


class Shard(NamedTuple):
    """The numbers of one shard."""

    number: int
    left: int
    held: int
    sold: int

    @property
    def capacity(self) -> int:
        """All tickets of the shard: left, held and sold."""
        return self.left + self.held + self.sold


class Piece(NamedTuple):
    """What an order took from one shard. `terms` is the number of the type's terms when this was chosen (0: never
    changed). Only the taking depends on it, so it is not stored.
    """

    owner: str
    shard: int
    quantity: int
    terms: int = 0


class Wanted(NamedTuple):
    """What an order needs of one stock: the owner, how many, on which terms."""

    owner: str
    quantity: int
    terms: int = 0


class Short(NamedTuple):
    """The result when a stock has too little: its owner, and what is available."""

    owner: str
    available: int


def quota_stock(quota_id: str) -> str:
    """Returns the owner of a quota's stock."""
    return f"{_QUOTA}{quota_id}"


def code_stock(code_id: str) -> str:
    """Returns the owner of the uses of a code."""
    return f"{_CODE}{code_id}"


def buyer_stock(ticket_type_id: str, buyer: str) -> str:
    """Returns the owner of what one buyer may have of a type. `buyer` is a hash."""
    return f"{_BUYER}{ticket_type_id}.{buyer}"


def is_ticket_type(owner: str) -> bool:
    """Returns whether the stock is a ticket type's own: then the owner is the type's id."""
    return "." not in owner


def is_quota(owner: str) -> bool:
    """Returns whether the stock is a quota's."""
    return owner.startswith(_QUOTA)


def shard_count(quantity: int, *, most: int = MAX_SHARDS) -> int:
    """Returns the number of shards for a quantity, at most `most`."""
    return max(1, min(most, -(-quantity // TICKETS_PER_SHARD)))


def split(quantity: int, shards: int) -> list[int]:
    """Returns the quantity in `shards` parts that differ by at most one."""
    share, rest = divmod(quantity, shards)
    return [share + (number < rest) for number in range(shards)]


def trial_order(seed: str, shards: Sequence[int]) -> list[int]:
    """Returns the order in which a buyer tries shards: the same for the same seed, evenly distributed over seeds."""
    return sorted(shards, key=lambda number: hashlib.sha256(f"{seed}/{number}".encode()).digest())


def choose(wanted: Sequence[Wanted], lefts: Mapping[Place, int], *, seed: str) -> list[Piece] | Short:
    """Returns the pieces to take for all that is wanted, or the stock that has too little. Each owner is wanted once. A
    stock is taken from one shard if one has enough, otherwise from the fullest first. `lefts` may be out of date.
    """
    pieces: list[Piece] = []
    for one in wanted:
        shards = {shard: left for (owner, shard), left in lefts.items() if owner == one.owner}
        taken = _take(one, shards, seed=seed)
        if taken is None:
            return Short(one.owner, max(0, sum(shards.values())))
        pieces += taken
    if len(pieces) > MAX_PIECES:
        return Short(wanted[0].owner, 1)
    return pieces


def _take(wanted: Wanted, lefts: dict[int, int], *, seed: str) -> list[Piece] | None:
    owner, quantity, terms = wanted
    order = trial_order(seed, list(lefts))
    for shard in order:
        if lefts[shard] >= quantity:
            return [Piece(owner, shard, quantity, terms)]
    pieces = []
    for shard in sorted(order, key=lambda number: -lefts[number]):
        part = min(quantity, lefts[shard])
        if part > 0:
            pieces.append(Piece(owner, shard, part, terms))
            quantity -= part
    return pieces if quantity == 0 else None


def resize(shards: Sequence[Shard], quantity: int, *, most_shards: int = MAX_SHARDS) -> dict[int, int]:
    """Returns the change of each shard's capacity that makes them `quantity` together and spreads what is left evenly.
    Numbers above those of `shards` are new shards. Raises Conflict `below_sold`.
    """
    taken = sum(shard.held + shard.sold for shard in shards)
    if quantity < taken:
        raise Conflict(f"{taken} are sold or held.", code="below_sold", taken=taken)
    count = max(len(shards), shard_count(quantity, most=most_shards))
    lefts = {shard.number: shard.left for shard in shards}
    target = split(quantity - taken, count)
    return {number: target[number] - lefts.get(number, 0) for number in range(count)}


class Move(NamedTuple):
    """How a ticket of an order moves: the changes of a shard's left, held and sold."""

    left: int = 0
    held: int = 0
    sold: int = 0
