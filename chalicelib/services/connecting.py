"""Connecting: one-time tickets, opening and closing sockets, and answering what clients send over them.

Called by routes/live.py and triggers/sockets.py. A socket belongs to a sign-in and is worth nothing once that ended.
"""

from collections.abc import Callable

from chalicelib.domain.errors import FeatureOff, MarqueeError, TooManyAttempts, Unauthenticated
from chalicelib.domain.principal import Principal
from chalicelib.live import protocol
from chalicelib.live.protocol import Frame, Hello, Missed, Ping
from chalicelib.ports import Clock, Ids
from chalicelib.ports.live import Connection, Connections, Pusher, SignIns, Ticket
from chalicelib.ports.notifications import Counters, Inbox

TICKET_SECONDS = 30
CONNECTION_SECONDS = 2 * 3600 + 600
"""API Gateway closes a socket after two hours; ten minutes more for clocks."""
MAX_SECRET = 100


class Connecting:
    """Opens sockets and answers their frames."""

    def __init__(
        self,
        *,
        connections: Connections,
        sign_ins: SignIns,
        counters: Counters,
        inbox: Inbox,
        pusher: Callable[[], Pusher],
        clock: Clock,
        ids: Ids,
        websocket_url: str,
    ) -> None:
        self._connections = connections
        self._sign_ins = sign_ins
        self._counters = counters
        self._inbox = inbox
        self._pusher = pusher
        self._clock = clock
        self._ids = ids
        self._websocket_url = websocket_url

    def ticket(self, caller: Principal, *, origin: str | None) -> tuple[str, int]:
        """The URL that opens one socket, from this web origin if there is one, and the seconds it is good for."""
        secret = self._ids.new_secret()
        until = int(self._clock.now()) + TICKET_SECONDS
        self._connections.keep_ticket(secret, Ticket(caller.user_id, caller.family_id, origin, until))
        return f"{self._websocket_url}?ticket={secret}", TICKET_SECONDS

    def connect(self, secret: str, *, connection_id: str, origin: str | None, endpoint: str) -> None:
        """Exchange a ticket for a connection. Whoever shows a ticket uses it up, refused or not.
        Raises Unauthenticated.
        """
        ticket = self._connections.ticket(secret) if 0 < len(secret) <= MAX_SECRET else None
        if ticket is None:
            raise Unauthenticated("This ticket is not valid.")
        if not self._is_good(ticket, origin):
            self._connections.drop_ticket(secret)
            raise Unauthenticated("This ticket is not valid.")
        until = int(self._clock.now()) + CONNECTION_SECONDS
        connection = Connection(connection_id, ticket.user_id, ticket.family_id, endpoint, until)
        if not self._connections.open(secret, connection):
            raise Unauthenticated("This ticket was used.")

    def _is_good(self, ticket: Ticket, origin: str | None) -> bool:
        return (
            self._clock.now() < ticket.expires_at
            and ticket.origin in (None, origin)
            and self._sign_ins.family_stands(ticket.family_id)
        )

    def disconnect(self, connection_id: str) -> None:
        """Forget a socket that was closed."""
        connection = self._connections.find(connection_id)
        if connection is not None:
            self._connections.forget(connection)

    def hear(self, connection_id: str, text: str) -> None:
        """Answer a frame over its connection. Raises Unauthenticated, TooManyAttempts, MalformedRequest."""
        heard = self._connections.hear(connection_id)
        if heard is None or not self._sign_ins.family_stands(heard.connection.family_id):
            raise Unauthenticated("This sign-in has ended. Sign in and connect again.")
        if heard.frames > protocol.MAX_FRAMES:
            raise TooManyAttempts(retry_after=60)
        answers = self._answers(heard.connection, protocol.read_frame(text))
        self._pusher().push([heard.connection], answers)

    def tell(self, connection_id: str, endpoint: str, frame: str) -> None:
        """Push one frame to a connection that may not be known."""
        self._pusher().push([_stranger(connection_id, endpoint)], [frame])

    def part(self, connection_id: str, endpoint: str) -> None:
        """Close a connection and forget it."""
        self._pusher().disconnect(_stranger(connection_id, endpoint))
        self.disconnect(connection_id)

    def _answers(self, connection: Connection, frame: Frame) -> list[str]:
        if isinstance(frame, Ping):
            return [protocol.pong_frame()]
        if isinstance(frame, Hello):
            missed = self._missed(connection.user_id, frame.since)
            unread = self._counters.counter(connection.user_id).unread
            return protocol.connected_frames(unread=unread, missed=missed)
        return [protocol.error_frame(FeatureOff("Watching an event is not available yet.", code="not_available_yet"))]

    def _missed(self, user_id: str, since: str | None) -> Missed:
        if since is None:
            return Missed([], resync=False)
        found = self._inbox.since(user_id, since, protocol.MAX_MISSED + 1)
        if found is None or len(found) > protocol.MAX_MISSED:
            return Missed([], resync=True)
        return Missed(found, resync=False)


def ends_connection(error: MarqueeError) -> bool:
    """Whether a client that was refused so is to be disconnected."""
    return isinstance(error, Unauthenticated | TooManyAttempts)


def _stranger(connection_id: str, endpoint: str) -> Connection:
    return Connection(connection_id, user_id="", family_id="", endpoint=endpoint, expires_at=0)
