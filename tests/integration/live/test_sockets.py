"""Tickets, opening sockets, and what is answered over them; events in the shape API Gateway sends."""

import base64
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.core.ids import make_ulid
from chalicelib.live.domain import machine
from chalicelib.live.services import connect_socket
from chalicelib.triggers import sockets
from tests.harness.client import Client
from tests.integration.conftest import (
    FakeClock,
    FakePusher,
    Person,
    connect,
    deliver,
    notification,
    receive,
)

ORIGIN = "https://tickets.example"


def event(connection_id: str, **more: Any) -> dict[str, Any]:
    context = {"connectionId": connection_id, "domainName": "ws.example", "stage": "api"}
    return {"requestContext": context, "isBase64Encoded": False, **more}


def opening(ticket: str | None, connection_id: str = "a=", **headers: str) -> dict[str, Any]:
    query = None if ticket is None else {"ticket": ticket}
    return event(connection_id, headers=headers, queryStringParameters=query)


def ticket(person: Person, **headers: str) -> str:
    reply = person.client.post("/v1/live/tickets", **headers)
    assert (reply.status, reply.json["expires_in"]) == (201, 30)
    url, _, secret = str(reply.json["url"]).partition("?ticket=")
    assert url == "ws://127.0.0.1:8000/_local/socket"
    return secret


def rows(services: bootstrap.Services, person: Person) -> list[str]:
    return [connection.id for connection in services.live.connection_store.list_connections(person.id)]


def say(connection_id: str, frame: Any) -> dict[str, Any]:
    text = frame if isinstance(frame, str) else json.dumps(frame)
    return sockets.message(event(connection_id, body=text))


def greeted(frame: dict[str, Any]) -> tuple[int, list[Any], bool]:
    """Count, what was missed, and whether to read the inbox, of an answer to hello."""
    assert set(frame) == {"meta", "notif_count", "missed", "resync", "position"}
    assert frame["meta"] == "WS connected"
    return frame["notif_count"], [one["id"] for one in frame["missed"]], frame["resync"]


def test_connect_good_ticket_opens_once(ada: Person, services: bootstrap.Services, pusher: FakePusher) -> None:
    secret = ticket(ada)
    assert sockets.connect(opening(secret)) == {"statusCode": 200}
    assert sockets.connect(opening(secret, "b=")) == {"statusCode": 401}
    assert rows(services, ada) == ["a="]


def test_connect_raced_by_two_opens_one(ada: Person, services: bootstrap.Services) -> None:
    for round_ in range(10):
        secret, start = ticket(ada), threading.Barrier(2)

        def race(number: int, secret: str = secret, start: threading.Barrier = start, round_: int = round_) -> Any:
            start.wait()
            return sockets.connect(opening(secret, f"{round_}-{number}"))["statusCode"]

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(race, range(2))) == [200, 401]
    assert len(rows(services, ada)) == 10


@pytest.mark.parametrize(("waited", "status"), [(29.9, 200), (30, 401), (3600, 401)])
def test_connect_ticket_age_is_checked_by_time(clock: FakeClock, ada: Person, waited: float, status: int) -> None:
    secret = ticket(ada)
    clock.time += waited
    assert sockets.connect(opening(secret)) == {"statusCode": status}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": ORIGIN}, 200),
        ({"origin": ORIGIN}, 200),
        ({"Origin": "https://evil.example"}, 401),
        ({"Origin": f"{ORIGIN}.evil.example"}, 401),
        ({"Origin": "null"}, 401),
        ({}, 401),
    ],
)
def test_connect_ticket_of_a_page_opens_from_its_origin_only(
    ada: Person, services: bootstrap.Services, headers: dict[str, str], status: int
) -> None:
    secret = ticket(ada, origin=ORIGIN)
    assert sockets.connect(opening(secret, **headers)) == {"statusCode": status}
    assert len(rows(services, ada)) == (status == 200)
    assert sockets.connect(opening(secret, "b=", Origin=ORIGIN)) == {"statusCode": 401}


def test_connect_ticket_of_no_page_opens_from_anywhere(ada: Person) -> None:
    assert sockets.connect(opening(ticket(ada), Origin=ORIGIN)) == {"statusCode": 200}


@pytest.mark.parametrize("secret", [None, "", "x", "x" * 101, "é"])
def test_connect_no_ticket_of_ours_is_refused(services: bootstrap.Services, secret: str | None) -> None:
    assert sockets.connect(opening(secret)) == {"statusCode": 401}


def test_connect_after_signing_out_is_refused(ada: Person) -> None:
    from chalicelib.accounts.adapters.sign_ins import DynamoSignIns

    secret = ticket(ada)
    DynamoSignIns().end_sign_in(ada.principal.sign_in_id)
    assert sockets.connect(opening(secret)) == {"statusCode": 401}


def test_connect_ticket_is_no_bearer_token(ada: Person) -> None:
    client: Client = ada.client.as_user(ticket(ada))
    assert client.get("/v1/notifications/unread-count").status == 401


def test_live_off_gives_no_ticket_and_no_socket(ada: Person, services: bootstrap.Services) -> None:
    secret = ticket(ada)
    services.config = services.config.replaced(live=False)
    reply = ada.client.post("/v1/live/tickets")
    assert (reply.status, reply.code) == (404, "live_off")
    assert sockets.connect(opening(secret)) == {"statusCode": 404}


def test_tickets_are_stored_hashed(ada: Person) -> None:
    from chalicelib.aws.dynamo_tables import ConnectionsTable

    secret = ticket(ada)
    stored = [str(item.attribute_values) for item in ConnectionsTable.scan()]
    assert len(stored) == 1
    assert secret not in stored[0]


def test_disconnect_removes_both_rows(ada: Person, services: bootstrap.Services) -> None:
    (id,) = connect(services, ada)
    assert sockets.disconnect(event(id)) == {"statusCode": 200}
    assert rows(services, ada) == []
    assert services.live.connection_store.find(id) is None
    assert sockets.disconnect(event(id)) == {"statusCode": 200}


def test_hello_first_time_tells_the_count(ada: Person, services: bootstrap.Services, pusher: FakePusher) -> None:
    (id,) = connect(services, ada)
    receive(ada.id, 2)
    assert say(id, {"action": "hello", "since": None}) == {"statusCode": 200}
    assert [greeted(frame) for frame in pusher.sent[id]] == [(2, [], False)]


def test_hello_since_tells_what_was_missed_in_order_once(
    ada: Person, services: bootstrap.Services, pusher: FakePusher
) -> None:
    (id,) = connect(services, ada)
    ids = receive(ada.id, 103)
    for since, missed in ((ids[-1], []), (ids[-2], ids[-1:]), (ids[2], ids[3:])):
        pusher.sent.clear()
        say(id, {"action": "hello", "since": since})
        first, *rest = pusher.sent[id]
        told = [*first["missed"], *(shown for frame in rest for shown in frame["notifs"])]
        assert [shown["id"] for shown in told] == missed
        assert (first["resync"], first["notif_count"]) == (False, 103)


def test_hello_since_too_long_ago_says_resync(
    ada: Person, services: bootstrap.Services, pusher: FakePusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect_socket, "MAX_MISSED", 5)
    (id,) = connect(services, ada)
    ids = receive(ada.id, 8)
    for since, resync, missed in ((ids[1], True, []), (ids[2], False, ids[3:])):
        pusher.sent.clear()
        say(id, {"action": "hello", "since": since})
        (frame,) = pusher.sent[id]
        assert (frame["resync"], frame["notif_count"]) == (resync, 8)
        assert [shown["id"] for shown in frame["missed"]] == missed


def test_hello_after_a_thousand_tells_each_in_frames_that_fit(
    ada: Person, services: bootstrap.Services, pusher: FakePusher
) -> None:
    (id,) = connect(services, ada)
    ids = receive(ada.id, 1001)
    say(id, {"action": "hello", "since": ids[0]})
    first, *rest = pusher.sent[id]
    told = [*first["missed"], *(shown for frame in rest for shown in frame["notifs"])]
    assert ([shown["id"] for shown in told], first["resync"]) == (ids[1:], False)
    assert all(len(json.dumps(frame, separators=(",", ":"))) <= 32_000 for frame in (first, *rest))
    assert [frame["more"] for frame in (first, *rest)] == list(range(len(rest), -1, -1))


def at(milliseconds: int) -> str:
    """An id of a notification made so long after some moment."""
    return make_ulid(1_700_000_000_000 + milliseconds, bytes(9) + b"\1")


@pytest.mark.parametrize(
    ("recent", "missed"),
    [
        (None, [70_001]),
        ([], [10_000, 40_000, 70_001]),
        ([40_000], [10_000, 70_001]),
        ([10_000, 40_000, 70_000], [70_001]),
    ],
)
def test_hello_with_recent_tells_what_came_late_of_the_last_minute(
    ada: Person, services: bootstrap.Services, pusher: FakePusher, recent: list[int] | None, missed: list[int]
) -> None:
    (id,) = connect(services, ada)
    deliver(*(notification(ada.id)._replace(id=at(n)) for n in (9_999, 10_000, 40_000, 70_000, 70_001)))
    has = {} if recent is None else {"recent": [at(n) for n in recent]}
    say(id, {"action": "hello", "since": at(70_000), **has})
    (frame,) = pusher.sent[id]
    assert [shown["id"] for shown in frame["missed"]] == [at(n) for n in missed]


def test_hello_with_the_position_of_the_last_answer_tells_what_came_since(
    clock: FakeClock, ada: Person, services: bootstrap.Services, pusher: FakePusher
) -> None:
    (id,) = connect(services, ada)
    say(id, {"action": "hello", "since": None})
    position = pusher.sent.pop(id)[0]["position"]
    moment = int(clock.time * 1000)
    late, fresh = (make_ulid(moment + after, b"0123456789") for after in (-30_000, 5_000))
    deliver(*(notification(ada.id)._replace(id=one) for one in (late, fresh)))
    say(id, {"action": "hello", "since": position, "recent": []})
    assert [greeted(frame) for frame in pusher.sent.pop(id)] == [(2, [late, fresh], False)]
    clock.time += connect_socket.POSITION_SECONDS
    (again,) = connect(services, ada)
    say(again, {"action": "hello", "since": position})
    assert [greeted(frame) for frame in pusher.sent[again]] == [(2, [], True)]


def test_hello_tells_of_what_was_missed_whether_it_was_read_meanwhile(
    ada: Person, services: bootstrap.Services, pusher: FakePusher
) -> None:
    (id,) = connect(services, ada)
    known, read, unread = receive(ada.id, 3)
    services.notifications.mark_read.mark_read(read, caller=ada.principal)
    say(id, {"action": "hello", "since": known})
    (frame,) = pusher.sent[id]
    assert [(one["id"], one.get("has_read")) for one in frame["missed"]] == [(read, True), (unread, None)]


def test_hello_since_something_unknown_says_resync(
    ada: Person, person: Callable[[], Person], services: bootstrap.Services, pusher: FakePusher
) -> None:
    (id,) = connect(services, ada)
    receive(ada.id)
    for since in (make_ulid(1, b"0123456789"), *receive(person().id)):
        pusher.sent.clear()
        say(id, {"action": "hello", "since": since})
        assert [greeted(frame) for frame in pusher.sent[id]] == [(1, [], True)]


@pytest.mark.parametrize(
    ("frame", "code"),
    [("{", "malformed_frame"), ('{"action":"x"}', "unknown_action"), ("x" * 5000, "frame_too_large")],
)
def test_message_not_understood_is_told_and_the_connection_kept(
    ada: Person, services: bootstrap.Services, pusher: FakePusher, frame: str, code: str
) -> None:
    (id,) = connect(services, ada)
    assert say(id, frame) == {"statusCode": 200}
    say(id, {"action": "ping"})
    told = pusher.sent[id]
    assert (told[0]["meta"], told[0]["code"], told[1]) == ("error", code, {"meta": "pong"})
    assert (pusher.closed, rows(services, ada)) == ([], [id])


def test_message_of_bytes_is_not_understood(ada: Person, services: bootstrap.Services, pusher: FakePusher) -> None:
    (id,) = connect(services, ada)
    body = base64.b64encode(b"\xff\xfe").decode()
    sockets.message({**event(id, body=body), "isBase64Encoded": True})
    assert [frame["code"] for frame in pusher.sent[id]] == ["malformed_frame"]


def test_message_after_signing_out_ends_the_connection(
    ada: Person, services: bootstrap.Services, pusher: FakePusher
) -> None:
    from chalicelib.accounts.adapters.sign_ins import DynamoSignIns

    (id,) = connect(services, ada)
    receive(ada.id)
    DynamoSignIns().end_sign_in(ada.principal.sign_in_id)
    say(id, {"action": "hello"})
    assert [frame["code"] for frame in pusher.sent[id]] == ["unauthenticated"]
    assert (pusher.closed, rows(services, ada)) == ([id], [])


def test_message_of_an_unknown_connection_is_refused(services: bootstrap.Services, pusher: FakePusher) -> None:
    say("nobody=", {"action": "hello"})
    assert [frame["code"] for frame in pusher.sent["nobody="]] == ["unauthenticated"]
    assert pusher.closed == ["nobody="]


def test_message_flood_ends_the_connection(
    ada: Person, services: bootstrap.Services, pusher: FakePusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "MAX_FRAMES", 3)
    (id,) = connect(services, ada)
    for _ in range(4):
        say(id, {"action": "ping"})
    assert [frame.get("code", "pong") for frame in pusher.sent[id]] == ["pong"] * 3 + ["too_many_attempts"]
    assert (pusher.closed, rows(services, ada)) == ([id], [])


def test_message_meeting_a_bug_says_only_that(
    ada: Person, services: bootstrap.Services, pusher: FakePusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    (id,) = connect(services, ada)

    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(services.live.connection_store, "charge_frame", broken)
    assert say(id, {"action": "hello"}) == {"statusCode": 200}
    (frame,) = pusher.sent[id]
    assert (frame["meta"], frame["code"], "secret" in str(frame)) == ("error", "internal_error", False)


@pytest.mark.parametrize(("fault", "closed"), [("failing", ["lost="]), ("gone", [])])
def test_answer_that_cannot_be_brought_ends_the_connection_so_that_its_client_comes_back(
    ada: Person, services: bootstrap.Services, pusher: FakePusher, fault: str, closed: list[str]
) -> None:
    assert sockets.connect(opening(ticket(ada), "lost=")) == {"statusCode": 200}
    setattr(pusher, fault, {"lost="})
    assert say("lost=", {"action": "hello", "since": None}) == {"statusCode": 200}
    assert (pusher.closed, rows(services, ada), services.live.connection_store.find("lost=")) == (closed, [], None)
