"""What services need of stored inboxes and mails, and of whoever sends mail. Light: the read path imports this."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.core.pagination import Page
    from chalicelib.notifications.domain.notification import Mail, Notification, Received

MARKED_AT_ONCE = 44
"""Two operations a notification and one for the counter stay below the 100 of a transaction."""


class Counter(NamedTuple):
    """How many notifications a user has not read, and the opaque tag of the inbox, fresh after each change of it."""

    unread: int
    etag: str


class Counters(Protocol):
    """Reads counters."""

    def counter(self, user_id: str) -> Counter:
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


class Attachment(NamedTuple):
    """A file that goes with a mail."""

    name: str
    content_type: str
    content: bytes


class Claimed(NamedTuple):
    """A mail that the caller may send now. `tickets_of` is an order whose tickets go with it; `attachments` and
    `headers` are made when it is sent and never stored. The rest is as in notifications/domain/notification.Mail.
    """

    to: str
    subject: str
    text: str
    html: str
    tickets_of: str | None = None
    attachments: tuple[Attachment, ...] = ()
    user_id: str | None = None
    action: str | None = None
    notification_id: str | None = None
    proves: bool = False
    headers: tuple[tuple[str, str], ...] = ()
    language: str = "en"


class Recipient(NamedTuple):
    """Whom a mail went to and about which topic: a user, or somebody of whom only the hash of the address is kept."""

    user_id: str | None
    address_hash: str | None
    action: str


class Held(NamedTuple):
    """A mail that somebody else is sending until then (Unix seconds), or was tried `sends` times."""

    until: float
    sends: int


class Mails(Protocol):
    """Keeps mails to be sent."""

    def claim(self, mail_id: str, *, now: float, until: float, most_sends: int) -> Claimed | Held | None:
        """Take a queued mail until then, unless it was perhaps sent `most_sends` times; None when it is settled."""

    def is_queued(self, mail_id: str) -> bool:
        """Whether a mail still waits to be sent; strongly consistent."""

    def give_back(self, mail_id: str, *, sent_perhaps: bool) -> None:
        """Let the next try have it."""

    def finish(self, mail_id: str, state: str) -> None:
        """Settle it as `sent`, `refused` (by the mail service), `unknown`, or not sent: `suppressed` (mails to the
        address came back), `unsubscribed`, `unreachable` (its user has no proven address), `expired`.
        """

    def recipient(self, mail_id: str) -> Recipient | None:
        """Whom a mail that can be refused went to; None for any other and for one that is forgotten."""


def paid_mail_key(order_id: str) -> str:
    """What makes the mail unique that an order is paid; its tickets go with it."""
    return f"order_paid {order_id}"


LOST_STATES = frozenset({"refused", "returned", "suppressed"})
"""What a mail is settled as that its reader never got, whatever they want."""


class Undelivered(Protocol):
    """Keeps what became of mails with tickets that did not arrive."""

    def mark_returned(self, key: str) -> None:
        """The mail with this key came back, if there is one."""

    def tell_once(self, key: str, notifications: Sequence[Notification], mails: Sequence[Mail]) -> bool:
        """Write what staff are told of this mail unless that was done. Whether it was written now. Raises Busy."""


class MailRefused(Exception):
    """This mail will never be accepted; the message is the mail service's code."""


class MailDelayed(Exception):
    """The mail service takes no more mails for now, whichever they are; the message is its code."""


class MailUncertain(Exception):
    """The mail service did not answer; it may have accepted the mail."""


class SendingLimits(NamedTuple):
    """What the account may send: mails a second, and how many more today (None: any number)."""

    a_second: float
    left_today: float | None


class Mailer(Protocol):
    """Sends mail."""

    def send(self, mail: Claimed) -> None:
        """Hand it over. Raises MailRefused, MailUncertain, MailDelayed, UpstreamFailed (not accepted, worth another
        try).
        """


class Contact(NamedTuple):
    """How to reach an account. `verified`: the address is certainly theirs."""

    email: str
    verified: bool
    language: str


class Contacts(Protocol):
    """Knows how to reach people."""

    def contacts(self, user_ids: Iterable[str]) -> dict[str, Contact]:
        """Address and language of each; who has no account any more is left out."""


class Deliveries(Protocol):
    """Keeps what became of notifications."""

    def pushed(self, user_id: str, notification_ids: Iterable[str], *, devices: int, at: int) -> None:
        """These reached so many sockets at a time (Unix seconds). What was kept before of a push stays."""

    def settled(self, places: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those (user, notification) that closed browsers need not be told of any more: they were, or it was read."""

    def web_pushed(self, user_id: str, notification_id: str, *, devices: int) -> None:
        """This one was taken by the push services of so many browsers. What was kept before stays."""
