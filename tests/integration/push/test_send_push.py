"""Web pushes to browsers in which Marquee is closed: subscribing over HTTP, pushes from the stream,
failures of both.
"""

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import bootstrap, telemetry
from chalicelib.notifications.domain.notification import Burst, NotificationAction
from chalicelib.push.adapters import web_push
from chalicelib.push.adapters.web_push import WebPush
from chalicelib.push.domain.subscription import PushSubscription
from chalicelib.push.ports import PushMessage
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness import push_server
from tests.harness.browser import Browser
from tests.harness.environment import VARIABLES
from tests.harness.push_server import PushServer
from tests.integration.conftest import (
    FakeClock,
    FakePusher,
    Person,
    connect,
    deliver,
    notification,
    react,
    records,
)
from tests.integration.mail_steps import choose

PLACE = "/v1/me/push-subscriptions"
NOTHING_FAILED: dict[str, list[Any]] = {"batchItemFailures": []}


@pytest.fixture
def push(services: bootstrap.Services) -> Iterator[PushServer]:
    """A push service that this deployment trusts."""
    with push_server.running() as server:
        services.config = services.config.replaced(push_services=(server.url,))
        yield server
        services.push.push_services.close()


def subscribe(person: Person, push: PushServer) -> Browser:
    browser = push.browser()
    assert person.client.post(PLACE, browser.form()).status == 201
    return browser


def new(person: Person, **changes: Any) -> str:
    """Puts a new notification into the person's inbox. Returns its id."""
    (id,) = deliver(notification(person.id, received_at=int(time.time()))._replace(**changes))
    return id


def web_pushed(person: Person, id: str) -> int | None:
    from chalicelib.notifications.adapters import keys as notification_keys
    from chalicelib.notifications.adapters.items import DeliveryItem

    try:
        found = DeliveryItem.get(*notification_keys.delivery(person.id, id)).web_pushed
    except DeliveryItem.DoesNotExist:
        return None
    return None if found is None else int(found)


def owners() -> set[str]:
    """Returns the subscription ids that have an owner."""
    from chalicelib.push.adapters.items import PushOwnerItem

    return {item.pk for item in PushOwnerItem.scan(PushOwnerItem.sk == "PUSH_OWNER")}


def ids(person: Person) -> list[str]:
    return [one["id"] for one in person.client.get(PLACE).json["items"]]


def test_subscription_is_listed_without_its_secrets_and_304_for_its_tag(ada: Person, push: PushServer) -> None:
    empty = ada.client.get(PLACE)
    assert empty.json == {"public_key": VARIABLES["VAPID_PUBLIC_KEY"], "items": []}
    assert ada.client.get(PLACE, if_none_match=empty.etag).status == 304
    browser = push.browser()
    made = ada.client.post(PLACE, browser.form())
    assert (made.status, set(made.json), made.json["browser"]) == (201, {"id", "browser", "created_at"}, "Other")
    listed = ada.client.get(PLACE, if_none_match=empty.etag)
    assert (listed.status, listed.json["items"]) == (200, [made.json])
    assert not any(secret in str(listed.json) for secret in (browser.endpoint, *browser.form()["keys"].values()))


def test_same_browser_again_is_the_same_subscription(ada: Person, push: PushServer) -> None:
    browser = push.browser()
    first, again = (ada.client.post(PLACE, browser.form()).json for _ in range(2))
    assert first == again
    assert ids(ada) == [first["id"]]


def test_one_browser_too_many_drops_the_first(ada: Person, push: PushServer, clock: FakeClock) -> None:
    made = []
    for _ in range(12):
        clock.time += 1
        made.append(ada.client.post(PLACE, push.browser().form()).json["id"])
    assert ids(ada) == made[:1:-1]
    assert owners() == {f"PUSH#{id}" for id in made[2:]}


def test_deleted_is_gone_once(ada: Person, push: PushServer, person: Callable[[], Person]) -> None:
    id = ada.client.post(PLACE, push.browser().form()).json["id"]
    assert person().client.delete(f"{PLACE}/{id}").status == 404
    assert [ada.client.delete(f"{PLACE}/{id}").status for _ in range(2)] == [204, 404]
    assert (ids(ada), owners()) == ([], set())


@pytest.mark.parametrize(
    "endpoint", ["https://169.254.169.254/latest/meta-data", "http://127.0.0.1:9/elsewhere", "https://evil.example/x"]
)
def test_address_that_is_no_push_service_is_refused_and_nothing_is_kept(
    ada: Person, push: PushServer, endpoint: str
) -> None:
    reply = ada.client.post(PLACE, {**push.browser().form(), "endpoint": endpoint})
    assert (reply.status, [one["pointer"] for one in reply.json["errors"]]) == (422, ["/endpoint"])
    assert (ids(ada), owners()) == ([], set())


def test_where_it_is_off_there_is_nothing(
    ada: Person, services: bootstrap.Services, database: DatabaseEndpoint
) -> None:
    services.config = services.config.replaced(vapid_public_key="", vapid_private_key="")
    for reply in (ada.client.get(PLACE), ada.client.post(PLACE, Browser("https://web.push.apple.com").form())):
        assert (reply.status, reply.json["code"]) == (404, "push_off")
    new(ada)
    assert react(database) == NOTHING_FAILED


def test_browser_that_another_person_subscribes_belongs_to_them(
    ada: Person, push: PushServer, person: Callable[[], Person], database: DatabaseEndpoint
) -> None:
    browser, bob = subscribe(ada, push), person()
    assert bob.client.post(PLACE, browser.form()).status == 201
    assert (ids(ada), len(ids(bob)), len(owners())) == ([], 1, 1)
    new(ada)
    told = new(bob)
    react(database)
    assert push.news(browser) == [told]


def test_racing_writers_lose_no_browser(ada: Person, push: PushServer, person: Callable[[], Person]) -> None:
    bob, shared = person(), push.browser()
    browsers = [push.browser() for _ in range(4)]
    together = threading.Barrier(6)

    def subscribe_at_once(who: Person, browser: Browser) -> int:
        together.wait()
        return who.client.post(PLACE, browser.form()).status

    with ThreadPoolExecutor(6) as threads:
        calls = [(ada, one) for one in (*browsers, shared)] + [(bob, shared)]
        done = list(threads.map(lambda call: subscribe_at_once(*call), calls))
    assert set(done) == {201}
    assert len(ids(ada)) + len(ids(bob)) == len(owners()) == 5
    assert len(set(ids(ada)) & set(ids(bob))) == 0


def test_new_notification_reaches_every_browser_with_its_title_alone(
    ada: Person, push: PushServer, database: DatabaseEndpoint
) -> None:
    browsers = [subscribe(ada, push) for _ in range(3)]
    id = new(ada, title="Paid: Bühne 5 · <b>")
    assert react(database) == NOTHING_FAILED
    for browser in browsers:
        (taken,) = push.service.taken(browser.name)
        assert browser.news(taken["body"]) == {"id": id, "tag": id, "title": "Paid: Bühne 5 · <b>"}
        assert 86_300 <= taken["ttl"] <= 86_400
    assert web_pushed(ada, id) == 3


def test_mark_and_old_news_and_what_was_read_meanwhile_ring_nowhere(
    ada: Person, push: PushServer, database: DatabaseEndpoint
) -> None:
    browser = subscribe(ada, push)
    deliver(notification(ada.id, received_at=int(time.time()) - 25 * 3600))
    id = new(ada)
    seen = len(records(database))
    ada.client.post(f"/v1/notifications/{id}/read")
    marks = itertools.count()
    assert react(database, lambda _: next(marks) >= seen) == NOTHING_FAILED
    assert react(database) == NOTHING_FAILED  # also the late record of its arrival
    assert push.tries == []
    ada.client.post(f"/v1/notifications/{id}/unread")
    assert react(database) == NOTHING_FAILED
    assert push.news(browser) == [id]


def test_many_of_a_kind_are_one_alert_of_the_newest(ada: Person, push: PushServer, database: DatabaseEndpoint) -> None:
    browser, group = subscribe(ada, push), Burst("session_schedule_changed.EVENT.1", "Sessions moved")
    moved = [new(ada, group=group, title=f"Moved {number}") for number in range(5)]
    paid = new(ada)
    react(database)
    assert sorted(push.news(browser)) == sorted([moved[-1], paid])
    topics = {one["topic"] for one in push.service.taken(browser.name)}
    assert (len(topics), {len(one) for one in topics}) == (2, {32})


def test_who_does_not_want_it_or_sleeps_is_not_told(
    clock: FakeClock, ada: Person, push: PushServer, person: Callable[[], Person], database: DatabaseEndpoint
) -> None:
    sleeper, awake = person(), person()
    browsers = {one.id: subscribe(one, push) for one in (ada, sleeper, awake)}
    choose(ada, {"actions": {"order_paid": {"push": False}}})
    choose(sleeper, {"quiet_hours": {"from": "00:00", "to": "23:59"}})
    for one in (ada, sleeper, awake):
        new(one)
    if time.gmtime(clock.time)[3:5] == (23, 59):  # the only minute outside of the quiet hours
        clock.time += 60
    react(database)
    assert [len(push.news(browsers[one.id])) for one in (ada, sleeper, awake)] == [0, 0, 1]


def test_sign_out_ends_it_and_it_is_forgotten(
    ada: Person, push: PushServer, services: bootstrap.Services, database: DatabaseEndpoint
) -> None:
    from chalicelib.accounts.adapters.items import SignInItem
    from chalicelib.aws import dynamo_keys as keys

    subscribe(ada, push)
    SignInItem(*keys.sign_in(ada.principal.sign_in_id)).delete()
    new(ada)
    assert react(database) == NOTHING_FAILED
    assert (push.tries, owners()) == ([], set())
    assert services.push.view.load_subscriptions(ada.id).subscriptions == []


@pytest.mark.parametrize("status", [404, 410])
def test_browser_that_is_gone_is_forgotten_and_the_others_are_told(
    ada: Person, push: PushServer, database: DatabaseEndpoint, status: int
) -> None:
    gone, there = subscribe(ada, push), subscribe(ada, push)
    push.answer(gone, status)
    id = new(ada)
    assert react(database) == NOTHING_FAILED
    assert (push.tries.count(gone.name), push.news(there), web_pushed(ada, id)) == (1, [id], 1)
    assert (len(ids(ada)), len(owners())) == (1, 1)


@pytest.mark.parametrize(("status", "tries"), [(429, 3), (500, 3), (503, 3), (400, 1), (403, 1), (413, 1), (302, 1)])
def test_service_that_refuses_is_tried_a_few_times_and_left(
    ada: Person, push: PushServer, database: DatabaseEndpoint, status: int, tries: int
) -> None:
    browser, other = subscribe(ada, push), subscribe(ada, push)
    push.answer(browser, status)
    id = new(ada)
    assert react(database) == NOTHING_FAILED
    assert (push.tries.count(browser.name), push.news(other), web_pushed(ada, id)) == (tries, [id], 1)
    assert len(ids(ada)) == 2


def test_service_that_is_down_costs_sockets_nothing(
    ada: Person, services: bootstrap.Services, pusher: FakePusher, database: DatabaseEndpoint
) -> None:
    (tab,) = connect(services, ada)
    services.config = services.config.replaced(push_services=("http://127.0.0.1:9",))
    assert ada.client.post(PLACE, Browser("http://127.0.0.1:9").form()).status == 201
    id = new(ada)
    assert react(database) == NOTHING_FAILED
    assert [one["id"] for one in pusher.sent[tab][0]["notifs"]] == [id]
    assert web_pushed(ada, id) is None


def test_sockets_of_a_batch_are_served_before_any_closed_browser(
    *,
    ada: Person,
    push: PushServer,
    person: Callable[[], Person],
    services: bootstrap.Services,
    pusher: FakePusher,
    database: DatabaseEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [ada, *(person() for _ in range(4))]
    seen: list[str] = []
    real = services.push.push_services.send
    monkeypatch.setattr(
        services.push.push_services,
        "send",
        lambda messages, within: (
            seen.append(f"alert after {len(pusher.sent)} sockets"),
            real(messages, within=within),
        )[1],
    )
    for one in people:
        connect(services, one)
        subscribe(one, push)
        new(one)
    react(database)
    assert seen == ["alert after 5 sockets"]
    assert len(push.tries) == 5


def test_batch_that_comes_again_rings_for_what_is_new_in_it(
    ada: Person, push: PushServer, database: DatabaseEndpoint
) -> None:
    browser = subscribe(ada, push)
    id = new(ada)
    react(database)
    later = new(ada)
    react(database)
    assert [browser.news(one["body"])["id"] for one in push.service.taken(browser.name)] == [id, later]
    assert (web_pushed(ada, id), web_pushed(ada, later)) == (1, 1)


def message(browser: Browser) -> PushMessage:
    """Returns a message for a browser without an owner."""
    keys = browser.form()["keys"]
    subscription = PushSubscription(browser.name, browser.endpoint, keys["p256dh"], keys["auth"], "f", 0, 0)
    return PushMessage(subscription, b"{}", "topic", 60)


def test_alert_of_a_batch_has_one_deadline(push: PushServer) -> None:
    times = itertools.count(0.0, 100.0)  # what is left is a request's timeout too: even the last has a whole one
    sender = WebPush(VARIABLES["VAPID_PRIVATE_KEY"], contact="https://marquee.example", timer=lambda: next(times))
    outcomes = sender.send([message(push.browser()) for _ in range(40)], within=1000.0)
    sender.close()
    assert outcomes.count("delivered") == len(push.tries) == 9
    assert outcomes.count("failed") == 31


def test_pushes_use_connections_again(ada: Person, push: PushServer, database: DatabaseEndpoint) -> None:
    browser = subscribe(ada, push)
    for number in range(1, 4):
        new(ada)
        react(database)
        assert len(set(push.news(browser))) == number
    assert (len(push.tries), push.connections) == (3, 1)


@pytest.mark.timeout(30)  # waiting for the complete answer would take minutes
@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 201 Created\r\nContent-Length: 9999\r\n\r\n"])
def test_service_that_answers_a_byte_at_a_time_is_let_go_of(
    push: PushServer, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(web_push, "TIMEOUT_SECONDS", 0.5)
    sender = WebPush(VARIABLES["VAPID_PRIVATE_KEY"], contact="https://marquee.example")
    with socket.create_server(("127.0.0.1", 0)) as slow:
        stopped = threading.Event()
        dripping = threading.Thread(target=drip, args=(slow, head, stopped), daemon=True)
        dripping.start()
        nowhere = Browser(f"http://127.0.0.1:{slow.getsockname()[1]}")
        try:
            assert sender.send([message(nowhere)], within=0.5) == ["failed"]
            assert sender.send([message(push.browser())], within=5.0) == ["delivered"]
        finally:
            stopped.set()
            dripping.join()
    sender.close()


def drip(slow: socket.socket, head: bytes, stopped: threading.Event) -> None:
    """Accepts one connection and answers it byte by byte, so that no single read times out."""
    taken, _ = slow.accept()
    with taken, contextlib.suppress(OSError):
        taken.sendall(head)
        while not stopped.wait(0.05):
            taken.sendall(b"H")


def test_log_names_no_endpoint(
    ada: Person, push: PushServer, database: DatabaseEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(telemetry, "log", lambda event, **facts: said.append(f"{event} {facts}"))
    browser = subscribe(ada, push)
    push.answer(browser, 403)
    new(ada)
    react(database)
    assert any("push_refused" in one and "'status': 403" in one for one in said)
    assert any("browsers_alerted" in one and "'failed': 1" in one for one in said)
    assert not any(browser.name in one or browser.form()["keys"]["auth"] in one for one in said)


def test_failing_preferences_are_reported_and_come_again(
    ada: Person,
    push: PushServer,
    services: bootstrap.Services,
    database: DatabaseEndpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = subscribe(ada, push)
    id = new(ada, action=NotificationAction.TICKETS_OFFERED)
    with monkeypatch.context() as patched:
        patched.setattr(services.notifications.choose_channels, "choose_channels", lambda *_: 1 / 0)
        assert len(react(database)["batchItemFailures"]) == 1
    assert push.tries == []
    assert react(database) == NOTHING_FAILED
    assert push.news(browser) == [id]
