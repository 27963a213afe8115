"""One-time tickets, opening and closing sockets, and answering what clients send over them.

Called by routes/live.py and triggers/sockets.py. A socket belongs to a sign-in and is worth nothing once that ended.
"""

from collections.abc import Callable, Sequence

from chalicelib import telemetry
from chalicelib.accounts.ports import ActiveSignIns
from chalicelib.core.errors import MarqueeError, TooManyAttempts, Unauthenticated
from chalicelib.core.ids import make_ulid, milliseconds_of
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.principal import Principal
from chalicelib.live.domain import machine
from chalicelib.live.domain.frames import Missed, connected_frames
from chalicelib.live.domain.listening import Listening
from chalicelib.live.domain.machine import Drop, Effect, Greet, Keep, Look, Say
from chalicelib.live.domain.parse_frame import MAX_RECENT
from chalicelib.live.ports import Connection, Connections, Pusher, SocketTicket
from chalicelib.live.services.watch_event import WatchEvent
from chalicelib.notifications.ports import Counters, Inbox

TICKET_SECONDS = 30
CONNECTION_SECONDS = 2 * 3600 + 600
"""API Gateway closes a socket after two hours; ten minutes more for clocks."""
MAX_SECRET = 100
MAX_MISSED = 1_000
"""Notifications that are told after a break; more than that is read from the inbox."""
RECENT_SECONDS = 60
"""How long after its id was made a notification may still come into an inbox: transactions take their time."""
POSITION_SECONDS = 24 * 3600
"""How long the position of an answer to hello is good for; a client that comes back later reads its inbox."""
MOST_READ = MAX_MISSED + MAX_RECENT + 2
"""Of an inbox, to find what was missed: the one that the client has, and one more than can be told."""


class ConnectSocket:
    """Opens sockets and answers their frames."""

    def __init__(
        self,
        *,
        connections: Connections,
        sign_ins: ActiveSignIns,
        counters: Counters,
        inbox: Inbox,
        watch_event: Callable[[], WatchEvent],
        pusher: Callable[[], Pusher],
        clock: Clock,
        ids: Ids,
        websocket_url: str,
    ) -> None:
        self._connections = connections
        self._sign_ins = sign_ins
        self._counters = counters
        self._inbox = inbox
        self._watch_event = watch_event
        self._pusher = pusher
        self._clock = clock
        self._ids = ids
        self._websocket_url = websocket_url

    def create_ticket(self, caller: Principal, *, origin: str | None) -> tuple[str, int]:
        """The URL that opens one socket, from this web origin if there is one, and the seconds it is good for."""
        secret = self._ids.new_secret()
        until = int(self._clock.now()) + TICKET_SECONDS
        self._connections.keep_ticket(secret, SocketTicket(caller.user_id, caller.sign_in_id, origin, until))
        return f"{self._websocket_url}?ticket={secret}", TICKET_SECONDS

    def connect(self, secret: str, *, connection_id: str, origin: str | None, endpoint: str) -> None:
        """Exchange a ticket for a connection. Whoever shows a ticket uses it up, refused or not.
        Raises Unauthenticated.
        """
        ticket = self._connections.load_ticket(secret) if 0 < len(secret) <= MAX_SECRET else None
        if ticket is None:
            raise Unauthenticated("This ticket is not valid.")
        if not self._is_good(ticket, origin):
            self._connections.drop_ticket(secret)
            raise Unauthenticated("This ticket is not valid.")
        until = int(self._clock.now()) + CONNECTION_SECONDS
        connection = Connection(connection_id, ticket.user_id, ticket.sign_in_id, endpoint, until)
        if not self._connections.open(secret, connection):
            raise Unauthenticated("This ticket was used.")

    def _is_good(self, ticket: SocketTicket, origin: str | None) -> bool:
        return (
            self._clock.now() < ticket.expires_at
            and ticket.origin in (None, origin)
            and self._sign_ins.is_sign_in_active(ticket.sign_in_id)
        )

    def disconnect(self, connection_id: str) -> None:
        """Forget a socket that was closed."""
        connection = self._connections.find(connection_id)
        if connection is not None:
            self._connections.forget(connection)

    def handle_frame(self, connection_id: str, text: str | None) -> None:
        """Answer a frame over its connection; None is a frame that is no text. Raises Unauthenticated and whatever
        live/domain/machine.py refuses it with: the caller tells that.
        """
        asked = machine.read(text)
        heard = self._connections.charge_frame(connection_id, machine.cost(asked))
        if heard is None:
            raise Unauthenticated("This connection has ended. Connect again.")
        if not self._sign_ins.is_sign_in_active(heard.connection.sign_in_id):
            raise Unauthenticated("This sign-in has ended. Sign in and connect again.")
        turn = machine.turn(heard.state, asked, now=int(self._clock.now()))
        if turn.state.window != heard.state.window:
            self._connections.renew(connection_id, turn.state.window, instead_of=heard.state.window)
        for effect in turn.effects:
            self._carry_out(heard.connection, turn.state, effect)

    def push_frame(self, connection_id: str, endpoint: str, frame: str) -> None:
        """Push one frame to a connection that may not be known."""
        self._pusher().push([_stranger(connection_id, endpoint)], [frame])

    def close_connection(self, connection_id: str, endpoint: str) -> None:
        """Close a connection and forget it."""
        self._pusher().disconnect([_stranger(connection_id, endpoint)])
        self.disconnect(connection_id)

    def _carry_out(self, connection: Connection, state: Listening, effect: Effect) -> None:
        """Do what the machine wants done."""
        if isinstance(effect, Say):
            self._answer(connection, [effect.frame])
        elif isinstance(effect, Greet):
            self._answer(connection, self._greeting(connection.user_id, effect))
        elif isinstance(effect, Look):
            view = self._watch_event().find_view(connection.user_id, effect.event_id)
            after = machine.looked(state, effect.event_id, view)
            for follows in after.effects:
                self._carry_out(connection, after.state, follows)
        elif isinstance(effect, Keep):
            answer = self._watch_event().begin_watch(connection, effect.event_id, effect.view)
            follows = machine.too_many_watches(effect.event_id) if answer is None else Say(answer)
            self._carry_out(connection, state, follows)
        elif isinstance(effect, Drop):
            self._watch_event().end_watch(connection.id, effect.event_id)
        else:
            raise effect.error

    def _answer(self, connection: Connection, frames: Sequence[str]) -> None:
        """A connection that an answer could not be brought to is closed: its client comes back and asks once more."""
        pushed = self._pusher().push([connection], frames)
        if pushed.failed:
            telemetry.log("answer_failed", connections=1)
            self.close_connection(connection.id, connection.endpoint)
        elif pushed.gone:
            self._connections.forget(connection)

    def _greeting(self, user_id: str, greet: Greet) -> list[str]:
        """What was missed is read before the count, so the count knows all of it."""
        now = self._clock.now()
        position = make_ulid(int(now * 1000), bytes(10))
        missed = Missed([], resync=False) if greet.since is None else self._missed(user_id, greet.since, greet.recent)
        unread = self._counters.load_counter(user_id).unread
        return connected_frames(unread=unread, missed=missed, position=position, now=int(now))

    def _missed(self, user_id: str, since: str, recent: frozenset[str] | None) -> Missed:
        """All after the one the client has and, if it says what it has of the time before, what else came of that: a
        notification's id is made before the transaction that writes it ends.
        """
        first = since if recent is None and not _is_position(since) else _earlier(since)
        found = self._inbox.onwards(user_id, first, MOST_READ)
        has = (recent or frozenset()) | {since}
        missed = [one for one in found if one.notification.id not in has]
        known = self._is_recent_position(since) or any(one.notification.id == since for one in found)
        if not known or len(found) == MOST_READ or len(missed) > MAX_MISSED:
            return Missed([], resync=True)
        return Missed(missed, resync=False)

    def _is_recent_position(self, since: str) -> bool:
        """A client that has nothing says when it was greeted: all since then is known, unless that is long ago."""
        age = self._clock.now() - milliseconds_of(since) / 1000
        return _is_position(since) and age < POSITION_SECONDS


def _is_position(since: str) -> bool:
    """Whether it is a time that an answer to hello told, instead of a notification: its random part is zero."""
    return since == make_ulid(milliseconds_of(since), bytes(10))


def _earlier(since: str) -> str:
    """The smallest id of RECENT_SECONDS before."""
    return make_ulid(max(0, milliseconds_of(since) - RECENT_SECONDS * 1000), bytes(10))


def ends_connection(error: MarqueeError) -> bool:
    """Whether a client that was refused so is to be disconnected."""
    return isinstance(error, Unauthenticated | TooManyAttempts)


def _stranger(connection_id: str, endpoint: str) -> Connection:
    return Connection(connection_id, user_id="", sign_in_id="", endpoint=endpoint, expires_at=0)
