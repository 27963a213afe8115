"""Counting, listing and marking notifications over HTTP."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.core.ids import make_ulid, milliseconds_of
from chalicelib.core.times import moment
from chalicelib.notifications.adapters import inbox as notification_store
from chalicelib.notifications.ports import MARKED_AT_ONCE
from chalicelib.notifications.services import mark_read
from tests.harness.transactions import sizes_of_transactions
from tests.integration.conftest import (
    FakeClock,
    Person,
    deliver,
    notification,
    receive,
    recount,
)


def count(person: Person) -> int:
    return int(person.client.get("/v1/notifications/unread-count").json["count"])


def test_count_never_notified_is_zero_and_conditional(ada: Person) -> None:
    first = ada.client.get("/v1/notifications/unread-count")
    assert (first.status, first.json) == (200, {"count": 0})
    assert ada.client.get("/v1/notifications/unread-count", if_none_match=first.etag).status == 304


def test_count_after_each_change_has_a_new_tag(ada: Person) -> None:
    tags = [ada.client.get("/v1/notifications/unread-count").etag]
    (id,) = receive(ada.id)
    for turn in ("read", "unread", "read"):
        tags.append(ada.client.get("/v1/notifications/unread-count").etag)
        assert ada.client.post(f"/v1/notifications/{id}/{turn}").status == 204
    tags.append(ada.client.get("/v1/notifications/unread-count").etag)
    assert len(set(tags)) == 5


def test_list_newest_first_shows_every_promised_field(ada: Person, clock: FakeClock) -> None:
    start = int(clock.time) // 60 * 60
    older = notification(ada.id, received_at=start - 3600)
    newer = notification(ada.id, received_at=start - 180, name="<b>")
    deliver(older, newer)
    reply = ada.client.get("/v1/notifications")
    assert reply.headers["cache-control"] == "private, no-cache"
    assert [item["id"] for item in reply.json["items"]] == [newer.id, older.id]
    shown, second = reply.json["items"]
    assert shown == {
        "id": newer.id,
        "action": "order_paid",
        "title": "Paid: <b>",
        "message": "<p>Your order for <strong>&lt;b&gt;</strong> is paid: 1.00 EUR.</p>",
        "received_at": moment(start - 180).isoformat().replace("+00:00", "Z"),
        "received_ago": "3 minutes ago",
        "has_read": False,
        "group": None,
        "links": {"mark_read": f"/api/v1/notifications/{newer.id}/read", "subject": "/orders/ORDER"},
    }
    assert second["received_ago"] == "an hour ago"
    assert reply.json["next_cursor"] is None


def test_list_received_within_this_minute_is_now(ada: Person, clock: FakeClock) -> None:
    deliver(notification(ada.id, received_at=int(clock.time)))
    assert ada.client.get("/v1/notifications").json["items"][0]["received_ago"] == "now"


def test_list_equal_tags_mean_equal_bytes(ada: Person, clock: FakeClock) -> None:
    deliver(notification(ada.id, received_at=int(clock.time) - 60))
    first = ada.client.get("/v1/notifications")
    clock.time += 29
    second = ada.client.get("/v1/notifications")
    assert (second.etag, second.body) == (first.etag, first.body)
    assert ada.client.get("/v1/notifications", if_none_match=first.etag).status == 304
    clock.time += 1
    third = ada.client.get("/v1/notifications", if_none_match=first.etag)
    assert third.status == 200
    assert third.body != first.body


def test_list_not_modified_reads_the_counter_only(
    ada: Person, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(ada.id, 3)
    tag = ada.client.get("/v1/notifications").etag
    monkeypatch.delattr(notification_store.DynamoInbox, "newest")
    assert ada.client.get("/v1/notifications", if_none_match=tag).status == 304


def test_list_changed_after_marking_is_sent_again(ada: Person, clock: FakeClock) -> None:
    (id,) = receive(ada.id)
    before = ada.client.get("/v1/notifications")
    ada.client.post(f"/v1/notifications/{id}/read")
    after = ada.client.get("/v1/notifications", if_none_match=before.etag)
    assert after.status == 200
    assert after.json["items"][0]["has_read"] is True


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("state", ["all", "unread", "read"])
def test_list_in_pages_gives_each_once_in_order(ada: Person, state: str, order: str) -> None:
    ids = receive(ada.id, 11)
    read = ids[::3]
    for id in read:
        ada.client.post(f"/v1/notifications/{id}/read")
    expected = {"all": ids, "read": read, "unread": [id for id in ids if id not in read]}[state]
    found, cursor, pages = [], "", 0
    while True:
        reply = ada.client.get(f"/v1/notifications?state={state}&order={order}&limit=2{cursor}").json
        found += [item["id"] for item in reply["items"]]
        pages += 1
        if reply["next_cursor"] is None:
            break
        cursor = f"&cursor={reply['next_cursor']}"
    assert found == (expected if order == "oldest" else expected[::-1])
    assert pages == -(-len(expected) // 2)


def test_list_read_far_back_is_found_page_by_page(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notification_store, "EXAMINED_AT_ONCE", 5)
    ids = receive(ada.id, 12)
    ada.client.post(f"/v1/notifications/{ids[0]}/read")
    found, cursor = [], ""
    for _ in range(3):
        reply = ada.client.get(f"/v1/notifications?state=read{cursor}").json
        found += [item["id"] for item in reply["items"]]
        cursor = f"&cursor={reply['next_cursor']}"
    assert (found, reply["next_cursor"]) == (ids[:1], None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("state=open", "invalid_state"),
        ("order=random", "invalid_order"),
        ("limit=0", "invalid_limit"),
        ("limit=501", "invalid_limit"),
        ("cursor=abc", "invalid_cursor"),
        ("page=2", "unknown_parameter"),
    ],
)
def test_list_bad_query_is_refused(ada: Person, query: str, code: str) -> None:
    reply = ada.client.get(f"/v1/notifications?{query}")
    assert (reply.status, reply.code) == (400, code)


def test_list_cursor_of_another_person_is_refused(ada: Person, person: Callable[[], Person]) -> None:
    receive(ada.id, 2)
    cursor = ada.client.get("/v1/notifications?limit=1").json["next_cursor"]
    assert person().client.get(f"/v1/notifications?limit=1&cursor={cursor}").code == "invalid_cursor"


def test_mark_read_again_changes_nothing(ada: Person) -> None:
    first, _ = receive(ada.id, 2)
    assert ada.client.post(f"/v1/notifications/{first}/read").status == 204
    tag = ada.client.get("/v1/notifications/unread-count").etag
    assert ada.client.post(f"/v1/notifications/{first}/read").status == 204
    assert ada.client.get("/v1/notifications/unread-count").etag == tag
    assert count(ada) == 1


def test_mark_somebody_elses_is_as_absent_as_none(ada: Person, person: Callable[[], Person]) -> None:
    (id,) = receive(ada.id)
    missing = make_ulid(1, b"0123456789")
    stranger = person()
    for turn in ("read", "unread"):
        replies = [stranger.client.post(f"/v1/notifications/{one}/{turn}") for one in (id, missing, "x", "COUNTER")]
        assert [(reply.status, reply.code) for reply in replies] == [(404, "not_found")] * 4
    assert (count(ada), count(stranger)) == (1, 0)


def test_mark_read_twenty_times_at_once_counts_once(ada: Person) -> None:
    ids = receive(ada.id, 3)
    start = threading.Barrier(20)

    def mark(number: int) -> int:
        start.wait()
        return ada.client.post(f"/v1/notifications/{ids[number % 2]}/read").status

    with ThreadPoolExecutor(20) as threads:
        assert set(threads.map(mark, range(20))) == {204}
    assert count(ada) == 1
    assert recount(ada.id) == (1, 1)


def test_read_all_marks_everything_and_may_be_repeated(ada: Person) -> None:
    receive(ada.id, 100)
    first, again = (ada.client.post("/v1/notifications/read-all").json for _ in range(2))
    assert [(one["read"], one["more"]) for one in (first, again)] == [(100, False), (0, False)]
    assert (count(ada), recount(ada.id)) == (0, (0, 0))


def test_read_all_above_the_bound_says_there_is_more(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mark_read, "MARKED_PER_CALL", 2 * MARKED_AT_ONCE)
    receive(ada.id, 2 * MARKED_AT_ONCE + 12)
    first = ada.client.post("/v1/notifications/read-all").json
    assert (first["read"], first["more"]) == (2 * MARKED_AT_ONCE, True)
    assert count(ada) == 12
    (late,) = deliver(notification(ada.id)._replace(id=make_ulid(milliseconds_of(first["up_to"]) + 1, bytes(10))))
    rest = ada.client.post(f"/v1/notifications/read-all?up_to={first['up_to']}").json
    assert rest == {"read": 12, "more": False, "up_to": first["up_to"]}
    assert [one["id"] for one in ada.client.get("/v1/notifications?state=unread").json["items"]] == [late]


@pytest.mark.parametrize("up_to", ["", "x", "01ARZ3NDEKTSV4RRFFQ69G5FA", "%00"])
def test_read_all_up_to_no_id_is_refused(ada: Person, up_to: str) -> None:
    receive(ada.id, 1)
    reply = ada.client.post(f"/v1/notifications/read-all?up_to={up_to}")
    assert (reply.status, reply.json["code"]) == (400, "invalid_up_to")
    assert count(ada) == 1


def test_read_all_over_marks_of_nothing_comes_to_an_end(ada: Person) -> None:
    from chalicelib.aws import dynamo_keys as keys
    from chalicelib.notifications.adapters.items import UnreadMarkItem

    for number in range(2):
        UnreadMarkItem(*keys.unread_mark(ada.id, make_ulid(1, bytes([number] * 10)))).save()
    assert ada.client.post("/v1/notifications/read-all").json["more"] is False


def test_read_all_by_two_at_once_counts_each_once(ada: Person) -> None:
    receive(ada.id, 120)
    with ThreadPoolExecutor(2) as threads:
        replies = list(threads.map(lambda _: ada.client.post("/v1/notifications/read-all").json["read"], range(2)))
    assert sum(replies) == 120
    assert (count(ada), recount(ada.id)) == (0, (0, 0))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/notifications"),
        ("GET", "/v1/notifications/unread-count"),
        ("POST", "/v1/notifications/read-all"),
        ("POST", "/v1/notifications/01ARZ3NDEKTSV4RRFFQ69G5FAV/read"),
        ("POST", "/v1/live/tickets"),
    ],
)
def test_signed_out_callers_are_refused(ada: Person, method: str, path: str) -> None:
    reply = ada.client.as_user(None).request(method, path)
    assert (reply.status, reply.code) == (401, "unauthenticated")


def test_deliver_twice_is_one_notification(ada: Person) -> None:
    from chalicelib.aws.dynamo_transactions import ConditionLost

    one = notification(ada.id)
    deliver(one)
    with pytest.raises(ConditionLost) as lost:
        deliver(one)
    assert set(lost.value.lost) == {"notification"}
    assert (count(ada), recount(ada.id)) == (1, (1, 1))


def test_deliver_two_to_one_person_in_one_transaction_counts_both(ada: Person, person: Callable[[], Person]) -> None:
    other = person()
    deliver(notification(ada.id), notification(other.id), notification(ada.id))
    assert (count(ada), count(other)) == (2, 1)


def test_list_changed_while_built_is_built_again(
    ada: Person, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = notification_store.DynamoInbox.newest
    late = [notification(ada.id)]

    def racing(*given: Any) -> Any:
        page = newest(*given)
        if late:
            deliver(late.pop())
        return page

    monkeypatch.setattr(notification_store.DynamoInbox, "newest", racing)
    first, second = ada.client.get("/v1/notifications"), ada.client.get("/v1/notifications")
    assert (first.etag, first.body) == (second.etag, second.body)
    assert len(first.json["items"]) == 1


def test_read_all_fills_transactions(ada: Person) -> None:
    receive(ada.id, 60)
    with sizes_of_transactions() as sizes:
        assert ada.client.post("/v1/notifications/read-all").status == 200
    assert sizes == [2 * 49 + 1, 2 * 11 + 1], "one notification more would be 101"
    assert recount(ada.id) == (0, 0)
