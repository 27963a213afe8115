"""Marks are the caller's alone, and marking all goes no further than what there was."""

from typing import Any

import pytest

from chalicelib.core.errors import MalformedRequest, NotFound
from chalicelib.core.ids import make_ulid
from chalicelib.core.principal import Principal
from chalicelib.notifications.ports import MARKED_AT_ONCE
from chalicelib.notifications.services.mark_read import MARKED_PER_CALL, Acknowledged, MarkRead
from tests.unit.orders.builders import clock_at

NOW = 1_800_000_000
NOW_ID = make_ulid(NOW * 1000, b"\xff" * 10)
ADA = Principal("ada", "f")


def id_at(seconds: float, number: int = 0) -> str:
    return make_ulid(int(seconds * 1000), number.to_bytes(10, "big"))


class World:
    """Ports `Marks` and `Inbox` in memory: ids of unread notifications; some cannot be marked."""

    def __init__(self, *unread: str, stuck: tuple[str, ...] = ()) -> None:
        self.unread, self.stuck = sorted(unread), stuck
        self.marked: list[tuple[str, str, list[str]]] = []
        world: Any = self
        self.service = MarkRead(world, world, clock_at(NOW))

    def mark_read(self, user_id: str, ids: list[str]) -> int:
        self.marked.append(("read", user_id, ids))
        before = len(self.unread)
        self.unread = [one for one in self.unread if one not in ids or one in self.stuck]
        return before - len(self.unread)

    def mark_unread(self, user_id: str, ids: list[str]) -> int:
        self.marked.append(("unread", user_id, ids))
        return len(ids)

    def unread_ids(self, user_id: str, *, up_to: str, limit: int) -> list[str]:
        return [one for one in self.unread if one <= up_to][:limit]


def test_mark_one_marks_it_for_the_caller() -> None:
    world = World()
    world.service.mark_read(NOW_ID, caller=ADA)
    world.service.mark_unread(NOW_ID, caller=ADA)
    assert world.marked == [("read", "ada", [NOW_ID]), ("unread", "ada", [NOW_ID])]


def test_mark_what_is_no_id_is_not_found() -> None:
    world = World()
    with pytest.raises(NotFound):
        world.service.mark_read("no id", caller=ADA)
    with pytest.raises(NotFound):
        world.service.mark_unread("no id", caller=ADA)
    assert world.marked == []


def test_mark_all_marks_what_there_is_in_parts_and_says_how_many() -> None:
    ids = [id_at(NOW - 60, number) for number in range(MARKED_AT_ONCE + 1)]
    world = World(*ids)
    assert world.service.mark_all_read(caller=ADA) == Acknowledged(len(ids), more=False, up_to=NOW_ID)
    assert world.marked == [("read", "ada", ids[:-1]), ("read", "ada", ids[-1:])]


def test_mark_all_leaves_what_arrives_meanwhile() -> None:
    world = World(id_at(NOW), id_at(NOW + 1))
    assert world.service.mark_all_read(caller=ADA) == Acknowledged(1, more=False, up_to=NOW_ID)
    assert world.unread == [id_at(NOW + 1)]


def test_mark_all_that_goes_on_comes_to_what_the_first_call_named() -> None:
    first = id_at(NOW - 60)
    world = World(id_at(NOW - 61), id_at(NOW - 59))
    assert world.service.mark_all_read(caller=ADA, up_to=first) == Acknowledged(1, more=False, up_to=first)


def test_mark_all_up_to_a_time_to_come_goes_no_further_than_now() -> None:
    assert World().service.mark_all_read(caller=ADA, up_to=id_at(NOW + 60)).up_to == NOW_ID


def test_mark_all_up_to_no_id_is_refused() -> None:
    with pytest.raises(MalformedRequest) as refusal:
        World().service.mark_all_read(caller=ADA, up_to="yesterday")
    assert refusal.value.code == "invalid_up_to"


@pytest.mark.parametrize(("number", "more"), [(MARKED_PER_CALL, False), (MARKED_PER_CALL + 1, True)])
def test_mark_all_of_very_many_stops_and_says_whether_there_are_more(number: int, more: bool) -> None:
    world = World(*(id_at(NOW - 60, one) for one in range(number)))
    assert world.service.mark_all_read(caller=ADA) == Acknowledged(MARKED_PER_CALL, more, NOW_ID)


def test_mark_all_past_marks_that_nothing_belongs_to_ends() -> None:
    stuck = id_at(NOW - 60)
    world = World(stuck, stuck=(stuck,))
    assert world.service.mark_all_read(caller=ADA) == Acknowledged(0, more=False, up_to=NOW_ID)
    assert len(world.marked) == 1
