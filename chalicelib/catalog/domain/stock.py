"""Stock: everything that is limited, kept in shards so that many buyers do not meet in one item. Pure.

The tickets of a type are stock, and so are a quota that types share, the uses of a code, and what one buyer may have
of a type (ADR 10). Whose stock it is says its owner, a text. In every shard left + held + sold = capacity, always.
Services choose with these functions; the store's conditions decide.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chalicelib.core.errors import Conflict
from chalicelib.core.transactions import MAX_ITEMS

TICKETS_PER_SHARD = 2_500
MAX_SHARDS = 40
MAX_PIECES = MAX_ITEMS - 20
"""Shards one order may take from. The rest of its transaction is for order, charge and messages to the buyer."""

Place = tuple[str, int]
"""A shard: whose stock, and shard number."""

_QUOTA, _CODE, _BUYER = "quota.", "code.", "buyer."


class Shard(NamedTuple):
    """How the tickets of one shard stand."""

    number: int
    left: int
    held: int
    sold: int

    @property
    def capacity(self) -> int:
        """All tickets of the shard."""
        return self.left + self.held + self.sold


class Piece(NamedTuple):
    """What an order took from one shard: whose stock, the shard, how many. `terms` is what the type's terms were when
    this was chosen (0: never changed); only the taking depends on them, so they are not kept.
    """

    owner: str
    shard: int
    quantity: int
    terms: int = 0


class Wanted(NamedTuple):
    """What an order needs of one stock: whose, how many, on which terms."""

    owner: str
    quantity: int
    terms: int = 0


class Short(NamedTuple):
    """There is not enough of somebody's stock."""

    owner: str
    available: int


def quota_stock(quota_id: str) -> str:
    """The owner of a quota's stock."""
    return f"{_QUOTA}{quota_id}"


def code_stock(code_id: str) -> str:
    """The owner of the uses of a code."""
    return f"{_CODE}{code_id}"


def buyer_stock(ticket_type_id: str, buyer: str) -> str:
    """The owner of what one buyer (a hash) may have of a type."""
    return f"{_BUYER}{ticket_type_id}.{buyer}"


def is_ticket_type(owner: str) -> bool:
    """Whether the stock is a ticket type's own: its owner is the type's id."""
    return "." not in owner


def is_quota(owner: str) -> bool:
    """Whether the stock is a quota's."""
    return owner.startswith(_QUOTA)


def shard_count(quantity: int, *, most: int = MAX_SHARDS) -> int:
    """How many shards a quantity is kept in."""
    return max(1, min(most, -(-quantity // TICKETS_PER_SHARD)))


def split(quantity: int, shards: int) -> list[int]:
    """The quantity in `shards` parts that differ by one at most."""
    share, rest = divmod(quantity, shards)
    return [share + (number < rest) for number in range(shards)]


def trial_order(seed: str, shards: Sequence[int]) -> list[int]:
    """The order in which a buyer tries shards: the same for the same seed, spread evenly over seeds."""
    return sorted(shards, key=lambda number: hashlib.sha256(f"{seed}/{number}".encode()).digest())


def choose(wanted: Sequence[Wanted], lefts: Mapping[Place, int], *, seed: str) -> list[Piece] | Short:
    """From which shards to take all that is wanted, each owner named once, or whose stock is short. One shard each
    where one has enough, otherwise the fullest first. The shards of `lefts` may be out of date.
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
    """By how much the capacity of each shard must change so that all together have `quantity`, what is left spread
    evenly; shards that do not exist yet are named by their number. Raises Conflict `below_sold`.
    """
    taken = sum(shard.held + shard.sold for shard in shards)
    if quantity < taken:
        raise Conflict(f"{taken} are sold or held.", code="below_sold", taken=taken)
    count = max(len(shards), shard_count(quantity, most=most_shards))
    lefts = {shard.number: shard.left for shard in shards}
    target = split(quantity - taken, count)
    return {number: target[number] - lefts.get(number, 0) for number in range(count)}


class Move(NamedTuple):
    """What becomes of each ticket of an order: the change of a shard's left, held and sold."""

    left: int = 0
    held: int = 0
    sold: int = 0
