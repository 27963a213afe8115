"""What sockets are told of changes in an inbox, and what is remembered of it."""

from collections.abc import Iterable
from typing import Any

import pytest

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.live.services.push_notifications import PushNotifications
from chalicelib.notifications.ports import Counter
from tests.unit.live.builders import FakeSockets, connection
from tests.unit.orders.builders import clock_at

NOW = 1_000


class World:
    """The service over these sockets of Ada's, 4 of whose notifications are unread."""

    def __init__(self, sockets: FakeSockets) -> None:
        self.sockets = sockets
        self.counted: list[str] = []
        self.marked: list[tuple[str, list[str], int, int]] = []
        world: Any = self
        self.service = PushNotifications(world.sockets, world, world, clock_at(NOW + 0.5))

    def load_counter(self, user_id: str) -> Counter:
        self.counted.append(user_id)
        return Counter(4, "tag")

    def mark_pushed(self, user_id: str, notification_ids: Iterable[str], *, devices: int, at: int) -> None:
        self.marked.append((user_id, list(notification_ids), devices, at))

    @property
    def frames(self) -> list[Any]:
        return [frame for _, frames in self.sockets.pushed for frame in frames]


def item(id: str = "N1", **changes: Any) -> dict[str, Any]:
    kept = {"id": id, "user_id": "ada", "action": "order_paid", "title": "Paid", "message": "<p>1</p>"}
    return {**kept, "subject": "/orders/1", "received_at": 940, "has_read": False, **changes}


def created(**changes: Any) -> Change:
    return Change(ChangeKind.CREATED, "NOTIFICATION", "USER#ada", None, item(**changes))


def changed(before: dict[str, Any], after: dict[str, Any]) -> Change:
    return Change(ChangeKind.CHANGED, "NOTIFICATION", "USER#ada", before, after)


def pushed(*changes: Change, sockets: FakeSockets | None = None) -> World:
    world = World(sockets or FakeSockets(connection()))
    world.service.on_changes(list(changes))
    return world


def test_push_a_new_notification_tells_it_with_the_count_and_remembers_so() -> None:
    world = pushed(created(), sockets=FakeSockets(connection("c1"), connection("c2")))
    ((ids, (frame,)),) = world.sockets.pushed
    assert ids == ["c1", "c2"]
    assert (frame["meta"], frame["notif_count"]) == ("New notifications", 4)
    assert [(one["id"], one["title"], one["received_ago"]) for one in frame["notifs"]] == [
        ("N1", "Paid", "a minute ago")
    ]
    assert (world.marked, world.sockets.was_cut) == ([("ada", ["N1"], 2, NOW)], [])


def test_push_several_tells_the_oldest_first_and_each_as_it_stands_at_last() -> None:
    world = pushed(created(id="N2"), created(id="N1"), changed(item("N2"), item("N2", title="Paid twice")))
    (frame,) = world.frames
    assert [(one["id"], one["title"]) for one in frame["notifs"]] == [("N1", "Paid"), ("N2", "Paid twice")]
    assert world.marked == [("ada", ["N1", "N2"], 1, NOW)]


@pytest.mark.parametrize("name", ["title", "message"])
def test_push_a_notification_that_says_something_new_tells_it_again(name: str) -> None:
    world = pushed(changed(item(), item(**{name: "new"})))
    assert [one[name] for one in world.frames[0]["notifs"]] == ["new"]


def test_push_a_notification_of_a_burst_says_which() -> None:
    world = pushed(created(group_key="key", group_title="3 changes"))
    assert world.frames[0]["notifs"][0]["group"] == {"key": "key", "title": "3 changes"}


@pytest.mark.parametrize(
    ("before", "after", "meta"), [(False, True, "Notifications read"), (True, False, "Notifications unread")]
)
def test_push_a_mark_tells_it_and_is_no_delivery(before: bool, after: bool, meta: str) -> None:
    world = pushed(changed(item(has_read=before), item(has_read=after)))
    assert world.frames == [{"meta": meta, "notif_count": 4, "ids": ["N1"]}]
    assert world.marked == []


def test_push_marks_that_follow_each_other_tells_the_last_alone() -> None:
    read, unread = item(has_read=True), item()
    world = pushed(changed(unread, read), changed(read, unread))
    assert [frame["meta"] for frame in world.frames] == ["Notifications unread"]


def test_push_all_at_once_tells_what_is_new_before_what_was_read_and_unread() -> None:
    world = pushed(
        changed(item("N2", has_read=True), item("N2")), changed(item("N1"), item("N1", has_read=True)), created(id="N3")
    )
    assert [frame["meta"] for frame in world.frames] == [
        "New notifications",
        "Notifications read",
        "Notifications unread",
    ]


@pytest.mark.parametrize(
    "change",
    [
        changed(item(), item(pushed_at=1)),
        Change(ChangeKind.REMOVED, "NOTIFICATION", "USER#ada", item(), None),
    ],
    ids=["something else", "removed"],
)
def test_push_what_nobody_sees_is_told_to_nobody(change: Change) -> None:
    world = pushed(change)
    assert (world.sockets.pushed, world.counted) == ([], [])


def test_push_to_nobody_connected_costs_no_count() -> None:
    world = pushed(created(), sockets=FakeSockets(connection("c1", "bob")))
    assert (world.sockets.pushed, world.counted, world.marked) == ([], [], [])


def test_push_that_reaches_some_counts_them_and_closes_what_failed() -> None:
    three = [connection(id) for id in ("c1", "c2", "c3")]
    world = pushed(created(), sockets=FakeSockets(*three, gone=["c1"], failed=["c2"]))
    assert (world.marked, world.sockets.was_cut) == ([("ada", ["N1"], 1, NOW)], ["c2"])


def test_push_that_reaches_nobody_is_no_delivery() -> None:
    world = pushed(created(), sockets=FakeSockets(connection("c1"), connection("c2"), gone=["c1"], failed=["c2"]))
    assert (world.marked, world.sockets.was_cut) == ([], ["c2"])
