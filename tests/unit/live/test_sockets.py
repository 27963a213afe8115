"""Which sockets may be pushed to: those whose sign-in stands and whose life is not over; the others are closed."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from chalicelib.live.ports import Connection, Pushed
from chalicelib.live.services.sockets import Sockets
from tests.unit.live.builders import LIFE_ENDS, connection
from tests.unit.orders.builders import clock_at

ADA, ADA_TOO, BOB = connection("c1"), connection("c2"), connection("c3", "bob")


class World:
    """Every port of the service; `done` is what was done, in order."""

    def __init__(
        self, *connections: Connection, now: float = 0, ended: str = "", gone: Sequence[Connection] = ()
    ) -> None:
        self.connections, self.ended, self.gone = connections, ended, list(gone)
        self.done: list[Any] = []
        self.asked: list[set[str]] = []
        world: Any = self
        self.service = Sockets(world, world, world, clock_at(now))

    def list_connections(self, user_id: str) -> list[Connection]:
        return [one for one in self.connections if one.user_id == user_id]

    def find_active_sign_ins(self, sign_in_ids: Iterable[str]) -> set[str]:
        self.asked.append(set(sign_in_ids))
        return self.asked[-1] - {self.ended}

    def push(self, connections: Sequence[Connection], frames: Sequence[str], *, within: float) -> Pushed:
        self.done.append(("push", [one.id for one in connections], list(frames), within))
        return Pushed(self.gone, [])

    def disconnect(self, connections: Sequence[Connection]) -> None:
        self.done.append(("disconnect", [one.id for one in connections]))

    def forget(self, connection: Connection) -> None:
        self.done.append(("forget", connection.id))


def test_list_connections_gives_those_of_each_user_in_order() -> None:
    world = World(ADA, ADA_TOO, BOB)
    assert world.service.list_connections("bob", "ada", "eve") == [BOB, ADA, ADA_TOO]
    assert world.asked == [{"family of ada", "family of bob"}]


def test_list_connections_of_nobody_asks_for_no_sign_in() -> None:
    world = World()
    assert world.service.list_connections("ada") == []
    assert (world.asked, world.done) == ([], [])


def test_select_standing_closes_and_forgets_those_whose_sign_in_ended() -> None:
    world = World(ended="family of ada")
    assert world.service.select_standing([ADA, BOB, ADA_TOO]) == [BOB]
    assert world.done == [("disconnect", ["c1", "c2"]), ("forget", "c1"), ("forget", "c2")]


@pytest.mark.parametrize(("now", "stands"), [(LIFE_ENDS - 1, True), (LIFE_ENDS, False)])
def test_select_standing_closes_a_connection_past_its_life(now: float, stands: bool) -> None:
    world = World(now=now)
    assert world.service.select_standing([ADA]) == ([ADA] if stands else [])
    assert (("forget", "c1") in world.done) is not stands


def test_push_forgets_those_that_are_gone_and_closes_none() -> None:
    world = World(gone=[BOB])
    assert world.service.push([ADA, BOB], ["frame"], within=3.0) == Pushed([BOB], [])
    assert world.done == [("push", ["c1", "c3"], ["frame"], 3.0), ("forget", "c3")]


def test_cut_closes_before_it_forgets() -> None:
    world = World()
    world.service.cut([ADA, BOB])
    assert world.done == [("disconnect", ["c1", "c3"]), ("forget", "c1"), ("forget", "c3")]
