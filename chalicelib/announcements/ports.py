"""What services need of stored announcements and of the people they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.announcements.domain.announcement import AnnouncementCounts, Dispatch, Stage
    from chalicelib.core.pagination import Page
    from chalicelib.notifications.domain.notification import Mail, Notification
    from chalicelib.orders.domain.order import OrderRecord


class TooMany(Exception):
    """The event has sent all it may send today."""


class ToldRecipient(NamedTuple):
    """That somebody was told, by which notification (None: they want none in their inbox)."""

    user_id: str
    notification_id: str | None


class Step(NamedTuple):
    """What one transaction does for an announcement, and where it stands afterwards."""

    stage: Stage
    cursor: str
    told: tuple[ToldRecipient, ...] = ()
    notifications: tuple[Notification, ...] = ()
    mails: tuple[Mail, ...] = ()
    counts: AnnouncementCounts | None = None
    finished_at: int | None = None


class Announcements(Protocol):
    """Keeps announcements."""

    def create(self, dispatch: Dispatch, *, day: str, most: int) -> bool:
        """A new announcement, counted on its day. False: it exists. Raises TooMany, Busy."""

    def begin(self, dispatch: Dispatch) -> bool:
        """One that nobody wrote. False: it exists. Raises Busy."""

    def abandon(self, dispatch: Dispatch) -> None:
        """Forget one that stands where it was read, so that it can begin anew; who was told is remembered. Raises
        Overtaken, Busy.
        """

    def load(self, event_id: str, announcement_id: str) -> Dispatch | None:
        """An announcement, strongly consistent."""

    def load_newest(self, event_id: str, page: Page) -> list[Dispatch]:
        """One more than a page of an event's announcements, newest first, strongly consistent."""

    def load_told(self, announcement_id: str, user_ids: Sequence[str]) -> dict[str, ToldRecipient]:
        """Which of these people were told already, strongly consistent."""

    def load_queued(self, keys: Sequence[str]) -> set[str]:
        """For which of these keys there is a mail, strongly consistent."""

    def advance(self, dispatch: Dispatch, step: Step) -> Dispatch:
        """Take a step from where the announcement stood; as it stands then. Raises Overtaken, Busy."""


class Crowd(Protocol):
    """Finds the people of an event."""

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        """Ids of orders that have or had tickets, behind one of them, oldest first, strongly consistent."""

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        """Up to 100 orders by id, strongly consistent."""

    def list_holders(self, event_id: str) -> list[tuple[str, str]]:
        """User and role of all staff, by user."""

    def list_owned(self, user_id: str) -> list[str]:
        """Events that somebody owns."""

    def list_proposers(self, event_id: str) -> list[str]:
        """Who proposed something in an event, or speaks in it by invitation; by user."""
