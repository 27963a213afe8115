"""Stock of a ticket type, kept in shards so that many buyers do not meet in one item. Pure.

In every shard left + held + sold = capacity, always. Services choose with these functions; the store's conditions
decide.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chalicelib.domain.errors import Conflict

TICKETS_PER_SHARD = 2_500
MAX_SHARDS = 40
MAX_PIECES = 80
"""Shards one order may take from: its transaction holds 100 items, and order, charge and notices need their own."""

Place = tuple[str, int]
"""A shard: ticket type id and shard number."""


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
    """What an order took from one shard: the index of the order's line, the shard, how many."""

    line: int
    shard: int
    quantity: int


class Wanted(NamedTuple):
    """One line of an order: of which type, how many."""

    ticket_type_id: str
    quantity: int


class Short(NamedTuple):
    """There is not enough of a type."""

    ticket_type_id: str
    available: int


def shard_count(quantity: int) -> int:
    """How many shards a quantity is kept in."""
    return max(1, min(MAX_SHARDS, -(-quantity // TICKETS_PER_SHARD)))


def split(quantity: int, shards: int) -> list[int]:
    """The quantity in `shards` parts that differ by one at most."""
    share, rest = divmod(quantity, shards)
    return [share + (number < rest) for number in range(shards)]


def trial_order(seed: str, shards: Sequence[int]) -> list[int]:
    """The order in which a buyer tries shards: the same for the same seed, spread evenly over seeds."""
    return sorted(shards, key=lambda number: hashlib.sha256(f"{seed}/{number}".encode()).digest())


def choose(wanted: Sequence[Wanted], lefts: Mapping[Place, int], *, seed: str) -> list[Piece] | Short:
    """From which shards to take every line, or which type is short. One shard a line where one has enough, otherwise
    the fullest first. The shards of `lefts` may be out of date.
    """
    pieces: list[Piece] = []
    for line, (ticket_type_id, quantity) in enumerate(wanted):
        shards = {shard: left for (owner, shard), left in lefts.items() if owner == ticket_type_id}
        taken = _take(quantity, shards, line=line, seed=seed)
        if taken is None:
            return Short(ticket_type_id, sum(shards.values()))
        pieces += taken
    if len(pieces) > MAX_PIECES:
        return Short(wanted[0].ticket_type_id, 1)
    return pieces


def _take(quantity: int, lefts: dict[int, int], *, line: int, seed: str) -> list[Piece] | None:
    order = trial_order(seed, list(lefts))
    for shard in order:
        if lefts[shard] >= quantity:
            return [Piece(line, shard, quantity)]
    pieces = []
    for shard in sorted(order, key=lambda number: -lefts[number]):
        part = min(quantity, lefts[shard])
        if part > 0:
            pieces.append(Piece(line, shard, part))
            quantity -= part
    return pieces if quantity == 0 else None


def resize(shards: Sequence[Shard], quantity: int) -> dict[int, int]:
    """By how much the capacity of each shard must change so that all together have `quantity`, what is left spread
    evenly; shards that do not exist yet are named by their number. Raises Conflict `below_sold`.
    """
    taken = sum(shard.held + shard.sold for shard in shards)
    if quantity < taken:
        raise Conflict(f"{taken} tickets are sold or held.", code="below_sold", taken=taken)
    count = max(len(shards), shard_count(quantity))
    lefts = {shard.number: shard.left for shard in shards}
    target = split(quantity - taken, count)
    return {number: target[number] - lefts.get(number, 0) for number in range(count)}
