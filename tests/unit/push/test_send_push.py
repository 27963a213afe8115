"""Which closed browsers ring for what: fresh, untold, wanted, and once; and what becomes of those that are gone."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pytest

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.domain.preferences import Channels
from chalicelib.push.domain.subscription import PushSubscription
from chalicelib.push.ports import Outcome, PushMessage, Subscribed
from chalicelib.push.services.send_push import FRESH_SECONDS, WITHIN_SECONDS, SendPush
from tests.unit.orders.builders import clock_at

NOW = 1_000_000


def browser(id: str, user_id: str = "ada", **changes: Any) -> PushSubscription:
    made = PushSubscription(id, f"https://fcm.googleapis.com/{id}", "key", "auth", f"family of {user_id}", 0, NOW + 1)
    return made._replace(**changes)


class FakeServices:
    """Port `PushServices`: what becomes of messages to each browser, by its id; the others are delivered."""

    def __init__(self, outcomes: dict[str, Outcome]) -> None:
        self.outcomes = outcomes
        self.calls: list[tuple[list[PushMessage], float]] = []

    def send(self, messages: Sequence[PushMessage], *, within: float) -> list[Outcome]:
        self.calls.append((list(messages), within))
        return [self.outcomes.get(one.subscription.id, "delivered") for one in messages]

    @property
    def told(self) -> list[tuple[str, str]]:
        """Browser and id of the notification of each message."""
        return [(one.subscription.id, json.loads(one.payload)["id"]) for messages, _ in self.calls for one in messages]


class World:
    """The service over these browsers by user. `settled` need no push, `quiet` are actions that may not ring."""

    def __init__(
        self,
        browsers: dict[str, list[PushSubscription]],
        *,
        ended: str = "",
        settled: Collection[tuple[str, str]] = (),
        quiet: Collection[NotificationAction] = (),
        **outcomes: Outcome,
    ) -> None:
        self.browsers, self.ended, self.settled, self.quiet = browsers, ended, set(settled), quiet
        self.services = FakeServices(outcomes)
        self.asked: list[Any] = []
        self.forgotten: list[tuple[str, set[str]]] = []
        self.marked: list[tuple[str, str, int]] = []
        names = ("view", "subscriptions", "sign_ins", "choose_channels", "deliveries")
        parts: dict[str, Any] = dict.fromkeys(names, self)
        self.service = SendPush(services=lambda: self.services, clock=clock_at(NOW), **parts)
        self.off = SendPush(services=None, clock=clock_at(NOW), **parts)

    def push(self, *changes: Change) -> list[tuple[str, str]]:
        self.service.on_changes(list(changes))
        return self.services.told

    def load_all(self, user_ids: Sequence[str]) -> dict[str, Subscribed]:
        self.asked.append(list(user_ids))
        return {id: Subscribed("tag", self.browsers[id]) for id in user_ids if id in self.browsers}

    def find_active_sign_ins(self, sign_in_ids: Iterable[str]) -> set[str]:
        return set(sign_in_ids) - {self.ended}

    def mark_settled(self, places: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        self.asked.append(list(places))
        return self.settled & set(places)

    def choose_channels(self, user_ids: Iterable[str], action: NotificationAction) -> dict[str, Channels]:
        return {id: Channels(push=action not in self.quiet) for id in user_ids}

    def forget(self, user_id: str, ids: Collection[str]) -> bool:
        self.forgotten.append((user_id, set(ids)))
        return True

    def mark_web_pushed(self, user_id: str, notification_id: str, *, devices: int) -> None:
        self.marked.append((user_id, notification_id, devices))


def item(id: str, user_id: str = "ada", **changes: Any) -> dict[str, Any]:
    kept = {"id": id, "user_id": user_id, "title": "Paid", "action": "order_paid", "received_at": NOW - 60}
    return {**kept, "has_read": False, **changes}


def created(id: str, user_id: str = "ada", **changes: Any) -> Change:
    return Change(ChangeKind.CREATED, "NOTIFICATION", f"USER#{user_id}", None, item(id, user_id, **changes))


def test_push_rings_every_browser_of_the_reader_and_counts_them() -> None:
    world = World({"ada": [browser("b1"), browser("b2")]})
    assert world.push(created("N1")) == [("b1", "N1"), ("b2", "N1")]
    assert (world.marked, world.forgotten) == ([("ada", "N1", 2)], [])
    ((messages, within),) = world.services.calls
    assert [json.loads(one.payload) for one in messages] == [{"id": "N1", "tag": "N1", "title": "Paid"}] * 2
    assert ({one.ttl for one in messages}, within) == ({FRESH_SECONDS - 60}, WITHIN_SECONDS)


def test_push_for_several_people_is_one_request() -> None:
    world = World({"ada": [browser("b1")], "bob": [browser("b2", "bob")]})
    world.push(created("N2", "bob"), created("N1"), created("N3", "eve"))
    assert (world.services.told, len(world.services.calls)) == ([("b1", "N1"), ("b2", "N2")], 1)
    assert world.asked == [["ada", "bob", "eve"], [("ada", "N1"), ("bob", "N2")]]


def test_push_a_burst_rings_for_the_newest_alone_under_one_topic() -> None:
    world = World({"ada": [browser("b1")]})
    assert world.push(created("N2", group_key="burst"), created("N1", group_key="burst"), created("N3")) == [
        ("b1", "N2"),
        ("b1", "N3"),
    ]
    first, second = (one for messages, _ in world.services.calls for one in messages)
    assert (json.loads(first.payload)["tag"], len(first.topic), first.topic != second.topic) == ("burst", 32, True)


@pytest.mark.parametrize(
    "change",
    [
        created("N1", has_read=True),
        created("N1", received_at=NOW - FRESH_SECONDS),
        created("N1", action="no action"),
        Change(ChangeKind.CREATED, "NOTIFICATION", "USER#ada", None, {"id": "N1"}),
        Change(ChangeKind.CHANGED, "NOTIFICATION", "USER#ada", item("N1"), item("N1")),
        Change(ChangeKind.REMOVED, "NOTIFICATION", "USER#ada", item("N1"), None),
    ],
    ids=["read", "too old", "unknown action", "cut off", "changed", "removed"],
)
def test_push_what_is_no_fresh_unread_notification_rings_nowhere_and_costs_the_others_nothing(change: Change) -> None:
    assert World({"ada": [browser("b1")]}).push(change, created("N2")) == [("b1", "N2")]


def test_push_a_batch_that_comes_again_rings_only_for_what_was_not_told() -> None:
    world = World({"ada": [browser("b1")]}, settled={("ada", "N1")})
    assert world.push(created("N1"), created("N2")) == [("b1", "N2")]


def test_push_what_its_reader_does_not_want_rings_nowhere() -> None:
    world = World({"ada": [browser("b1")]}, quiet={NotificationAction.ORDER_PAID})
    assert world.push(created("N1"), created("N2", action="announcement")) == [("b1", "N2")]


@pytest.mark.parametrize(("settled", "quiet"), [({("ada", "N1")}, ()), ((), {NotificationAction.ORDER_PAID})])
def test_push_with_nothing_to_tell_calls_no_service(settled: Any, quiet: Any) -> None:
    world = World({"ada": [browser("b1")]}, settled=settled, quiet=quiet)
    assert (world.push(created("N1")), world.services.calls, world.marked) == ([], [], [])


def test_push_to_a_browser_whose_sign_in_ended_forgets_it_instead() -> None:
    world = World(
        {"ada": [browser("b1"), browser("b2", family_id="other")], "bob": [browser("b3", "bob")]}, ended="other"
    )
    assert world.push(created("N1"), created("N2", "bob")) == [("b1", "N1"), ("b3", "N2")]
    assert world.forgotten == [("ada", {"b2"})]


@pytest.mark.parametrize(("expires_at", "rings"), [(NOW + 1, True), (NOW, False)])
def test_push_to_a_browser_past_its_life_forgets_it_and_settles_nothing(expires_at: int, rings: bool) -> None:
    world = World({"ada": [browser("b1", expires_at=expires_at)]})
    assert world.push(created("N1")) == ([("b1", "N1")] if rings else [])
    assert world.forgotten == ([] if rings else [("ada", {"b1"})])
    assert world.asked[1:] == ([[("ada", "N1")]] if rings else [[]])


def test_push_to_a_browser_that_is_gone_forgets_it_and_counts_those_that_took_it() -> None:
    world = World({"ada": [browser("b1"), browser("b2"), browser("b3")]}, b1="gone", b2="failed")
    world.push(created("N1"), created("N2"))
    assert world.forgotten == [("ada", {"b1"})]
    assert world.marked == [("ada", "N1", 1), ("ada", "N2", 1)]


def test_push_to_browsers_of_two_that_are_gone_forgets_each_from_its_owner() -> None:
    world = World({"ada": [browser("b1")], "bob": [browser("b2", "bob")]}, b1="gone", b2="gone")
    world.push(created("N1"), created("N2", "bob"))
    assert sorted(world.forgotten) == [("ada", {"b1"}), ("bob", {"b2"})]


def test_push_that_nobody_took_is_kept_as_no_fact() -> None:
    world = World({"ada": [browser("b1")]}, b1="failed")
    world.push(created("N1"))
    assert (world.marked, world.forgotten) == ([], [])


def test_push_where_it_is_switched_off_asks_for_nothing() -> None:
    world = World({"ada": [browser("b1")]})
    world.off.on_changes([created("N1")])
    assert (world.asked, world.services.calls) == ([], [])
