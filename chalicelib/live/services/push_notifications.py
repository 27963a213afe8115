"""Pushes what changed in an inbox to every open socket of its user. Called by reactions.py.

Changes come from a stream, so at least once and in order: clients know notifications by their id. A socket that could
not be reached is closed instead of being told later things first: its client comes back and says what it has.
"""

from collections.abc import Mapping

from chalicelib import telemetry
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.ports import Clock
from chalicelib.live.domain.frames import marked_read_frames, marked_unread_frames, new_frames
from chalicelib.live.services.sockets import Sockets
from chalicelib.notifications.domain.notification import Burst, Notification, NotificationAction
from chalicelib.notifications.ports import Counters, Deliveries


class PushNotifications:
    """Tells sockets what changed."""

    def __init__(self, sockets: Sockets, counters: Counters, deliveries: Deliveries, clock: Clock) -> None:
        self._sockets = sockets
        self._counters = counters
        self._deliveries = deliveries
        self._clock = clock

    def on_changes(self, changes: list[Change]) -> None:
        """Push the changes of one user's notifications, in the order they happened."""
        added, marked = _added(changes), _marked(changes)
        if not added and not marked:
            return
        user_id = changes[0].owner
        connections = self._sockets.list_connections(user_id)
        if not connections:
            return
        unread = self._counters.load_counter(user_id).unread
        now = int(self._clock.now())
        frames = [
            *new_frames(unread=unread, notifications=added, now=now),
            *marked_read_frames(unread=unread, ids=[id for id, has_read in marked.items() if has_read]),
            *marked_unread_frames(unread=unread, ids=[id for id, has_read in marked.items() if not has_read]),
        ]
        pushed = self._sockets.push(connections, frames)
        self._sockets.cut(pushed.failed)
        reached = len(connections) - len(pushed.gone) - len(pushed.failed)
        if reached and added:
            self._deliveries.mark_pushed(user_id, [one.id for one in added], devices=reached, at=now)
        telemetry.log(
            "notifications_pushed",
            added=len(added),
            marked=len(marked),
            connections=len(connections),
            gone=len(pushed.gone),
            failed=len(pushed.failed),
        )


def _added(changes: list[Change]) -> list[Notification]:
    """The notifications that are new or say something new, as they stand at last, oldest first, each once."""
    told = [change.after for change in changes if change.after and _says_something_new(change)]
    found = {str(item["id"]): _notification(item) for item in told}
    return [found[id] for id in sorted(found)]


def _says_something_new(change: Change) -> bool:
    if change.kind is ChangeKind.CREATED:
        return True
    before, after = change.before or {}, change.after or {}
    return any(before.get(name) != after.get(name) for name in ("title", "message"))


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
        group=Burst(str(item["group_key"]), str(item["group_title"])) if item.get("group_key") else None,
    )
