"""Tickets open a socket once, its frames are answered while the sign-in stands, and what was missed is told."""

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.errors import Forbidden, MalformedRequest, MarqueeError, TooManyAttempts, Unauthenticated
from chalicelib.core.ids import make_ulid
from chalicelib.core.kinds import View
from chalicelib.core.principal import Principal
from chalicelib.live.domain.listening import Listening, Window
from chalicelib.live.domain.machine import MAX_FRAMES, MAX_WATCHES, MOST_IN_A_WINDOW
from chalicelib.live.ports import Connection, Heard, Pushed, SocketTicket
from chalicelib.live.services.connect_socket import (
    CONNECTION_SECONDS,
    MAX_MISSED,
    MAX_SECRET,
    MOST_READ,
    POSITION_SECONDS,
    RECENT_SECONDS,
    TICKET_SECONDS,
    ConnectSocket,
    ends_connection,
)
from chalicelib.notifications.domain.notification import Notification, NotificationAction, Received
from chalicelib.notifications.ports import Counter
from tests.unit.live.builders import connection, decoded
from tests.unit.orders.builders import clock_at

NOW = 1_800_000_000
ORIGIN, ENDPOINT = "https://m.example", "https://ws.example"
EVENT = make_ulid(1, b"0123456789")
ADA = connection()
FIRST_FRAME = Listening(spent=1)
TICKET = SocketTicket("ada", "family of ada", ORIGIN, NOW + 1)


def id_at(age: float, random: bytes = b"0123456789") -> str:
    """The id of a notification that was made so many seconds ago."""
    return make_ulid(int((NOW - age) * 1000), random)


def position_at(age: float) -> str:
    """What an answer to hello told so many seconds ago."""
    return id_at(age, bytes(10))


class FakeConnections:
    """Port `Connections` in memory: one ticket, one connection. `done` is what was done, in order."""

    def __init__(self, ticket: SocketTicket | None, heard: Heard | None, *, is_first: bool) -> None:
        self.ticket, self.heard, self.is_first = ticket, heard, is_first
        self.done: list[Any] = []

    def keep_ticket(self, secret: str, ticket: SocketTicket) -> None:
        self.done.append(("keep", secret, ticket))

    def load_ticket(self, secret: str) -> SocketTicket | None:
        return self.ticket

    def drop_ticket(self, secret: str) -> None:
        self.done.append(("drop", secret))

    def open(self, secret: str, connection: Connection) -> bool:
        self.done.append(("open", secret, connection))
        return self.is_first

    def charge_frame(self, connection_id: str, cost: int) -> Heard | None:
        self.done.append(("charge", cost))
        return self.heard

    def renew(self, connection_id: str, window: Window, *, instead_of: Window) -> None:
        self.done.append(("renew", window, instead_of))

    def find(self, connection_id: str) -> Connection | None:
        return self.heard.connection if self.heard else None

    def forget(self, connection: Connection) -> None:
        self.done.append(("forget", connection.id))


class World:
    """The service with every other port. The inbox holds `inbox`; a push ends as `outcome` says."""

    def __init__(
        self,
        *inbox: Received,
        ticket: SocketTicket | None = TICKET,
        is_first: bool = True,
        stands: bool = True,
        state: Listening | None = FIRST_FRAME,
        view: View | None = View.PUBLIC,
        watching: str | None = '{"meta":"Watching"}',
        outcome: str = "",
    ) -> None:
        heard = None if state is None else Heard(ADA, state)
        self.connections = FakeConnections(ticket, heard, is_first=is_first)
        self.done = self.connections.done
        self.inbox, self.view, self.watching, self.outcome = list(inbox), view, watching, outcome
        self.asked: list[tuple[str, int]] = []
        world: Any = self
        parts: dict[str, Any] = {
            "sign_ins": SimpleNamespace(is_sign_in_active=lambda sign_in_id: stands),
            "counters": SimpleNamespace(load_counter=lambda user_id: Counter(2, "tag")),
            "ids": SimpleNamespace(new_secret=lambda: "secret"),
            "watch_event": lambda: world,
            "pusher": lambda: world,
        }
        self.service = ConnectSocket(
            connections=self.connections, inbox=world, clock=clock_at(NOW), websocket_url="wss://m.example", **parts
        )

    def onwards(self, user_id: str, first: str, limit: int) -> list[Received]:
        self.asked.append((first, limit))
        return [one for one in self.inbox if one.notification.id >= first][:limit]

    def push(self, connections: Sequence[Connection], frames: Sequence[str]) -> Pushed:
        self.done.append(("push", [one.id for one in connections], decoded(frames)))
        return Pushed(*([*connections] if self.outcome == name else [] for name in ("gone", "failed")))

    def disconnect(self, connections: Sequence[Connection]) -> None:
        self.done.append(("disconnect", [(one.id, one.endpoint) for one in connections]))

    def find_view(self, user_id: str, event_id: str) -> View | None:
        return self.view

    def begin_watch(self, connection: Connection, event_id: str, view: View) -> str | None:
        self.done.append(("begin", event_id, view))
        return self.watching

    def end_watch(self, connection_id: str, event_id: str) -> None:
        self.done.append(("end", event_id))

    def connect(self, secret: str = "secret", *, origin: str | None = ORIGIN) -> None:
        self.service.connect(secret, connection_id="c1", origin=origin, endpoint=ENDPOINT)

    def hear(self, action: str, **more: Any) -> None:
        self.service.handle_frame("c1", json.dumps({"action": action, **more}))

    @property
    def answers(self) -> list[Any]:
        return [frame for one in self.done if one[0] == "push" for frame in one[2]]


def received(id: str) -> Received:
    return Received(Notification(id, "ada", NotificationAction.ORDER_PAID, "Paid", "", "/orders", NOW), has_read=False)


def test_create_ticket_keeps_it_for_the_caller_and_the_origin_they_came_from() -> None:
    world = World()
    made = world.service.create_ticket(Principal("ada", "family"), origin=ORIGIN)
    assert made == ("wss://m.example?ticket=secret", TICKET_SECONDS)
    assert world.done == [("keep", "secret", SocketTicket("ada", "family", ORIGIN, NOW + TICKET_SECONDS))]


@pytest.mark.parametrize(("bound_to", "origin"), [(ORIGIN, ORIGIN), (None, None), (None, "https://other.example")])
def test_connect_by_a_good_ticket_opens_a_connection(bound_to: str | None, origin: str | None) -> None:
    world = World(ticket=TICKET._replace(origin=bound_to))
    world.connect(origin=origin)
    opened = Connection("c1", "ada", "family of ada", ENDPOINT, NOW + CONNECTION_SECONDS)
    assert world.done == [("open", "secret", opened)]


@pytest.mark.parametrize(
    ("ticket", "origin", "stands"),
    [
        (TICKET._replace(expires_at=NOW), ORIGIN, True),
        (TICKET, "https://evil.example", True),
        (TICKET, None, True),
        (TICKET, ORIGIN, False),
    ],
    ids=["too old", "another page", "no page", "signed out"],
)
def test_connect_by_a_ticket_that_is_not_good_uses_it_up_and_is_refused(
    ticket: SocketTicket, origin: str | None, stands: bool
) -> None:
    world = World(ticket=ticket, stands=stands)
    with pytest.raises(Unauthenticated):
        world.connect(origin=origin)
    assert world.done == [("drop", "secret")]


@pytest.mark.parametrize(
    ("secret", "ticket"),
    [("", TICKET), ("x" * (MAX_SECRET + 1), TICKET), ("secret", None)],
    ids=["none", "long", "unknown"],
)
def test_connect_by_no_ticket_of_ours_is_refused(secret: str, ticket: SocketTicket | None) -> None:
    world = World(ticket=ticket)
    with pytest.raises(Unauthenticated):
        world.connect(secret)
    assert world.done == []


def test_connect_after_somebody_faster_is_refused() -> None:
    with pytest.raises(Unauthenticated, match="used"):
        World(is_first=False).connect()


@pytest.mark.parametrize(("state", "done"), [(Listening(), [("forget", "c1")]), (None, [])], ids=["known", "unknown"])
def test_disconnect_forgets_a_connection_that_is_known(state: Listening | None, done: list[Any]) -> None:
    world = World(state=state)
    world.service.disconnect("c1")
    assert world.done == done


def test_handle_ping_is_charged_and_answered() -> None:
    world = World()
    world.hear("ping")
    assert world.done == [("charge", 1), ("push", ["c1"], [{"meta": "pong"}])]


@pytest.mark.parametrize(
    ("state", "stands"), [(None, True), (Listening(spent=1), False)], ids=["unknown", "signed out"]
)
def test_handle_frame_of_a_connection_that_has_ended_is_charged_and_refused(
    state: Listening | None, stands: bool
) -> None:
    world = World(state=state, stands=stands)
    with pytest.raises(Unauthenticated):
        world.hear("ping")
    assert world.done == [("charge", 1)]


def test_handle_nonsense_is_charged_and_refused() -> None:
    world = World()
    with pytest.raises(MalformedRequest):
        world.service.handle_frame("c1", None)
    assert world.done == [("charge", 1)]


def test_handle_one_frame_too_many_is_refused() -> None:
    with pytest.raises(TooManyAttempts):
        World(state=Listening(spent=MAX_FRAMES + 1)).hear("ping")


def test_handle_a_frame_after_the_window_is_used_up_renews_it_before_the_answer() -> None:
    world = World(state=Listening(spent=MOST_IN_A_WINDOW + 1))
    world.hear("ping")
    assert [one[0] for one in world.done] == ["charge", "renew", "push"]
    assert world.done[1] == ("renew", Window(NOW, MOST_IN_A_WINDOW), Window())


def test_handle_watch_begins_it_in_the_view_that_is_theirs() -> None:
    world = World(view=View.ALL)
    world.hear("watch", event_id=EVENT)
    assert world.done[1:] == [("begin", EVENT, View.ALL), ("push", ["c1"], [{"meta": "Watching"}])]


def test_handle_watch_of_what_is_not_theirs_is_not_found() -> None:
    world = World(view=None)
    world.hear("watch", event_id=EVENT)
    assert [(one["code"], one["event_id"]) for one in world.answers] == [("not_found", EVENT)]
    assert world.done[1][0] == "push"


def test_handle_watch_again_of_what_is_not_theirs_any_more_ends_it() -> None:
    world = World(view=None, state=Listening(frozenset({EVENT}), 1))
    world.hear("watch", event_id=EVENT)
    assert [one[0] for one in world.done] == ["charge", "end", "push"]


@pytest.mark.parametrize(
    ("watches", "watching"),
    [(frozenset[str](), None), (frozenset(map(str, range(MAX_WATCHES))), "{}")],
    ids=["in a race", "known before"],
)
def test_handle_one_watch_too_many_is_refused_and_keeps_the_connection(
    watches: frozenset[str], watching: str | None
) -> None:
    world = World(state=Listening(watches, 1), watching=watching)
    world.hear("watch", event_id=EVENT)
    assert [one["code"] for one in world.answers] == ["too_many_watches"]


def test_handle_unwatch_ends_it_before_the_answer() -> None:
    world = World()
    world.hear("unwatch", event_id=EVENT)
    assert world.done[1:] == [("end", EVENT), ("push", ["c1"], [{"meta": "Unwatched", "event_id": EVENT}])]


def test_answer_that_fails_closes_the_connection_and_forgets_it() -> None:
    world = World(outcome="failed")
    world.hear("ping")
    assert world.done[2:] == [("disconnect", [("c1", ADA.endpoint)]), ("forget", "c1")]


def test_answer_to_a_connection_that_is_gone_forgets_it() -> None:
    world = World(outcome="gone")
    world.hear("ping")
    assert world.done[2:] == [("forget", "c1")]


def test_push_frame_goes_to_a_connection_that_nobody_knows() -> None:
    world = World(state=None)
    world.service.push_frame("c9", ENDPOINT, "{}")
    assert world.done == [("push", ["c9"], [{}])]


def test_close_connection_that_nobody_knows_closes_it_alone() -> None:
    world = World(state=None)
    world.service.close_connection("c9", ENDPOINT)
    assert world.done == [("disconnect", [("c9", ENDPOINT)])]


def test_greet_for_the_first_time_tells_the_count_and_a_position_and_reads_no_inbox() -> None:
    world = World(received(id_at(5)))
    world.hear("hello")
    (answer,) = world.answers
    assert (answer["notif_count"], answer["missed"], answer["resync"]) == (2, [], False)
    assert (answer["position"], world.asked) == (position_at(0), [])


def missed(world: World, since: str, recent: Sequence[str] | None = None) -> tuple[list[str], bool]:
    """What the answer to hello says was missed, and whether the client is to read its inbox."""
    world.hear("hello", since=since, recent=recent)
    frames = world.answers
    return [one["id"] for one in [*frames[0]["missed"], *(n for f in frames[1:] for n in f["notifs"])]], frames[0][
        "resync"
    ]


OLD, LAST, LATE, NEW = id_at(300), id_at(200), id_at(200 + RECENT_SECONDS - 1), id_at(100)


def test_greet_since_a_notification_tells_what_came_after_it() -> None:
    world = World(*map(received, (OLD, LAST, NEW)))
    assert missed(world, LAST) == ([NEW], False)
    assert world.asked == [(LAST, MOST_READ)]


def test_greet_with_recent_tells_what_came_late_of_the_minute_before() -> None:
    world = World(*map(received, (OLD, LATE, LAST, NEW)))
    assert missed(world, LAST, [LATE]) == ([NEW], False)
    assert missed(World(*map(received, (OLD, LATE, LAST, NEW))), LAST, []) == ([LATE, NEW], False)


def test_greet_since_a_notification_that_is_gone_says_resync() -> None:
    assert missed(World(received(NEW)), LAST) == ([], True)


def test_greet_since_a_position_tells_what_came_since_and_late() -> None:
    world = World(*map(received, (OLD, LATE, NEW)))
    assert missed(world, position_at(200)) == ([LATE, NEW], False)


@pytest.mark.parametrize(("age", "resync"), [(POSITION_SECONDS - 1, False), (POSITION_SECONDS, True)])
def test_greet_since_a_position_too_long_ago_says_resync(age: int, resync: bool) -> None:
    assert missed(World(), position_at(age)) == ([], resync)


@pytest.mark.parametrize(("more", "resync"), [(MAX_MISSED, False), (MAX_MISSED + 1, True)])
def test_greet_after_more_than_can_be_told_says_resync(more: int, resync: bool) -> None:
    later = [id_at(100, number.to_bytes(10, "big")) for number in range(more)]
    found = missed(World(*map(received, [LAST, *later])), LAST)
    assert found == (([], True) if resync else (later, False))


@pytest.mark.parametrize(
    ("error", "ends"), [(Unauthenticated(), True), (TooManyAttempts(retry_after=1), True), (Forbidden(), False)]
)
def test_refuse_ends_the_connection_of_whoever_is_signed_out_or_floods(error: MarqueeError, ends: bool) -> None:
    assert ends_connection(error) is ends
