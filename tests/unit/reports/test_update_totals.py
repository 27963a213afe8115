"""Rows and totals follow orders: which changes are looked at, what becomes of a row, and how many writes it takes."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.catalog.ports import Lost
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.errors import Busy
from chalicelib.core.transactions import MAX_ITEMS
from chalicelib.orders.domain.charge import Charge
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.services.read_order import staff_body
from chalicelib.reports.domain.sales_totals import Tally, tally_of
from chalicelib.reports.ports import KeptRow, RowChange
from chalicelib.reports.services.update_totals import MOST_ORDERS, TRIES, UpdateTotals
from chalicelib.representations.json_text import encode
from tests.unit.orders.builders import ID, MOMENT, PAID, charge, order, record

SOLD = {"DAY#2030-01-01#EUR": {"orders": 1, "tickets": 2, "gross": 5000}, "TYPE#T#EUR": {"tickets": 2, "gross": 5000}}


def sold(id: str = ID, *, event_id: str = "E", version: int = 2, note: str | None = None) -> OrderRecord:
    made = record(PAID, version=version, note=note)
    return replace(made, order=replace(made.order, id=id, event_id=event_id, paid_at=MOMENT))


def row(made: OrderRecord, *charges: Charge, version: int | None = None) -> KeptRow:
    body = staff_body(encode(made.order), made.note)
    return KeptRow(made.version if version is None else version, body, tally_of(made.order, charges))


class World:
    """The service over these orders, with charges and rows by order. The next writes are lost, so many."""

    def __init__(self, *orders: OrderRecord, lost: int = 0) -> None:
        self.orders = {one.id: one for one in orders}
        self.charges: dict[str, list[Charge]] = {}
        self.kept: dict[str, KeptRow] = {}
        self.lost = lost
        self.looked: list[list[str]] = []
        self.writes: list[tuple[str, list[RowChange], Tally]] = []
        everything: Any = self
        self.service = UpdateTotals(view=everything, rows=everything)

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        self.looked.append(list(order_ids))
        return {id: self.orders[id] for id in order_ids if id in self.orders}

    def load_kept(self, event_id: str, order_ids: Sequence[str]) -> dict[str, KeptRow]:
        return {id: self.kept[id] for id in order_ids if id in self.kept}

    def load_charges(self, order_id: str) -> list[Charge]:
        assert self.orders[order_id].version > 1
        return self.charges.get(order_id, [])

    def write(self, event_id: str, changes: Sequence[RowChange], moved: Tally) -> None:
        if self.lost:
            self.lost -= 1
            raise Lost(frozenset({"row"}))
        self.writes.append((event_id, list(changes), moved))

    @property
    def sizes(self) -> list[int]:
        return [len(changes) for _, changes, _ in self.writes]


def change(id: str, before: int | None, after: int | None) -> Change:
    images = ({"sk": f"ORDER#{id}", "version": version} if version else None for version in (before, after))
    return Change(ChangeKind.CHANGED, "ORDER", "EVENT#E", *images)


@pytest.mark.parametrize(
    ("given", "looked"),
    [
        ([change("A", None, 1)], [["A"]]),
        ([change("A", 1, 2), change("B", None, 1), change("A", 2, 3)], [["A", "B"]]),
        ([change("A", 2, 2)], []),
        ([change("A", 2, None)], []),
    ],
    ids=["new", "several", "only touched by a check-in", "removed"],
)
def test_react_looks_once_at_each_order_of_a_new_version(given: list[Change], looked: list[list[str]]) -> None:
    world = World()
    world.service.on_changes(given)
    assert world.looked == looked


def test_follow_new_order_writes_its_row_and_what_it_adds() -> None:
    made = sold(note="look at it")
    world = World(made)
    world.charges[ID] = [charge()]
    assert world.service.follow([ID, ID, "gone"]) == 1
    kept = RowChange(ID, row(made), None, (("ch_1", encode(charge())),))
    assert world.writes == [("E", [kept], SOLD)]


def test_follow_order_of_its_first_version_reads_no_charges() -> None:
    reserved = record(version=1, order=order())
    world = World(reserved)
    world.service.follow([ID])
    assert world.writes == [("E", [RowChange(ID, row(reserved), None)], {})]


def test_follow_changed_order_adds_the_difference() -> None:
    made = sold(version=3)
    refunded = replace(made, order=replace(made.order, refunded=replace(made.order.total, amount=100)))
    world = World(refunded)
    world.kept[ID] = before = row(made, version=2)
    world.service.follow([ID])
    moved = {"DAY#2030-01-01#EUR": {"refunded": 100}, "TYPE#T#EUR": {"refunded": 100}}
    assert world.writes == [("E", [RowChange(ID, row(refunded), before)], moved)]


@pytest.mark.parametrize("version", [2, 3])
def test_follow_order_that_its_row_shows_already_writes_nothing(version: int) -> None:
    world = World(sold(version=2))
    world.kept[ID] = row(sold(version=2), version=version)
    world.charges[ID] = [charge()]
    assert (world.service.follow([ID]), world.writes) == (0, [])


@pytest.mark.parametrize(("charges", "written"), [([], 0), ([charge()], 1)])
def test_follow_newer_version_that_reads_the_same_is_written_for_its_charges_alone(
    charges: list[Charge], written: int
) -> None:
    world = World(sold(version=3))
    world.kept[ID] = row(sold(version=2))
    world.charges[ID] = charges
    assert world.service.follow([ID]) == written


def test_follow_orders_of_two_events_writes_to_each() -> None:
    world = World(sold("A"), sold("B", event_id="E2"), sold("C"))
    assert world.service.follow(["C", "B", "A"]) == 3
    assert [(event, [one.order_id for one in changes]) for event, changes, _ in world.writes] == [
        ("E", ["A", "C"]),
        ("E2", ["B"]),
    ]


def test_follow_many_orders_looks_at_so_many_together() -> None:
    world = World()
    world.service.follow([f"{number:02d}" for number in range(MOST_ORDERS + 1)])
    assert [len(batch) for batch in world.looked] == [MOST_ORDERS, 1]


def test_follow_orders_that_move_no_sum_writes_each_alone() -> None:
    reserved = record(version=1, order=order())
    waiting = [replace(reserved, order=replace(reserved.order, id=id)) for id in ("A", "C")]
    world = World(waiting[0], sold("B"), waiting[1], sold("D"))
    world.service.follow("ABCD")
    assert [[one.order_id for one in changes] for _, changes, _ in world.writes] == [["A"], ["C"], ["B", "D"]]


def test_follow_more_charges_than_a_transaction_holds_writes_several() -> None:
    world = World(sold("A"), sold("B"), sold("C"))
    names = len(SOLD)
    world.charges["A"] = [charge(id=f"a{number}") for number in range(MAX_ITEMS - names - 2)]
    world.charges["C"] = [charge()]
    world.service.follow("ABC")
    assert world.sizes == [2, 1]
    world = World(sold("A"), sold("B"))
    world.charges["A"] = [charge(id=f"a{number}") for number in range(MAX_ITEMS - names - 1)]
    world.service.follow("AB")
    assert world.sizes == [1, 1]


def test_follow_while_others_write_the_same_rows_looks_again_and_gives_up_in_the_end() -> None:
    world = World(sold(), lost=TRIES - 1)
    assert (world.service.follow([ID]), len(world.looked)) == (1, TRIES)
    with pytest.raises(Busy):
        World(sold(), lost=TRIES).service.follow([ID])
