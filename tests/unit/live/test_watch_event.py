"""Who may watch an event, what they are told when its lists change, and when their watch ends."""

from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.kinds import View
from chalicelib.live.domain.machine import MAX_WATCHES
from chalicelib.live.ports import Versions, Watched, Watcher
from chalicelib.live.services.watch_event import LIFE_SECONDS, WatchEvent
from tests.unit.live.builders import FakeSockets, connection
from tests.unit.orders.builders import clock_at

NOW = 1_000
PUBLIC, ALL = View.PUBLIC, View.ALL
BOTH: dict[View, Versions] = {PUBLIC: {"session_ver": 3}, ALL: {"session_ver": 5, "tracks_ver": 2}}
ADA, BOB = connection("c1"), connection("c2", "bob")
CHANGE = Change(ChangeKind.CHANGED, "VERSIONS", "EVENT#E", None, {})


class World:
    """Every port of the service: `looks` are the counters, look by look, the last one again and again."""

    def __init__(
        self,
        *watchers: Watcher,
        looks: list[dict[View, Versions]] | None = None,
        told: dict[View, Versions] | None = None,
        roles: dict[str, str] | None = None,
        has_room: bool = True,
        **sockets: Any,
    ) -> None:
        self.watched, self.looks = Watched(list(watchers), told or {}), looks or [BOTH]
        self.roles, self.has_room = roles or {}, has_room
        self.kept: list[tuple[Watcher, str, int]] = []
        self.dropped: list[tuple[str, str]] = []
        self.remembered: list[tuple[str, dict[View, Versions], int]] = []
        self.sockets = FakeSockets(*(one.connection for one in watchers), **sockets)
        credentials: Any = SimpleNamespace(find_role=lambda user_id, event_id: self.roles.get(user_id))
        world: Any = self
        self.service = WatchEvent(
            watches=world,
            audience=world,
            credentials=credentials,
            sockets=lambda: world.sockets,
            clock=clock_at(NOW + 0.5),
        )

    def load_versions(self, event_id: str) -> dict[View, Versions]:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def list_staff(self, event_id: str) -> set[str]:
        return set(self.roles)

    def load_watched(self, event_id: str) -> Watched:
        return self.watched

    def keep(self, watcher: Watcher, event_id: str, *, most: int) -> bool:
        self.kept.append((watcher, event_id, most))
        return self.has_room

    def drop(self, connection_id: str, event_id: str) -> None:
        self.dropped.append((connection_id, event_id))

    def remember(self, event_id: str, told: dict[View, Versions], *, expires_at: int) -> None:
        self.remembered.append((event_id, told, expires_at))


def changed(name: str, version: int) -> dict[str, Any]:
    return {"meta": "Changed", "event_id": "E", "list": name, "version": version}


@pytest.mark.parametrize(
    ("seen", "role", "view"),
    [
        (BOTH, None, PUBLIC),
        (BOTH, "owner", ALL),
        ({ALL: {}}, "owner", ALL),
        ({ALL: {}}, None, None),
        ({}, "owner", None),
        ({PUBLIC: {}}, "owner", PUBLIC),
    ],
    ids=["anybody", "staff", "staff of a draft", "anybody of a draft", "no event", "public rest alone"],
)
def test_find_view_is_everything_for_staff_and_what_is_public_for_others(
    seen: dict[View, Versions], role: str | None, view: View | None
) -> None:
    world = World(looks=[seen], roles={"ada": role} if role else {})
    assert world.service.find_view("ada", "E") is view


def test_begin_watch_keeps_what_was_known_before_and_answers_with_what_is_known_after() -> None:
    world = World(looks=[{ALL: {"session_ver": 5}}, {ALL: {"session_ver": 6, "event_ver": 1}}])
    answer = world.service.begin_watch(ADA, "E", ALL)
    assert world.kept == [(Watcher(ADA, ALL, {"session_ver": 5}), "E", MAX_WATCHES)]
    assert answer == '{"meta":"Watching","event_id":"E","versions":{"events":1,"sessions":6}}'


def test_begin_watch_of_a_view_that_is_gone_meanwhile_answers_with_no_list() -> None:
    answer = World(looks=[BOTH, {}]).service.begin_watch(ADA, "E", PUBLIC)
    assert answer == '{"meta":"Watching","event_id":"E","versions":{}}'


def test_begin_one_watch_too_many_has_no_answer() -> None:
    assert World(has_room=False).service.begin_watch(ADA, "E", PUBLIC) is None


def test_end_watch_drops_it() -> None:
    world = World()
    world.service.end_watch("c1", "E")
    assert world.dropped == [("c1", "E")]


def test_push_a_list_that_rose_tells_its_watchers_once_together_and_remembers() -> None:
    world = World(Watcher(ADA, PUBLIC, {}), Watcher(BOB, PUBLIC, {}), told={PUBLIC: {"session_ver": 2}})
    world.service.on_changes([CHANGE, CHANGE])
    assert world.sockets.pushed == [(["c1", "c2"], [changed("sessions", 3)])]
    assert world.remembered == [("E", BOTH, NOW + LIFE_SECONDS)]


def test_push_tells_staff_more_than_others() -> None:
    world = World(Watcher(ADA, ALL, {}), Watcher(BOB, PUBLIC, {}), roles={"ada": "owner"})
    world.service.on_changes([CHANGE])
    assert world.sockets.pushed == [
        (["c1"], [changed("sessions", 5), changed("tracks", 2)]),
        (["c2"], [changed("sessions", 3)]),
    ]


def test_push_what_a_watcher_knew_when_it_began_is_not_told_to_it() -> None:
    world = World(Watcher(ADA, PUBLIC, {"session_ver": 3}), Watcher(BOB, PUBLIC, {"session_ver": 2}))
    world.service.on_changes([CHANGE])
    assert world.sockets.pushed == [(["c2"], [changed("sessions", 3)])]


def test_push_a_change_that_comes_twice_tells_and_writes_nothing() -> None:
    world = World(Watcher(ADA, PUBLIC, {}), told=BOTH)
    world.service.on_changes([CHANGE])
    assert (world.sockets.pushed, world.remembered) == ([], [])


@pytest.mark.parametrize("partition", ["EVENT#E", "EVENTS"])
def test_push_an_event_that_nobody_watches_looks_no_further(partition: str) -> None:
    world = World()
    world.service.on_changes([CHANGE._replace(partition=partition)])
    assert (world.sockets.pushed, world.remembered, world.dropped) == ([], [], [])


@pytest.mark.parametrize(
    ("watcher", "looks"),
    [(Watcher(ADA, ALL, {}), [BOTH]), (Watcher(ADA, PUBLIC, {}), [{ALL: {}}]), (Watcher(ADA, ALL, {}), [{}])],
    ids=["no staff any more", "unpublished", "deleted"],
)
def test_push_to_whoever_may_not_see_it_any_more_ends_the_watch_and_says_so(
    watcher: Watcher, looks: list[dict[View, Versions]]
) -> None:
    world = World(watcher, looks=looks)
    world.service.on_changes([CHANGE])
    assert world.dropped == [("c1", "E")]
    assert world.sockets.pushed == [(["c1"], [{"meta": "Unwatched", "event_id": "E"}])]


def test_push_past_the_end_of_a_sign_in_tells_nothing() -> None:
    world = World(Watcher(ADA, ALL, {}), Watcher(BOB, PUBLIC, {}), ended=["c1", "c2"])
    world.service.on_changes([CHANGE])
    assert (world.sockets.pushed, world.dropped) == ([], [("c1", "E")])


def test_push_that_fails_closes_the_socket_and_one_that_is_gone_is_left() -> None:
    world = World(Watcher(ADA, PUBLIC, {}), Watcher(BOB, PUBLIC, {}), failed=["c1"], gone=["c2"])
    world.service.on_changes([CHANGE])
    assert world.sockets.was_cut == ["c1"]
