"""Marks notifications read or unread. Called by routes/notifications.py. Every call is safe to repeat."""

from typing import NamedTuple

from chalicelib.core.errors import MalformedRequest, NotFound
from chalicelib.core.ids import is_ulid, make_ulid
from chalicelib.core.ports import Clock
from chalicelib.core.principal import Principal
from chalicelib.notifications.ports import MARKED_AT_ONCE, Inbox, Marks

MARKED_PER_CALL = 45 * MARKED_AT_ONCE


class Acknowledged(NamedTuple):
    """How many notifications were marked read, and whether there are more unread ones up to the id `up_to`."""

    read: int
    more: bool
    up_to: str


class MarkRead:
    """Marks notifications of the caller. Those of other users count as not found."""

    def __init__(self, marks: Marks, inbox: Inbox, clock: Clock) -> None:
        self._marks = marks
        self._inbox = inbox
        self._clock = clock

    def mark_read(self, notification_id: str, *, caller: Principal) -> None:
        """Marks one notification read. Raises NotFound."""
        self._marks.mark_read(caller.user_id, [_checked(notification_id)])

    def mark_unread(self, notification_id: str, *, caller: Principal) -> None:
        """Marks one notification unread. Raises NotFound."""
        self._marks.mark_unread(caller.user_id, [_checked(notification_id)])

    def mark_all_read(self, *, caller: Principal, up_to: str | None = None) -> Acknowledged:
        """Marks the notifications that exist now read, up to MARKED_PER_CALL. Later ones stay unread. To continue, the
        next call passes `up_to` of the first one, so that what arrived between the calls stays unread too. Raises
        MalformedRequest.
        """
        last = make_ulid(int(self._clock.now() * 1000), b"\xff" * 10)
        if up_to is not None:
            if not is_ulid(up_to):
                raise MalformedRequest("up_to is what an earlier answer named.", code="invalid_up_to")
            last = min(last, up_to)
        read, before = 0, list[str]()
        while read < MARKED_PER_CALL:
            ids = self._inbox.unread_ids(caller.user_id, up_to=last, limit=MARKED_AT_ONCE)
            if not ids or ids == before:  # unchanged: marks without a notification
                return Acknowledged(read, more=False, up_to=last)
            read, before = read + self._marks.mark_read(caller.user_id, ids), ids
        return Acknowledged(read, bool(self._inbox.unread_ids(caller.user_id, up_to=last, limit=1)), last)


def _checked(notification_id: str) -> str:
    if not is_ulid(notification_id):
        raise NotFound
    return notification_id
