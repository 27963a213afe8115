"""Holding stock: reads before it writes, tries other shards when one has less than it read, and never refuses because
of an outdated read.
"""

from typing import Any

import pytest

from chalicelib.catalog.domain.demand import Demand, Limit, Room
from chalicelib.catalog.domain.stock import Piece, Place
from chalicelib.catalog.ports import Lost
from chalicelib.core.errors import AlreadyExists, Busy, InvalidInput, SoldOut
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.ports import SaleChange
from chalicelib.orders.services.hold_stock import HoldStock, TermsChanged
from tests.unit.orders.builders import record

TWO = Demand(Limit.TICKETS, "T", 2, shards=2, ticket_type_id="T")
BUYER = Demand(Limit.BUYER, "buyer.T.x", 2, most=3)


class FakeView:
    """The port `CatalogView`: the result of a read, and that of a consistent read."""

    def __init__(self, seen: dict[Place, int], true: dict[Place, int] | None = None) -> None:
        self.seen, self.true = seen, seen if true is None else true
        self.looks: list[bool] = []

    def load_lefts(self, shards: dict[str, int], *, consistent: bool = False) -> dict[Place, int]:
        self.looks.append(consistent)
        return dict(self.true if consistent else self.seen)

    def load_rooms(self, owners: list[str]) -> dict[str, Room]:
        return {}


class Writes:
    """A port `Orders` that raises the next planned error, and otherwise keeps the orders."""

    def __init__(self, *failures: Exception) -> None:
        self.tried: list[SaleChange] = []
        self._failures = list(failures)

    def write_order(self, change: SaleChange) -> None:
        self.tried.append(change)
        if self._failures:
            raise self._failures.pop(0)

    @property
    def pieces(self) -> list[tuple[Piece, ...]]:
        return [change.after.allocation for change in self.tried]


def hold(view: FakeView, writes: Writes, *demands: Demand) -> OrderRecord:
    holding: Any = HoldStock(view, writes)  # type: ignore[arg-type]
    held: OrderRecord = holding.hold_stock(SaleChange(after=record()), demands or [TWO])
    return held


def lost(*names: str, **places: int) -> Lost:
    return Lost(frozenset(names), {("T", int(shard[1:])): left for shard, left in places.items()})


def test_hold_takes_all_from_one_shard() -> None:
    writes = Writes()
    held = hold(FakeView({("T", 0): 1, ("T", 1): 5}), writes)
    assert held.allocation == (Piece("T", 1, 2),)
    assert writes.pieces == [held.allocation]


def test_hold_what_is_sold_out_writes_nothing() -> None:
    writes = Writes()
    with pytest.raises(SoldOut) as refused:
        hold(FakeView({("T", 0): 1, ("T", 1): 0}), writes)
    assert (refused.value.extra["available"], writes.tried) == (1, [])


def test_hold_lost_race_for_a_shard_takes_another() -> None:
    view = FakeView({("T", 0): 2, ("T", 1): 9})
    first = hold(FakeView(view.seen), Writes()).allocation[0].shard
    assert hold(view, Writes(lost(**{f"s{first}": 0}))).allocation == (Piece("T", 1 - first, 2),)
    assert view.looks == [False]


def test_hold_lost_race_for_the_last_looks_again_before_it_refuses() -> None:
    view = FakeView({("T", 0): 2}, true={("T", 0): 1})
    with pytest.raises(SoldOut) as refused:
        hold(view, Writes(lost(s0=0)))
    assert (refused.value.extra["available"], view.looks) == (1, [False, True])


def test_hold_what_came_free_meanwhile_is_taken_after_the_second_look() -> None:
    view = FakeView({("T", 0): 2}, true={("T", 0): 4})
    assert hold(view, Writes(lost(s0=0))).allocation == (Piece("T", 0, 2),)


def test_hold_on_changed_terms_asks_for_new_demands() -> None:
    with pytest.raises(TermsChanged):
        hold(FakeView({("T", 0): 2}), Writes(lost("terms")))


def test_hold_order_that_exists_is_not_made_twice() -> None:
    writes = Writes(lost("order"))
    with pytest.raises(AlreadyExists):
        hold(FakeView({("T", 0): 2}), writes)
    assert len(writes.tried) == 1


def test_hold_lost_for_another_reason_says_which() -> None:
    with pytest.raises(Lost, match="resource"):
        hold(FakeView({("T", 0): 2}), Writes(lost("resource")))


def test_hold_busy_shard_is_left_to_others() -> None:
    view = FakeView({("T", 0): 9, ("T", 1): 9})
    writes = Writes(Busy("busy"))
    hold(view, writes)
    assert [pieces[0].shard for pieces in writes.pieces] in ([0, 1], [1, 0])


def test_hold_nothing_but_busy_shards_is_busy_and_not_sold_out() -> None:
    writes = Writes(Busy("one"), Busy("two"))
    with pytest.raises(Busy, match="two"):
        hold(FakeView({("T", 0): 9, ("T", 1): 9}), writes)
    assert len(writes.tried) == 2


def test_hold_opens_the_stock_of_a_new_buyer() -> None:
    writes = Writes()
    hold(FakeView({("T", 0): 9}), writes, TWO, BUYER)
    (opening,) = writes.tried[0].openings
    assert (opening.place, opening.before, opening.capacity) == (("buyer.T.x", 0), None, 3)


def test_hold_more_than_one_buyer_may_have_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        hold(FakeView({("T", 0): 9}), Writes(), TWO, BUYER._replace(quantity=4))
    assert refused.value.code == "buyer_limit"
