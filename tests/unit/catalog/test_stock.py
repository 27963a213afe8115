"""Shards: their number, their order, and the effect of a new quantity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.domain.stock import (
    MAX_SHARDS,
    Piece,
    Shard,
    Short,
    Wanted,
    choose,
    resize,
    shard_count,
    split,
    trial_order,
)
from chalicelib.core.errors import Conflict


@pytest.mark.parametrize(
    ("quantity", "shards"), [(0, 1), (1, 1), (2_500, 1), (2_501, 2), (50_000, 20), (100_000, 40), (1_000_000, 40)]
)
def test_count_quantity_gives_one_shard_for_2500(quantity: int, shards: int) -> None:
    assert shard_count(quantity) == shards


@given(quantity=st.integers(0, 1_000_000), shards=st.integers(1, MAX_SHARDS))
def test_split_parts_add_up_and_differ_by_one(quantity: int, shards: int) -> None:
    parts = split(quantity, shards)
    assert (len(parts), sum(parts)) == (shards, quantity)
    assert max(parts) - min(parts) <= 1


def test_try_many_buyers_begin_evenly() -> None:
    firsts = [trial_order(f"order-{number}", range(20))[0] for number in range(4_000)]
    assert all(120 < firsts.count(shard) < 280 for shard in range(20))
    assert trial_order("a", range(20)) == trial_order("a", range(20))


def test_choose_enough_in_one_shard_takes_one() -> None:
    assert choose([Wanted("a", 3)], {("a", 0): 2, ("a", 1): 3}, seed="s") == [Piece("a", 1, 3)]


def test_choose_scattered_takes_the_fullest_first() -> None:
    pieces = choose([Wanted("a", 5)], {("a", 0): 1, ("a", 1): 4, ("a", 2): 2}, seed="s")
    assert pieces == [Piece("a", 1, 4), Piece("a", 2, 1)]


def test_choose_too_few_says_which_and_how_many() -> None:
    lefts = {("a", 0): 9, ("b", 0): 1, ("b", 1): 1}
    assert choose([Wanted("a", 1), Wanted("b", 3)], lefts, seed="s") == Short("b", 2)


@given(lefts=st.lists(st.integers(0, 5), min_size=1, max_size=8), quantity=st.integers(1, 20), seed=st.text(max_size=5))
def test_choose_takes_exactly_what_is_wanted_or_is_short(lefts: list[int], quantity: int, seed: str) -> None:
    found = choose([Wanted("a", quantity)], {("a", n): left for n, left in enumerate(lefts)}, seed=seed)
    if isinstance(found, Short):
        assert found.available == sum(lefts) < quantity
        return
    assert sum(piece.quantity for piece in found) == quantity
    assert all(0 < piece.quantity <= lefts[piece.shard] for piece in found)
    assert len({piece.shard for piece in found}) == len(found)


@given(
    taken=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=4),
    quantity=st.integers(0, 10_000),
)
def test_resize_capacity_becomes_the_quantity_or_is_refused(taken: list[tuple[int, int, int]], quantity: int) -> None:
    shards = [Shard(number, *figures) for number, figures in enumerate(taken)]
    gone = sum(shard.held + shard.sold for shard in shards)
    if quantity < gone:
        with pytest.raises(Conflict, match="sold or held"):
            resize(shards, quantity)
        return
    deltas = resize(shards, quantity)
    assert sum(shard.capacity for shard in shards) + sum(deltas.values()) == quantity
    assert all(shard.left + deltas[shard.number] >= 0 for shard in shards)
