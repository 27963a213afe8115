"""Reads inboxes and their counters. Implements the ports `Counters` and `Inbox`. All reads are strongly consistent.

The counter is read with the light reader, so only the inbox's methods import PynamoDB.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.aws import dynamo_keys as keys
from chalicelib.core.ports import Reader
from chalicelib.notifications.domain.notification import Received
from chalicelib.notifications.ports import Counter, InboxPage

if TYPE_CHECKING:
    from chalicelib.core.pagination import Page

EXAMINED_AT_ONCE = 2_000
"""Most notifications that are read for one page: about 1 MB. After them the page ends early, with a cursor."""
_NEVER = "none"


class DynamoCounters:
    """Implements the port `Counters` with one GetItem of a small item."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def load_counter(self, user_id: str) -> Counter:
        """Returns the counter; zero for a user who never got a notification."""
        item = self._reader.get("notifications", keys.unread_counter(user_id), ("unread", "etag"), consistent=True)
        return Counter(int(item["unread"]), str(item["etag"])) if item else Counter(0, _NEVER)


class DynamoInbox:
    def newest(self, user_id: str, state: str, page: Page) -> InboxPage:
        """Returns a page of the notifications in a state, newest first."""
        return self._page(user_id, state, page, forward=False)

    def oldest(self, user_id: str, state: str, page: Page) -> InboxPage:
        """Returns a page of the notifications in a state, oldest first."""
        return self._page(user_id, state, page, forward=True)

    def onwards(self, user_id: str, first: str, limit: int) -> list[Received]:
        """Returns up to `limit` notifications from this id on, oldest first; one Query."""
        from chalicelib.notifications.adapters.items import NotificationItem, revive_notification

        partition, start = keys.notification(user_id, first)
        condition = NotificationItem.sk.between(start, _after_all(user_id))
        found = NotificationItem.query(partition, condition, consistent_read=True, limit=limit)
        return [Received(revive_notification(item), bool(item.has_read)) for item in found]

    def unread_ids(self, user_id: str, *, up_to: str, limit: int) -> list[str]:
        """Returns the ids of unread notifications up to this id, oldest first."""
        from chalicelib.notifications.adapters.items import UNREAD_PREFIX, UnreadMarkItem

        partition, last = keys.unread_mark(user_id, up_to)
        condition = UnreadMarkItem.sk.between(UNREAD_PREFIX, last)
        found = UnreadMarkItem.query(partition, condition, consistent_read=True, limit=limit)
        return [item.sk.removeprefix(UNREAD_PREFIX) for item in found]

    def _page(self, user_id: str, state: str, page: Page, *, forward: bool) -> InboxPage:
        if state == "unread":
            return self._unread(user_id, page, forward=forward)
        return self._examined(user_id, state, page, forward=forward)

    def _unread(self, user_id: str, page: Page, *, forward: bool) -> InboxPage:
        """Finds unread notifications by their marks, so that read ones cost nothing."""
        from chalicelib.notifications.adapters.items import (
            UNREAD_PREFIX,
            NotificationItem,
            UnreadMarkItem,
            revive_notification,
        )

        partition, after = keys.unread_mark(user_id, page.after)
        marks = UnreadMarkItem.query(
            partition,
            UnreadMarkItem.sk.startswith(UNREAD_PREFIX),
            consistent_read=True,
            scan_index_forward=forward,
            limit=page.limit + 1,
            last_evaluated_key=_start(partition, after) if page.after else None,
        )
        ids = [mark.sk.removeprefix(UNREAD_PREFIX) for mark in marks]
        shown = ids[: page.limit]
        wanted = [keys.notification(user_id, id) for id in shown]
        found = {item.id: item for item in NotificationItem.batch_get(wanted, consistent_read=True)}
        received = [Received(revive_notification(found[id]), bool(found[id].has_read)) for id in shown if id in found]
        return InboxPage(received, shown[-1] if len(ids) > page.limit else "")

    def _examined(self, user_id: str, state: str, page: Page, *, forward: bool) -> InboxPage:
        """Finds notifications by reading the inbox, at most EXAMINED_AT_ONCE of them."""
        from chalicelib.notifications.adapters.items import (
            NOTIFICATION_PREFIX,
            NotificationItem,
            revive_notification,
        )

        partition, after = keys.notification(user_id, page.after)
        found = NotificationItem.query(
            partition,
            NotificationItem.sk.startswith(NOTIFICATION_PREFIX),
            consistent_read=True,
            scan_index_forward=forward,
            last_evaluated_key=_start(partition, after) if page.after else None,
            page_size=min(page.limit + 1, 500),
        )
        received: list[Received] = []
        last = ""
        for number, item in enumerate(found):
            wanted = state == "all" or item.has_read
            if number == EXAMINED_AT_ONCE or (wanted and len(received) == page.limit):
                return InboxPage(received, last)
            last = item.id
            if wanted:
                received.append(Received(revive_notification(item), bool(item.has_read)))
        return InboxPage(received, "")


def _start(partition: str, after: str) -> dict[str, dict[str, str]]:
    """Returns the key after which a Query continues. The item with this key need not exist any more."""
    return {"pk": {"S": partition}, "sk": {"S": after}}


def _after_all(user_id: str) -> str:
    """Returns a sort key after every notification."""
    return keys.notification(user_id, "~")[1]
