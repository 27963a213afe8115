"""What services need of open sockets, the one-time tickets that open them, and of whoever pushes frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chalicelib.core.kinds import View
from chalicelib.live.domain.listening import Listening, Window


class SocketTicket(NamedTuple):
    """Leave to open one socket, until then (Unix seconds). `origin` is the web origin it was asked from, if any."""

    user_id: str
    sign_in_id: str
    origin: str | None
    expires_at: int


class Connection(NamedTuple):
    """An open socket. `endpoint` is where to post to it, `expires_at` (Unix seconds) is past its longest life."""

    id: str
    user_id: str
    sign_in_id: str
    endpoint: str
    expires_at: int


class Heard(NamedTuple):
    """A connection that just sent a frame, and what it has done."""

    connection: Connection
    state: Listening


Versions = dict[str, int]
"""Counters of an event's lists, by counter (core/kinds.COUNTERS)."""


class Watcher(NamedTuple):
    """A connection that watches an event, what it may see of it, and the counters it was told when it began."""

    connection: Connection
    view: View
    known: Versions


class Watched(NamedTuple):
    """Who watches an event, and the counters of each view that all of them were told."""

    watchers: list[Watcher]
    told: dict[View, Versions]


class Connections(Protocol):
    """Keeps tickets and connections. Secrets are stored hashed."""

    def keep_ticket(self, secret: str, ticket: SocketTicket) -> None:
        """A new ticket."""

    def load_ticket(self, secret: str) -> SocketTicket | None:
        """The ticket, used or expired ones only until they are cleared away."""

    def drop_ticket(self, secret: str) -> None:
        """Make a ticket useless."""

    def open(self, secret: str, connection: Connection) -> bool:
        """Exchange a ticket for a connection, once; False when somebody else was first."""

    def charge_frame(self, connection_id: str, cost: int) -> Heard | None:
        """Charge a connection for a frame; None when it is not known. Racing frames are all counted."""

    def renew(self, connection_id: str, window: Window, *, instead_of: Window) -> None:
        """Begin another window, unless a racing frame did."""

    def list_connections(self, user_id: str) -> list[Connection]:
        """All connections of a user, strongly consistent."""

    def forget(self, connection: Connection) -> None:
        """Remove a connection and all its watches. Raises Busy."""

    def find(self, connection_id: str) -> Connection | None:
        """The connection with this id."""


class Watches(Protocol):
    """Keeps who watches which event. Everything is strongly consistent."""

    def keep(self, watcher: Watcher, event_id: str, *, most: int) -> bool:
        """Remember that a connection watches an event, if it is still known and does not watch `most` others. However
        many frames race, none is lost and no more are kept.
        """

    def drop(self, connection_id: str, event_id: str) -> None:
        """Forget that; nothing happens when it does not."""

    def load_watched(self, event_id: str) -> Watched:
        """Who watches an event."""

    def remember(self, event_id: str, told: dict[View, Versions], *, expires_at: int) -> None:
        """Remember what all watchers of an event were told, until every one of them is gone."""


class WatchedEvents(Protocol):
    """Knows what of an event there is to see, and for whom. Everything is strongly consistent."""

    def load_versions(self, event_id: str) -> dict[View, Versions]:
        """The counters of each view that exists: no public one while the event is not published, none at all when
        there is no such event.
        """

    def list_staff(self, event_id: str) -> set[str]:
        """Users who may read everything of an event."""


class Pushed(NamedTuple):
    """What became of a push: connections that are gone, and those that could not be reached this time."""

    gone: list[Connection]
    failed: list[Connection]


class Pusher(Protocol):
    """Posts frames to sockets."""

    def push(self, connections: Sequence[Connection], frames: Sequence[str], *, within: float = 5.0) -> Pushed:
        """The frames, in order, to each connection; done when this returns. After so many seconds nothing more is
        begun: what is left counts as failed. Never raises for what a connection does.
        """

    def disconnect(self, connections: Sequence[Connection]) -> None:
        """Close sockets; one that is gone already, or cannot be reached, is no error."""
