"""Ports of announcements: what services need from the storage of announcements and of their recipients."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.announcements.domain.announcement import AnnouncementCounts, Dispatch, Stage
    from chalicelib.core.pagination import Page
    from chalicelib.notifications.domain.notification import Mail, Notification
    from chalicelib.orders.domain.order import OrderRecord


class TooMany(Exception):
    """Raised when the event has reached its limit of announcements for the day."""


class ToldRecipient(NamedTuple):
    """A person who has got the announcement, and its notification (None: they want none in their inbox)."""

    user_id: str
    notification_id: str | None


class Step(NamedTuple):
    """What one transaction writes for an announcement, and its progress afterwards."""

    stage: Stage
    cursor: str
    told: tuple[ToldRecipient, ...] = ()
    notifications: tuple[Notification, ...] = ()
    mails: tuple[Mail, ...] = ()
    counts: AnnouncementCounts | None = None
    finished_at: int | None = None


class Announcements(Protocol):
    """Stores announcements."""

    def create(self, dispatch: Dispatch, *, day: str, most: int) -> bool:
        """Writes a new announcement and counts it for `day`. Returns False when it exists. Raises TooMany and Busy."""

    def begin(self, dispatch: Dispatch) -> bool:
        """Writes an announcement that the product begins by itself. Returns False when it exists. Raises Busy."""

    def abandon(self, dispatch: Dispatch) -> None:
        """Deletes an announcement that has not moved since it was read, so that it can begin again. Who has got it
        stays stored. Raises Overtaken and Busy.
        """

    def load(self, event_id: str, announcement_id: str) -> Dispatch | None:
        """Returns an announcement, read strongly consistently."""

    def load_newest(self, event_id: str, page: Page) -> list[Dispatch]:
        """Returns up to one more than a page of an event's announcements, newest first, read strongly consistently."""

    def load_told(self, announcement_id: str, user_ids: Sequence[str]) -> dict[str, ToldRecipient]:
        """Returns those of these people who have got the announcement, read strongly consistently."""

    def load_queued(self, keys: Sequence[str]) -> set[str]:
        """Returns those of these keys for which a mail exists, read strongly consistently."""

    def advance(self, dispatch: Dispatch, step: Step) -> Dispatch:
        """Writes a step if the announcement has not moved since it was read, and returns it with its new progress.
        Raises Overtaken and Busy.
        """


class Crowd(Protocol):
    """Reads the people of an event."""

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        """Returns ids of orders that have or had tickets, after the order `after`, oldest first, read strongly
        consistently.
        """

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        """Returns up to 100 orders by id, read strongly consistently."""

    def list_holders(self, event_id: str) -> list[tuple[str, str]]:
        """Returns user id and role of all staff, by user id."""

    def list_owned(self, user_id: str) -> list[str]:
        """Returns the ids of events that the user owns."""

    def list_proposers(self, event_id: str) -> list[str]:
        """Returns the ids of users who proposed something in an event or speak in it by invitation, sorted."""
