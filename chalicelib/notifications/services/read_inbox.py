"""Reads the caller's inbox and unread count. Called by routes/notifications.py, on the read path.

All tags come from the counter item, which gets a fresh tag with every change of the inbox. So a 304 is one GetItem. A
list contains ages, so its tag also contains the minute, and ages count from the start of that minute.
"""

from collections.abc import Callable
from typing import Any

from chalicelib.core.errors import MalformedRequest
from chalicelib.core.pagination import CursorKey, Page, make_cursor
from chalicelib.core.ports import Clock
from chalicelib.core.times import ago
from chalicelib.notifications.domain.notification import Received
from chalicelib.notifications.ports import Counters, Inbox, InboxPage
from chalicelib.representations.json_text import write_json
from chalicelib.representations.read import Found
from chalicelib.representations.settle import settled

REVISION = 2
"""Revision of the JSON shape of the list. Raise it with every change of the shape."""
STATES = ("unread", "read", "all")
ORDERS = ("newest", "oldest")


def chosen(query: dict[str, str]) -> tuple[str, str]:
    """Returns state and order of a query; by default all, newest first. Raises MalformedRequest."""
    state, order = query.get("state", "all"), query.get("order", "newest")
    if state not in STATES:
        raise MalformedRequest(f"state is one of {', '.join(STATES)}.", code="invalid_state")
    if order not in ORDERS:
        raise MalformedRequest(f"order is one of {', '.join(ORDERS)}.", code="invalid_order")
    return state, order


def scope(user_id: str, state: str, order: str) -> str:
    """Returns the scope to which cursors of this list are bound."""
    return f"notifications/{user_id}/{state}/{order}"


class ReadInbox:
    def __init__(self, counters: Counters, inbox: Callable[[], Inbox], clock: Clock, cursor_key: CursorKey) -> None:
        self._counters = counters
        self._inbox = inbox
        self._clock = clock
        self._cursor_key = cursor_key

    def count_unread(self, user_id: str) -> Found:
        """Returns the number of unread notifications."""
        counter = self._counters.load_counter(user_id)
        return Found.made(counter.etag, write_json({"count": counter.unread}))

    def list_notifications(self, user_id: str, state: str, order: str, page: Page) -> Found:
        """Returns a page of the inbox."""
        minute = int(self._clock.now()) // 60

        def tag(etag: str) -> str:
            return f"{etag}-{minute:x}-r{REVISION}-{state}-{order}{page.suffix}"

        before = self._counters.load_counter(user_id).etag

        def load() -> tuple[str, str]:
            return settled(
                lambda: tag(self._counters.load_counter(user_id).etag),
                lambda: self._body(user_id, state, order, page, minute * 60),
                _not_kept,
            )

        return Found(tag(before), load)

    def _body(self, user_id: str, state: str, order: str, page: Page, as_of: int) -> str:
        inbox = self._inbox()
        found = (inbox.newest if order == "newest" else inbox.oldest)(user_id, state, page)
        answer = {
            "items": [_shown(received, as_of) for received in found.received],
            "next_cursor": self._cursor(found, scope(user_id, state, order)),
        }
        return write_json(answer)

    def _cursor(self, found: InboxPage, scope: str) -> str | None:
        return make_cursor(found.next_after, scope=scope, key=self._cursor_key) if found.next_after else None


def _not_kept(tag: str, body: str) -> None:
    """Stores nothing: an inbox has one reader and changes by the minute."""


def _shown(received: Received, as_of: int) -> dict[str, Any]:
    from chalicelib.core.times import rfc3339
    from chalicelib.notifications.domain.notification import NOTIFICATIONS_PATH

    notification = received.notification
    return {
        "id": notification.id,
        "action": notification.action.value,
        "title": notification.title,
        "message": notification.message,
        "received_at": rfc3339(notification.received_at),
        "received_ago": ago(as_of - notification.received_at),
        "has_read": received.has_read,
        "group": notification.group and notification.group._asdict(),
        "links": {
            "mark_read": f"{NOTIFICATIONS_PATH}/{notification.id}/read",
            "subject": notification.subject,
        },
    }
