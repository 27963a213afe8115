"""What services need to look through everybody's notifications."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from chalicelib.notifications.domain.notification import Notification


class Entry(NamedTuple):
    """Where a notification stands."""

    notification_id: str
    user_id: str


class Delivery(NamedTuple):
    """What became of a notification beside the inbox: devices it was pushed to, how its mail ended, web pushes."""

    pushed: int = 0
    mailed: str | None = None
    web_pushed: int = 0


class Overseen(NamedTuple):
    """A notification with what became of it. `read_at` in Unix seconds."""

    notification: Notification
    has_read: bool
    read_at: int | None
    delivery: Delivery


class NotificationLog(Protocol):
    """Finds notifications of all people. `step` are fetched whenever more are asked for. Raises Busy."""

    def month(self, action: str, month: str, *, first: str, last: str, step: int) -> Iterator[Entry]:
        """Those of an action in a month (YYYY-MM) between two ids, both included, newest first; a moment late."""

    def inbox(self, user_id: str, *, first: str, last: str, step: int) -> Iterator[Entry]:
        """Those of one user between two ids, newest first."""

    def details(self, entries: Sequence[Entry]) -> list[Overseen]:
        """Up to 100 of them as they stand, in the same order, less what is gone."""
