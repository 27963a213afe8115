"""From the stream to the sockets of whom it concerns."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import bootstrap, reactions, telemetry
from chalicelib.core.errors import Unauthenticated
from chalicelib.core.pagination import Page
from chalicelib.live.services.sockets import Sockets
from chalicelib.triggers import streams
from local.dynamodb.database_server import DatabaseEndpoint
from tests.integration.conftest import (
    FakeClock,
    FakePusher,
    Person,
    connect,
    deliver,
    notification,
    react,
    receive,
    records,
)

NOTHING_FAILED: dict[str, list[Any]] = {"batchItemFailures": []}


def of_notifications(record: dict[str, Any]) -> bool:
    return str(record["dynamodb"]["Keys"]["sk"]["S"]).startswith("NOTIFICATION#")


def test_new_notification_reaches_every_connection_of_its_user(
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    ada: Person,
    person: Callable[[], Person],
    pusher: FakePusher,
) -> None:
    tabs, (other,) = connect(services, ada, 5), connect(services, person())
    ids = receive(ada.id, 3)
    assert react(database) == NOTHING_FAILED
    assert set(pusher.sent) == set(tabs)
    assert other not in pusher.sent
    for tab in tabs:
        (frame,) = pusher.sent[tab]
        assert (frame["meta"], frame["notif_count"]) == ("New notifications", 3)
        assert [shown["id"] for shown in frame["notifs"]] == ids


def test_push_that_comes_late_says_how_long_ago_as_the_list_does(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    (tab,) = connect(services, ada, 1)
    deliver(notification(ada.id, received_at=int(time.time()) - 2 * 3600 - 60))
    assert react(database) == NOTHING_FAILED
    (pushed,) = pusher.sent[tab][0]["notifs"]
    _, body = services.notifications.read_inbox.list_notifications(ada.id, "all", "newest", Page()).load()
    (listed,) = json.loads(body)["items"]
    assert (pushed["received_ago"], listed["received_ago"]) == ("2 hours ago", "2 hours ago")


def test_push_to_three_with_one_gone_forgets_it_and_reaches_the_others(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    first, gone, third = connect(services, ada, 3)
    pusher.gone = {gone}
    receive(ada.id)
    assert react(database) == NOTHING_FAILED
    assert set(pusher.sent) == {first, third}
    assert {c.id for c in services.live.connection_store.list_connections(ada.id)} == {first, third}
    assert services.live.connection_store.find(gone) is None


def test_push_out_of_reach_ends_the_connection_so_that_nothing_is_passed_over(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    first, failing = connect(services, ada, 2)
    pusher.failing = {failing}
    receive(ada.id)
    assert react(database) == NOTHING_FAILED
    assert list(pusher.sent) == [first]
    assert pusher.closed == [failing]
    assert [one.id for one in services.live.connection_store.list_connections(ada.id)] == [first]


def test_marks_within_a_batch_tell_how_each_ended(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    (tab,) = connect(services, ada)
    first, second, third = receive(ada.id, 3)
    seen = len(records(database))
    mark = services.notifications.mark_read
    for turn, id in (
        (mark.mark_read, first),
        (mark.mark_read, second),
        (mark.mark_unread, first),
        (mark.mark_read, third),
    ):
        turn(id, caller=ada.principal)
    batch = records(database)[seen:]
    assert streams.react({"Records": batch}, reactions.NOTIFICATIONS) == NOTHING_FAILED
    assert pusher.sent[tab] == [
        {"meta": "Notifications read", "notif_count": 1, "ids": [second, third]},
        {"meta": "Notifications unread", "notif_count": 1, "ids": [first]},
    ]


def test_push_after_signing_out_goes_nowhere_and_closes(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    from chalicelib.accounts.adapters.sign_ins import DynamoSignIns

    (tab,) = connect(services, ada)
    DynamoSignIns().end_sign_in(ada.principal.sign_in_id)
    receive(ada.id)
    assert react(database) == NOTHING_FAILED
    assert (pusher.sent, pusher.closed) == ({}, [tab])
    assert services.live.connection_store.list_connections(ada.id) == []


def test_push_to_a_connection_past_its_life_goes_nowhere(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    connect(services, ada)
    receive(ada.id)

    class Later:
        def now(self) -> float:
            return services.clock.now() + 3 * 3600

    services.live.sockets = Sockets(services.live.connection_store, services.accounts.credentials, pusher, Later())
    react(database)
    assert pusher.sent == {}
    assert services.live.connection_store.list_connections(ada.id) == []


def test_many_in_one_batch_are_split_into_frames(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    (tab,) = connect(services, ada)
    ids = receive(ada.id, 200)
    react(database)
    assert len(pusher.sent[tab]) > 1
    assert [shown["id"] for frame in pusher.sent[tab] for shown in frame["notifs"]] == ids
    assert all(len(json.dumps(frame, separators=(",", ":"))) <= 32_000 for frame in pusher.sent[tab])


def test_batch_delivered_twice_tells_the_same_ids(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    (tab,) = connect(services, ada)
    receive(ada.id)
    react(database)
    react(database)
    first, second = pusher.sent[tab]
    assert first == second


@pytest.mark.parametrize("poisoned", range(10))
@pytest.mark.parametrize("poison", ["unreadable", "unknown_action"])
def test_poison_record_is_reported_and_the_others_take_effect(
    *,
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    ada: Person,
    pusher: FakePusher,
    poisoned: int,
    poison: str,
) -> None:
    (tab,) = connect(services, ada)
    ids = receive(ada.id, 10)
    batch = [record for record in records(database) if of_notifications(record)]
    bad = batch[poisoned]["dynamodb"]
    if poison == "unreadable":
        bad["NewImage"]["title"] = {"S": "a", "N": "1"}
    else:
        bad["NewImage"]["action"] = {"S": "from_the_future"}
    answer = streams.react({"Records": batch}, reactions.NOTIFICATIONS)
    assert answer == {"batchItemFailures": [{"itemIdentifier": bad["SequenceNumber"]}]}
    told = [shown["id"] for frame in pusher.sent[tab] for shown in frame["notifs"]]
    assert told == [id for id in ids if id != ids[poisoned]]


def test_poison_of_one_user_costs_another_nothing(
    *,
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    ada: Person,
    person: Callable[[], Person],
    pusher: FakePusher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = person()
    (tab,), (mine,) = connect(services, ada), connect(services, other)
    deliver(notification(other.id), notification(ada.id))
    counter = services.notifications.counters.load_counter

    def failing(user_id: str) -> Any:
        if user_id == other.id:
            raise RuntimeError
        return counter(user_id)

    monkeypatch.setattr(services.notifications.counters, "load_counter", failing)
    answer = react(database, of_notifications)
    assert len(answer["batchItemFailures"]) == 1
    assert mine not in pusher.sent
    assert len(pusher.sent[tab]) == 1


def test_nobody_connected_costs_no_count(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(ada.id)
    monkeypatch.delattr(type(services.notifications.counters), "load_counter")
    assert react(database) == NOTHING_FAILED


def test_log_of_a_push_names_nobody(
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    ada: Person,
    pusher: FakePusher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines: list[dict[str, Any]] = []
    monkeypatch.setattr(telemetry, "log", lambda event, **fields: lines.append({"event": event, **fields}))
    connect(services, ada)
    receive(ada.id)
    react(database)
    assert lines == [
        {"event": "notifications_pushed", "added": 1, "marked": 0, "connections": 1, "gone": 0, "failed": 0}
    ]


def test_socket_that_was_cut_without_hearing_so_hears_it_at_its_next_ping(
    ada: Person, services: bootstrap.Services, pusher: FakePusher, database: DatabaseEndpoint
) -> None:
    (tab,) = connect(services, ada)
    pusher.failing = {tab}
    receive(ada.id)
    react(database)
    with pytest.raises(Unauthenticated, match="connection has ended"):
        services.live.connect_socket.handle_frame(tab, '{"action":"ping"}')


def test_reaction_that_cannot_be_built_costs_the_others_nothing(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    def unbuildable(_: bootstrap.Services) -> Any:
        raise RuntimeError

    (tab,) = connect(services, ada)
    receive(ada.id)
    broken = (reactions.On("UNREAD", unbuildable), *reactions.NOTIFICATIONS)
    answer = streams.react({"Records": records(database)}, broken)
    assert len(answer["batchItemFailures"]) == 1
    assert len(pusher.sent[tab]) == 1


def facts(user_id: str, notification_id: str) -> tuple[int, int] | None:
    """How many devices a notification reached, and when."""
    from chalicelib.notifications.adapters import keys as notification_keys
    from chalicelib.notifications.adapters.items import DeliveryItem

    try:
        item = DeliveryItem.get(*notification_keys.delivery(user_id, notification_id))
    except DeliveryItem.DoesNotExist:
        return None
    return int(item.pushed), int(item.pushed_at)


def test_push_is_kept_as_a_fact_once_and_causes_nothing(
    *, clock: FakeClock, database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    _, gone, failing = connect(services, ada, 3)
    pusher.gone, pusher.failing = {gone}, {failing}
    ids = receive(ada.id, 2)
    at = int(clock.time)
    react(database)
    clock.time += 5
    connect(services, ada)
    react(database, of_notifications)
    assert [facts(ada.id, id) for id in ids] == [(1, at)] * 2
    pusher.sent.clear()
    assert react(database, lambda record: "DELIVERY" in str(record["dynamodb"]["Keys"])) == NOTHING_FAILED
    assert pusher.sent == {}


def test_push_that_reached_nobody_is_no_fact(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    pusher.failing = set(connect(services, ada))
    (id,) = receive(ada.id)
    react(database)
    assert facts(ada.id, id) is None


def test_notification_that_says_something_new_is_pushed_again_with_its_id(
    database: DatabaseEndpoint, services: bootstrap.Services, ada: Person, pusher: FakePusher
) -> None:
    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.notifications.adapters.items import NotificationItem

    (tab,) = connect(services, ada)
    (id,) = receive(ada.id)
    seen = len(records(database))
    NotificationItem(*keys.notification(ada.id, id)).update([NotificationItem.title.set("Two orders are paid")])
    streams.react({"Records": records(database)[seen:]}, reactions.NOTIFICATIONS)
    (frame,) = pusher.sent[tab]
    assert [(one["id"], one["title"]) for one in frame["notifs"]] == [(id, "Two orders are paid")]


def test_batches_after_each_other_keep_the_order_of_a_user(
    *,
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    ada: Person,
    person: Callable[[], Person],
    pusher: FakePusher,
) -> None:
    people = [ada, *(person() for _ in range(11))]
    tabs = {one.id: connect(services, one, 2) for one in people}
    ids: dict[str, list[str]] = {one.id: [] for one in people}
    seen = 0
    for _ in range(4):
        for one in people:
            ids[one.id] += receive(one.id, 2)
        batch = records(database)[seen:]
        seen += len(batch)
        assert streams.react({"Records": batch}, reactions.NOTIFICATIONS) == NOTHING_FAILED
    for one in people:
        for tab in tabs[one.id]:
            assert [shown["id"] for frame in pusher.sent[tab] for shown in frame["notifs"]] == ids[one.id]


def test_batch_of_many_users_is_pushed_side_by_side(
    *,
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    person: Callable[[], Person],
    pusher: FakePusher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [person() for _ in range(8)]
    for one in people:
        connect(services, one)
        receive(one.id)
    all_at_once = threading.Barrier(len(people))
    push = FakePusher.push

    def waiting(self: FakePusher, *arguments: Any, **named: Any) -> Any:
        all_at_once.wait(10)  # breaks, and fails the push, unless all users are pushed to at the same time
        return push(self, *arguments, **named)

    monkeypatch.setattr(FakePusher, "push", waiting)
    assert react(database, of_notifications) == NOTHING_FAILED
    assert len(pusher.sent) == len(people)


@pytest.mark.parametrize("waited", [0, 1, 20, 60])
def test_push_after_all_sign_ins_of_a_user_ended_goes_nowhere(
    *,
    clock: FakeClock,
    database: DatabaseEndpoint,
    services: bootstrap.Services,
    ada: Person,
    pusher: FakePusher,
    waited: int,
) -> None:
    from chalicelib.accounts.adapters import keys as account_keys
    from chalicelib.accounts.adapters.items import SignInOfUserItem
    from chalicelib.accounts.adapters.sign_ins import DynamoSignIns

    sign_in = account_keys.sign_in_of_user(ada.id, ada.principal.sign_in_id)
    SignInOfUserItem(*sign_in, expires_at=int(clock.time) + 3600).save()
    tabs = connect(services, ada, 2)
    receive(ada.id)
    react(database)
    assert set(pusher.sent) == set(tabs)
    pusher.sent.clear()
    seen = len(records(database))
    DynamoSignIns().end_sign_ins_of_user(ada.id)  # what a password reset does
    clock.time += waited
    receive(ada.id)
    streams.react({"Records": records(database)[seen:]}, reactions.NOTIFICATIONS)
    assert (pusher.sent, sorted(pusher.closed)) == ({}, sorted(tabs))
