"""Wire structs of notifications and live pushes, as their services write them."""

from datetime import datetime

from msgspec import Struct


class Links(Struct, frozen=True, kw_only=True):
    """Where a notification leads. Paths of this origin."""

    mark_read: str
    subject: str


class NotificationRead(Struct, frozen=True, kw_only=True):
    """A notification as its reader sees it. `message` is sanitised HTML, `received_ago` is for people."""

    id: str
    action: str
    title: str
    message: str
    received_at: datetime
    received_ago: str
    has_read: bool
    links: Links


class UnreadCount(Struct, frozen=True, kw_only=True):
    """How many notifications are unread."""

    count: int


class MarkedRead(Struct, frozen=True, kw_only=True):
    """How many were marked by this call, and whether some are left for another."""

    read: int
    more: bool


class LiveTicket(Struct, frozen=True, kw_only=True):
    """Where to open a socket, once, within `expires_in` seconds."""

    url: str
    expires_in: int
