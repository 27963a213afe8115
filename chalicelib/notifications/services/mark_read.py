"""Marks notifications read or unread. Called by routes/notifications.py. Every call may be repeated."""

from typing import NamedTuple

from chalicelib.core.errors import MalformedRequest, NotFound
from chalicelib.core.ids import is_ulid, make_ulid
from chalicelib.core.ports import Clock
from chalicelib.core.principal import Principal
from chalicelib.notifications.ports import MARKED_AT_ONCE, Inbox, Marks

MARKED_PER_CALL = 45 * MARKED_AT_ONCE


class Acknowledged(NamedTuple):
    """How many were marked read, and whether unread ones are left of those up to an id."""

    read: int
    more: bool
    up_to: str


class MarkRead:
    """Marks notifications of the caller; another's is as absent as one that does not exist."""

    def __init__(self, marks: Marks, inbox: Inbox, clock: Clock) -> None:
        self._marks = marks
        self._inbox = inbox
        self._clock = clock

    def mark_read(self, notification_id: str, *, caller: Principal) -> None:
        """Mark one read. Raises NotFound."""
        self._marks.mark_read(caller.user_id, [_checked(notification_id)])

    def mark_unread(self, notification_id: str, *, caller: Principal) -> None:
        """Mark one unread. Raises NotFound."""
        self._marks.mark_unread(caller.user_id, [_checked(notification_id)])

    def mark_all_read(self, *, caller: Principal, up_to: str | None = None) -> Acknowledged:
        """Mark read what there is now, up to MARKED_PER_CALL; what arrives meanwhile stays unread. A call that goes on
        names what the first one came to (`up_to`), so that what arrived between the two stays unread too. Raises
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
            if not ids or ids == before:  # the same again: marks that nothing belongs to
                return Acknowledged(read, more=False, up_to=last)
            read, before = read + self._marks.mark_read(caller.user_id, ids), ids
        return Acknowledged(read, bool(self._inbox.unread_ids(caller.user_id, up_to=last, limit=1)), last)


def _checked(notification_id: str) -> str:
    if not is_ulid(notification_id):
        raise NotFound
    return notification_id
