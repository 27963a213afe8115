"""Broadcasting: pushes what changed in an inbox to every open socket of its user. Called by reactions.py.

Changes come from a stream, so at least once: clients know notifications by their id. A push that fails is not
repeated, since the inbox keeps everything and the next hello asks for what was missed.
"""

from collections.abc import Mapping

from chalicelib import telemetry
from chalicelib.domain.changes import Change, ChangeKind
from chalicelib.domain.notification import Notification, NotificationAction
from chalicelib.live import protocol
from chalicelib.ports import Clock
from chalicelib.ports.live import Connection, Connections, Pusher, SignIns
from chalicelib.ports.notifications import Counters


class Broadcasting:
    """Tells sockets what changed."""

    def __init__(
        self, connections: Connections, sign_ins: SignIns, counters: Counters, pusher: Pusher, clock: Clock
    ) -> None:
        self._connections = connections
        self._sign_ins = sign_ins
        self._counters = counters
        self._pusher = pusher
        self._clock = clock

    def broadcast(self, changes: list[Change]) -> None:
        """Push the changes of one user's notifications, in the order they happened."""
        added, marked = _added(changes), _marked(changes)
        if not added and not marked:
            return
        user_id = changes[0].owner
        connections = self._standing(user_id)
        if not connections:
            return
        unread = self._counters.counter(user_id).unread
        frames = [
            *protocol.new_frames(unread=unread, notifications=added),
            *protocol.read_frames(unread=unread, ids=[id for id, has_read in marked.items() if has_read]),
            *protocol.unread_frames(unread=unread, ids=[id for id, has_read in marked.items() if not has_read]),
        ]
        pushed = self._pusher.push(connections, frames)
        for connection in pushed.gone:
            self._connections.forget(connection)
        telemetry.log(
            "notifications_pushed",
            added=len(added),
            marked=len(marked),
            connections=len(connections),
            gone=len(pushed.gone),
            failed=len(pushed.failed),
        )

    def _standing(self, user_id: str) -> list[Connection]:
        """The user's connections whose sign-in stands; the others are closed and forgotten."""
        connections = self._connections.of_user(user_id)
        families = {connection.family_id for connection in connections}
        standing = {family_id for family_id in families if self._sign_ins.family_stands(family_id)}
        now = self._clock.now()
        kept = [c for c in connections if c.family_id in standing and now < c.expires_at]
        for connection in connections:
            if connection not in kept:
                self._pusher.disconnect(connection)
                self._connections.forget(connection)
        return kept


def _added(changes: list[Change]) -> list[Notification]:
    """The new notifications, oldest first, each once."""
    created = [change.after for change in changes if change.kind is ChangeKind.CREATED and change.after]
    found = {str(item["id"]): _notification(item) for item in created}
    return [found[id] for id in sorted(found)]


def _marked(changes: list[Change]) -> dict[str, bool]:
    """What each notification that changed between read and unread is now."""
    return {
        str(change.after["id"]): bool(change.after["has_read"])
        for change in changes
        if change.before and change.after and change.before["has_read"] != change.after["has_read"]
    }


def _notification(item: Mapping[str, object]) -> Notification:
    return Notification(
        id=str(item["id"]),
        user_id=str(item["user_id"]),
        action=NotificationAction(str(item["action"])),
        title=str(item["title"]),
        message=str(item["message"]),
        subject=str(item["subject"]),
        received_at=int(str(item["received_at"])),
    )
