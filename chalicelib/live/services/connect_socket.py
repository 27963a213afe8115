"""Issues one-time tickets, opens and closes sockets, and answers the frames that clients send.

Called by routes/live.py and triggers/sockets.py. A socket belongs to a sign-in and stops working when that has ended.
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
"""API Gateway closes a socket after two hours. Ten minutes more allow for different clocks."""
MAX_SECRET = 100
MAX_MISSED = 1_000
"""Most notifications that are sent after a break. With more, the client reads the inbox."""
RECENT_SECONDS = 60
"""How long after its id was made a notification may still appear in an inbox, because its transaction takes time."""
POSITION_SECONDS = 24 * 3600
"""How long the position in an answer to hello is valid. A client that comes back later reads its inbox."""
MOST_READ = MAX_MISSED + MAX_RECENT + 2
"""Notifications that are read to find the missed ones: those the client may have, and one more than can be sent."""


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
        """Returns the URL that opens one socket, from this web origin if one is given, and for how many seconds it is
        valid.
        """
        secret = self._ids.new_secret()
        until = int(self._clock.now()) + TICKET_SECONDS
        self._connections.keep_ticket(secret, SocketTicket(caller.user_id, caller.sign_in_id, origin, until))
        return f"{self._websocket_url}?ticket={secret}", TICKET_SECONDS

    def connect(self, secret: str, *, connection_id: str, origin: str | None, endpoint: str) -> None:
        """Exchanges a ticket for a connection. The ticket is used up even when this fails. Raises Unauthenticated."""
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
        """Deletes the data of a socket that was closed."""
        connection = self._connections.find(connection_id)
        if connection is not None:
            self._connections.forget(connection)

    def handle_frame(self, connection_id: str, text: str | None) -> None:
        """Answers a frame over its connection; None stands for a frame that is not text. Raises Unauthenticated and the
        errors of live/domain/machine.py; the caller sends them to the client.
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
        """Pushes one frame to a connection that may be unknown."""
        self._pusher().push([_stranger(connection_id, endpoint)], [frame])

    def close_connection(self, connection_id: str, endpoint: str) -> None:
        """Closes a connection and deletes its data."""
        self._pusher().disconnect([_stranger(connection_id, endpoint)])
        self.disconnect(connection_id)

    def _carry_out(self, connection: Connection, state: Listening, effect: Effect) -> None:
        """Carries out an effect of the state machine."""
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
        """Pushes an answer. If that fails, closes the connection: the client connects again and repeats its request."""
        pushed = self._pusher().push([connection], frames)
        if pushed.failed:
            telemetry.log("answer_failed", connections=1)
            self.close_connection(connection.id, connection.endpoint)
        elif pushed.gone:
            self._connections.forget(connection)

    def _greeting(self, user_id: str, greet: Greet) -> list[str]:
        """Returns the frames that answer hello. Missed notifications are read before the counter, so the count includes
        them.
        """
        now = self._clock.now()
        position = make_ulid(int(now * 1000), bytes(10))
        missed = Missed([], resync=False) if greet.since is None else self._missed(user_id, greet.since, greet.recent)
        unread = self._counters.load_counter(user_id).unread
        return connected_frames(unread=unread, missed=missed, position=position, now=int(now))

    def _missed(self, user_id: str, since: str, recent: frozenset[str] | None) -> Missed:
        """Returns all notifications after `since`, the last one that the client has. With `recent` (the ids that it has
        from shortly before), or when `since` is a position, also those of the RECENT_SECONDS before that the client
        does not have: a notification's id is made before its transaction ends.
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
        """Returns whether `since` is the time of a recent answer to hello, from which all later notifications are
        known.
        """
        age = self._clock.now() - milliseconds_of(since) / 1000
        return _is_position(since) and age < POSITION_SECONDS


def _is_position(since: str) -> bool:
    """Returns whether `since` is a time from an answer to hello, not a notification's id: its random part is zero."""
    return since == make_ulid(milliseconds_of(since), bytes(10))


def _earlier(since: str) -> str:
    """Returns the smallest id of RECENT_SECONDS earlier."""
    return make_ulid(max(0, milliseconds_of(since) - RECENT_SECONDS * 1000), bytes(10))


def ends_connection(error: MarqueeError) -> bool:
    """Returns whether a client must be disconnected after this error."""
    return isinstance(error, Unauthenticated | TooManyAttempts)


def _stranger(connection_id: str, endpoint: str) -> Connection:
    return Connection(connection_id, user_id="", sign_in_id="", endpoint=endpoint, expires_at=0)
