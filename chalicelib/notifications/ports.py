"""Ports of notifications: what services need from the storage of inboxes, preferences and deliveries, and of contacts.
Light, because the read path imports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from chalicelib.core.transactions import MAX_ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from chalicelib.core.pagination import Page
    from chalicelib.notifications.domain.notification import Notification, Received

MARKED_AT_ONCE = (MAX_ITEMS - 1) // 2
"""Two items per notification, and one for the counter."""
MAIL, DIGEST, ANNOUNCEMENT, CALL = "MAIL", "DIGEST", "ANNOUNCEMENT", "CALL"
"""Kinds of due entries (mail/ports.Due)."""


class Counter(NamedTuple):
    """A user's number of unread notifications, and the opaque tag of the inbox, fresh after each change of it."""

    unread: int
    etag: str


class Counters(Protocol):
    """Reads unread counters."""

    def load_counter(self, user_id: str) -> Counter:
        """Returns the counter, read strongly consistently."""


class InboxPage(NamedTuple):
    """A page of an inbox. `next_after` is where the next page begins, empty at the end. A page may be shorter than
    requested, even empty, without being the last.
    """

    received: list[Received]
    next_after: str


class Inbox(Protocol):
    """Reads inboxes, strongly consistently."""

    def newest(self, user_id: str, state: str, page: Page) -> InboxPage:
        """Returns the notifications in a state (unread, read, all), newest first."""

    def oldest(self, user_id: str, state: str, page: Page) -> InboxPage:
        """Returns the notifications in a state, oldest first."""

    def onwards(self, user_id: str, first: str, limit: int) -> list[Received]:
        """Returns up to `limit` notifications from this id on, oldest first. The id need not exist."""

    def unread_ids(self, user_id: str, *, up_to: str, limit: int) -> list[str]:
        """Returns the ids of unread notifications up to this id, oldest first."""


class Marks(Protocol):
    """Marks notifications, up to MARKED_AT_ONCE ids per call. Both methods return how many they changed."""

    def mark_read(self, user_id: str, ids: list[str]) -> int:
        """Marks unread notifications read. Raises NotFound when there is one id and it does not exist."""

    def mark_unread(self, user_id: str, ids: list[str]) -> int:
        """Marks read notifications unread. Raises NotFound when there is one id and it does not exist."""


class Contact(NamedTuple):
    """The address and language of an account. `verified` says whether the address is known to be theirs."""

    email: str
    verified: bool
    language: str


class Contacts(Protocol):
    """Reads addresses and languages of accounts."""

    def load_contacts(self, user_ids: Iterable[str]) -> dict[str, Contact]:
        """Returns the contact of each user. Users without an account any more are left out."""


class Deliveries(Protocol):
    """Records how notifications were delivered."""

    def mark_pushed(self, user_id: str, notification_ids: Iterable[str], *, devices: int, at: int) -> None:
        """Records that these notifications reached `devices` sockets at `at` (Unix seconds). Keeps earlier records."""

    def mark_settled(self, places: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Returns those (user id, notification id) that need no web push any more: they were pushed or read."""

    def mark_web_pushed(self, user_id: str, notification_id: str, *, devices: int) -> None:
        """Records that push services accepted this notification for `devices` browsers. Keeps an earlier record."""


class StoredPreferences(NamedTuple):
    """A user's preferences as stored. `settings` is made by notifications/domain/preferences.write; `revision` is the
    one that made `body`.
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
        """Returns tag and revision, read strongly consistently; None for a user who never chose."""

    def load_stored(self, user_id: str) -> StoredPreferences | None:
        """Returns all stored preferences, read strongly consistently; None for a user who never chose."""

    def load_settings(self, user_ids: Sequence[str]) -> list[str | None]:
        """Returns the users' settings in their order; eventually consistent."""


class PreferencesStore(Protocol):
    """Writes preferences."""

    def replace(self, user_id: str, fresh: StoredPreferences, *, expected_tag: str | None) -> bool:
        """Writes the preferences if the stored ones have the expected tag (None: there are none). Returns whether they
        had.
        """


class LogEntry(NamedTuple):
    """The key of a notification."""

    notification_id: str
    user_id: str


class DeliveryRecord(NamedTuple):
    """How a notification was delivered: the number of sockets, the final state of its mail, the web pushes."""

    pushed: int = 0
    mailed: str | None = None
    web_pushed: int = 0


class Overseen(NamedTuple):
    """A notification with its delivery. `read_at` is in Unix seconds."""

    notification: Notification
    has_read: bool
    read_at: int | None
    delivery: DeliveryRecord


class NotificationLog(Protocol):
    """Finds notifications of all users. `step` is the number of items per request. Raises Busy."""

    def list_month(self, action: str, month: str, *, first: str, last: str, step: int) -> Iterator[LogEntry]:
        """Returns the notifications of an action in a month (YYYY-MM) between two ids, both included, newest first.
        Eventually consistent.
        """

    def list_inbox(self, user_id: str, *, first: str, last: str, step: int) -> Iterator[LogEntry]:
        """Returns the notifications of one user between two ids, both included, newest first."""

    def load_details(self, entries: Sequence[LogEntry]) -> list[Overseen]:
        """Returns up to 100 notifications in the order of `entries`, without those that no longer exist."""
