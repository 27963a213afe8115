"""Wire structs of notifications and live pushes, as their services write them."""

from datetime import datetime

from msgspec import Struct


class NotificationLinks(Struct, frozen=True, kw_only=True):
    """Where a notification links to: paths on this origin."""

    mark_read: str
    subject: str


class Group(Struct, frozen=True, kw_only=True):
    """The group of a notification: notifications with the same key may be shown as one, under this title."""

    key: str
    title: str


class NotificationRead(Struct, frozen=True, kw_only=True):
    """A notification as its reader sees it. `message` is sanitised HTML; `received_ago` is text for people."""

    id: str
    action: str
    title: str
    message: str
    received_at: datetime
    received_ago: str
    has_read: bool
    group: Group | None
    links: NotificationLinks


class UnreadCount(Struct, frozen=True, kw_only=True):
    """How many notifications are unread."""

    count: int


class MarkedRead(Struct, frozen=True, kw_only=True):
    """How many notifications this call marked, and whether some are left for another call with `up_to`."""

    read: int
    more: bool
    up_to: str


class LiveTicket(Struct, frozen=True, kw_only=True):
    """The URL that opens one socket within `expires_in` seconds."""

    url: str
    expires_in: int


class Recipient(Struct, frozen=True, kw_only=True):
    """The user who received a notification; no address when the account is deleted."""

    id: str
    email: str | None


class Delivery(Struct, frozen=True, kw_only=True):
    """Delivery outside the inbox: number of devices it was pushed to, outcome of its mail, number of web pushes."""

    pushed: int
    mailed: str | None
    web_pushed: int


class NotificationOverseen(Struct, frozen=True, kw_only=True):
    """A user's notification as administrators see it."""

    id: str
    action: str
    user: Recipient
    title: str
    received_at: datetime
    has_read: bool
    read_at: datetime | None
    delivery: Delivery
