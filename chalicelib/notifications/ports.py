"""What services need of stored inboxes, preferences and deliveries, and of people. Light: the read path needs this."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from chalicelib.core.transactions import MAX_ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.core.pagination import Page
    from chalicelib.notifications.domain.notification import Notification, Received

MARKED_AT_ONCE = (MAX_ITEMS - 1) // 2
"""Two operations a notification, and one for the counter."""
MAIL, DIGEST, ANNOUNCEMENT, CALL = "MAIL", "DIGEST", "ANNOUNCEMENT", "CALL"
"""Kinds of what may be due (mail/ports.Due)."""


class Counter(NamedTuple):
    """How many notifications a user has not read, and the opaque tag of the inbox, fresh after each change of it."""

    unread: int
    etag: str


class Counters(Protocol):
    """Reads counters."""

    def load_counter(self, user_id: str) -> Counter:
        """The counter, strongly consistent."""


class InboxPage(NamedTuple):
    """Part of an inbox. `next_after` is where the next part begins, empty at the end; a part may be shorter than
    asked for, even empty, and still not be the last.
    """

    received: list[Received]
    next_after: str


class Inbox(Protocol):
    """Reads inboxes, strongly consistent."""

    def newest(self, user_id: str, state: str, page: Page) -> InboxPage:
        """The notifications in a state (unread, read, all), newest first."""

    def oldest(self, user_id: str, state: str, page: Page) -> InboxPage:
        """The same, oldest first."""

    def onwards(self, user_id: str, first: str, limit: int) -> list[Received]:
        """Up to `limit` notifications from this id on, whether or not it exists, oldest first."""

    def unread_ids(self, user_id: str, *, up_to: str, limit: int) -> list[str]:
        """Ids of unread notifications up to this id, oldest first."""


class Marks(Protocol):
    """Marks notifications. Both count what they changed, and only that; up to MARKED_AT_ONCE ids a call."""

    def mark_read(self, user_id: str, ids: list[str]) -> int:
        """Mark read; how many were unread. Raises NotFound when a single one does not exist."""

    def mark_unread(self, user_id: str, ids: list[str]) -> int:
        """Mark unread; how many were read. Raises NotFound when a single one does not exist."""


class Contact(NamedTuple):
    """How to reach an account. `verified`: the address is certainly theirs."""

    email: str
    verified: bool
    language: str


class Contacts(Protocol):
    """Knows how to reach people."""

    def load_contacts(self, user_ids: Iterable[str]) -> dict[str, Contact]:
        """Address and language of each; who has no account any more is left out."""


class Deliveries(Protocol):
    """Keeps what became of notifications."""

    def mark_pushed(self, user_id: str, notification_ids: Iterable[str], *, devices: int, at: int) -> None:
        """These reached so many sockets at a time (Unix seconds). What was kept before of a push stays."""

    def mark_settled(self, places: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those (user, notification) that closed browsers need not be told of any more: they were, or it was read."""

    def mark_web_pushed(self, user_id: str, notification_id: str, *, devices: int) -> None:
        """This one was taken by the push services of so many browsers. What was kept before stays."""


class StoredPreferences(NamedTuple):
    """Somebody's preferences as stored. `settings` is notifications/domain/preferences.write; `revision` made
    `body`.
    """

    etag: str
    body: str
    revision: str
    settings: str | None
    address_state: str | None
    address_since: int | None


class PreferencesView(Protocol):
    """Reads preferences without PynamoDB."""

    def load_version(self, user_id: str) -> tuple[str, str] | None:
        """Tag and revision, strongly consistent; None for somebody who never chose."""

    def load_stored(self, user_id: str) -> StoredPreferences | None:
        """All of it, strongly consistent."""

    def load_settings(self, user_ids: Sequence[str]) -> list[str | None]:
        """What people chose, in their order; eventually consistent."""


class PreferencesStore(Protocol):
    """Writes preferences."""

    def replace(self, user_id: str, fresh: StoredPreferences, *, expected_tag: str | None) -> bool:
        """Write them if they still have the expected tag (None: there are none). Whether they had."""


class LogEntry(NamedTuple):
    """Where a notification stands."""

    notification_id: str
    user_id: str


class DeliveryRecord(NamedTuple):
    """What became of a notification beside the inbox: devices it was pushed to, how its mail ended, web pushes."""

    pushed: int = 0
    mailed: str | None = None
    web_pushed: int = 0


class Overseen(NamedTuple):
    """A notification with what became of it. `read_at` in Unix seconds."""

    notification: Notification
    has_read: bool
    read_at: int | None
    delivery: DeliveryRecord


class NotificationLog(Protocol):
    """Finds notifications of all people. `step` are fetched whenever more are asked for. Raises Busy."""

    def list_month(self, action: str, month: str, *, first: str, last: str, step: int) -> Iterator[LogEntry]:
        """Those of an action in a month (YYYY-MM) between two ids, both included, newest first; a moment late."""

    def list_inbox(self, user_id: str, *, first: str, last: str, step: int) -> Iterator[LogEntry]:
        """Those of one user between two ids, newest first."""

    def load_details(self, entries: Sequence[LogEntry]) -> list[Overseen]:
        """Up to 100 of them as they stand, in the same order, less what is gone."""
