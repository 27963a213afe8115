"""Ports of live: what services need from the storage of sockets, tickets and watches, and from API Gateway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chalicelib.core.kinds import View
from chalicelib.live.domain.listening import Listening, Window


class SocketTicket(NamedTuple):
    """Permission to open one socket until `expires_at` (Unix seconds). `origin` is the web origin that requested it, if
    any.
    """

    user_id: str
    sign_in_id: str
    origin: str | None
    expires_at: int


class Connection(NamedTuple):
    """An open socket. `endpoint` is the URL for posts to it. `expires_at` (Unix seconds) is after its longest life."""

    id: str
    user_id: str
    sign_in_id: str
    endpoint: str
    expires_at: int


class Heard(NamedTuple):
    """A connection that has just sent a frame, and what it has done so far."""

    connection: Connection
    state: Listening


Versions = dict[str, int]
"""Counters of an event's lists, by counter name (core/kinds.COUNTERS)."""


class Watcher(NamedTuple):
    """A connection that watches an event, the view it may see, and the counters that it knew at the beginning."""

    connection: Connection
    view: View
    known: Versions


class Watched(NamedTuple):
    """The watchers of an event, and the counters of each view that all of them were sent."""

    watchers: list[Watcher]
    told: dict[View, Versions]


class Connections(Protocol):
    """Stores tickets and connections. Secrets are stored as hashes."""

    def keep_ticket(self, secret: str, ticket: SocketTicket) -> None:
        """Stores a new ticket."""

    def load_ticket(self, secret: str) -> SocketTicket | None:
        """Returns the ticket, or None. Used tickets are deleted; TTL deletes expired ones some time later."""

    def drop_ticket(self, secret: str) -> None:
        """Deletes a ticket, so that it cannot be used."""

    def open(self, secret: str, connection: Connection) -> bool:
        """Exchanges a ticket for a connection. Returns False when another call used the ticket first."""

    def charge_frame(self, connection_id: str, cost: int) -> Heard | None:
        """Adds the cost of a frame to a connection. Returns None for an unknown connection. Counts concurrent frames
        correctly.
        """

    def renew(self, connection_id: str, window: Window, *, instead_of: Window) -> None:
        """Begins another window, unless a concurrent frame did."""

    def list_connections(self, user_id: str) -> list[Connection]:
        """Returns all connections of a user, read strongly consistently."""

    def forget(self, connection: Connection) -> None:
        """Deletes a connection and all its watches. Raises Busy."""

    def find(self, connection_id: str) -> Connection | None:
        """Returns the connection with this id, or None."""


class Watches(Protocol):
    """Stores who watches which event. All reads are strongly consistent."""

    def keep(self, watcher: Watcher, event_id: str, *, most: int) -> bool:
        """Stores a watch and returns True, if the connection exists and watches fewer than `most` events or this one
        already. Holds for concurrent frames too: none is lost, and the limit is kept.
        """

    def drop(self, connection_id: str, event_id: str) -> None:
        """Deletes a watch; does nothing when there is none."""

    def load_watched(self, event_id: str) -> Watched:
        """Returns the watchers of an event."""

    def remember(self, event_id: str, told: dict[View, Versions], *, expires_at: int) -> None:
        """Stores what all watchers of an event were sent, until the last of their connections has ended."""


class WatchedEvents(Protocol):
    """Reads the list versions of an event and who may see them. All reads are strongly consistent."""

    def load_versions(self, event_id: str) -> dict[View, Versions]:
        """Returns the counters of each view that exists: no public view while the event is not published, and none when
        there is no such event.
        """

    def list_staff(self, event_id: str) -> set[str]:
        """Returns the ids of users who may read everything of an event."""


class Pushed(NamedTuple):
    """The result of a push: connections that are gone, and those that could not be reached."""

    gone: list[Connection]
    failed: list[Connection]


class Pusher(Protocol):
    """Posts frames to sockets."""

    def push(self, connections: Sequence[Connection], frames: Sequence[str], *, within: float = 5.0) -> Pushed:
        """Pushes the frames, in order, to each connection, and returns when all is done. Starts nothing more after
        `within` seconds; the remaining connections count as failed. Never raises because of what a connection does.
        """

    def disconnect(self, connections: Sequence[Connection]) -> None:
        """Closes sockets. One that is gone already, or that cannot be reached, is no error."""
