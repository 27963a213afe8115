"""What services need of open sockets, the one-time tickets that open them, and of whoever pushes frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Ticket(NamedTuple):
    """Leave to open one socket, until then (Unix seconds). `origin` is the web origin it was asked from, if any."""

    user_id: str
    family_id: str
    origin: str | None
    expires_at: int


class Connection(NamedTuple):
    """An open socket. `endpoint` is where to post to it, `expires_at` (Unix seconds) is past its longest life."""

    id: str
    user_id: str
    family_id: str
    endpoint: str
    expires_at: int


class Heard(NamedTuple):
    """A connection that just sent a frame, and how many it has sent."""

    connection: Connection
    frames: int


class Connections(Protocol):
    """Keeps tickets and connections. Secrets are stored hashed."""

    def keep_ticket(self, secret: str, ticket: Ticket) -> None:
        """A new ticket."""

    def ticket(self, secret: str) -> Ticket | None:
        """The ticket, used or expired ones only until they are cleared away."""

    def drop_ticket(self, secret: str) -> None:
        """Make a ticket useless."""

    def open(self, secret: str, connection: Connection) -> bool:
        """Exchange a ticket for a connection, once; False when somebody else was first."""

    def hear(self, connection_id: str) -> Heard | None:
        """Count a frame of a connection."""

    def of_user(self, user_id: str) -> list[Connection]:
        """All connections of a user, strongly consistent."""

    def forget(self, connection: Connection) -> None:
        """Remove a connection."""

    def find(self, connection_id: str) -> Connection | None:
        """The connection with this id."""


class SignIns(Protocol):
    """Knows which sign-ins stand."""

    def family_stands(self, family_id: str) -> bool:
        """Whether the sign-in has not ended."""


class Pushed(NamedTuple):
    """What became of a push: connections that are gone, and those that could not be reached this time."""

    gone: list[Connection]
    failed: list[Connection]


class Pusher(Protocol):
    """Posts frames to sockets."""

    def push(self, connections: Sequence[Connection], frames: Sequence[str]) -> Pushed:
        """The frames, in order, to each connection. Never raises for what a connection does."""

    def disconnect(self, connection: Connection) -> None:
        """Close a socket; one that is gone already is no error."""
