"""Ticket types as they are read: who sees which, in which order, and how many can be bought."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.catalog.domain.stock import Place, quota_stock
from chalicelib.catalog.ports import StoredTicketType
from chalicelib.catalog.services.read_ticket_types import ReadTicketTypes, ticket_types_scope
from chalicelib.core.errors import NotFound
from chalicelib.core.kinds import View
from chalicelib.core.pagination import Page, make_cursor

ALL_OF_IT = Page()


def cursor_key() -> bytes:
    return b"key"


def type_(id: str, position: int = 0, *, hidden: bool = False, **more: Any) -> StoredTicketType:
    body = json.dumps({"id": id, "position": position}, separators=(",", ":"))
    return StoredTicketType(id, f"tag{id}", body, hidden=hidden, shards=2, **more)


class World:
    """The service over these types; of each 5 are left, of quota Q 3. `consistent` is how each was read."""

    def __init__(self, *types: StoredTicketType, views: tuple[View, ...] = tuple(View)) -> None:
        self.types = types
        self.consistent: set[bool] = set()
        view: Any = self
        representations: Any = SimpleNamespace(list_tag=lambda event_id, name, view: "tag" if view in views else None)
        self.service = ReadTicketTypes(view, representations, cursor_key=cursor_key)

    def load_ticket_types(self, event_id: str, *, consistent: bool = False) -> list[StoredTicketType]:
        self.consistent.add(consistent)
        return list(self.types)

    def load_ticket_type(self, event_id: str, id: str, *, consistent: bool) -> StoredTicketType | None:
        self.consistent.add(consistent)
        return next((one for one in self.types if one.id == id), None)

    def load_lefts(self, shards: dict[str, int], *, consistent: bool) -> dict[Place, int]:
        self.consistent.add(consistent)
        numbers = {owner: [3] if owner == quota_stock("Q") else [2, 3] for owner in shards}
        return {(owner, shard): left for owner, lefts in numbers.items() for shard, left in enumerate(lefts)}

    def listed(self, view: View = View.PUBLIC, page: Page = ALL_OF_IT) -> tuple[list[str], str | None]:
        body = json.loads(self.service.list_ticket_types("E", view, page).load()[1])
        return [one["id"] for one in body["items"]], body["next_cursor"]

    def available(self, view: View = View.PUBLIC) -> int:
        found: int = json.loads(self.service.read_ticket_type("E", "A", view).load()[1])["available"]
        return found


@pytest.mark.parametrize(("view", "ids"), [(View.PUBLIC, ["B", "A"]), (View.ALL, ["C", "B", "A"])])
def test_list_types_by_position_has_hidden_ones_for_staff_alone(view: View, ids: list[str]) -> None:
    world = World(type_("A", 20), type_("B", 3), type_("C", 1, hidden=True))
    assert world.listed(view) == (ids, None)
    assert world.consistent == {view is View.ALL}


def test_list_a_page_of_types_goes_on_behind_its_last() -> None:
    world = World(type_("A", 1), type_("B", 1), type_("C", 2))
    cursor = make_cursor("000001B", scope=ticket_types_scope("E", View.PUBLIC), key=cursor_key)
    assert world.listed(page=Page(2)) == (["A", "B"], cursor)
    assert world.listed(page=Page(2, "000001B")) == (["C"], None)
    assert world.listed(page=Page(3)) == (["A", "B", "C"], None)


def test_read_type_names_its_version_and_how_many_are_left() -> None:
    found = World(type_("A")).service.read_ticket_type("E", "A", View.PUBLIC).load()
    assert found == ("tagA-5", '{"id":"A","position":0,"available":5}')


def test_read_type_that_shares_a_quota_has_no_more_than_the_quota() -> None:
    assert World(type_("A", quotas=(("Q", 1),))).available() == 3


@pytest.mark.parametrize(("view", "available"), [(View.PUBLIC, 0), (View.ALL, 5)])
def test_read_type_that_people_wait_for_has_none_for_the_public(view: View, available: int) -> None:
    assert World(type_("A", waiting=True)).available(view) == available


@pytest.mark.parametrize(
    ("world", "view"),
    [
        (World(), View.ALL),
        (World(type_("A", hidden=True)), View.PUBLIC),
        (World(type_("A"), views=(View.ALL,)), View.PUBLIC),
    ],
    ids=["absent", "hidden", "event not public"],
)
def test_read_type_that_this_view_may_not_see_is_not_found(world: World, view: View) -> None:
    with pytest.raises(NotFound):
        world.service.read_ticket_type("E", "A", view)


def test_read_hidden_type_is_for_staff() -> None:
    assert World(type_("A", hidden=True)).available(View.ALL) == 5


def test_list_opened_types_has_those_of_the_code_hidden_ones_too() -> None:
    world = World(type_("A", 9, hidden=True), type_("B"), type_("C", 2, waiting=True))
    found = [json.loads(one) for one in world.service.list_opened_types("E", ["A", "C", "gone"])]
    assert [(one["id"], one["available"]) for one in found] == [("C", 0), ("A", 5)]


def test_list_types_of_an_event_that_is_not_public_is_not_found() -> None:
    service = World(type_("A"), views=(View.ALL,)).service
    with pytest.raises(NotFound):
        service.list_ticket_types("E", View.PUBLIC, ALL_OF_IT)
    with pytest.raises(NotFound):
        service.list_opened_types("E", ["A"])
