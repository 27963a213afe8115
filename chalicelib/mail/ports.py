"""Ports of mail: what services need from the storage of mails, addresses and due entries, and from the mail service."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.notifications.domain.address import AddressStanding
    from chalicelib.notifications.domain.notification import Mail, Notification


class Attachment(NamedTuple):
    """A file attached to a mail."""

    name: str
    content_type: str
    content: bytes


class Claimed(NamedTuple):
    """A mail that the caller may send now. `tickets_of` is the order whose tickets are attached. `attachments` and
    `headers` are made when it is sent and never stored. The other fields are those of
    notifications/domain/notification.Mail.
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


class MailRecipient(NamedTuple):
    """The recipient and the topic of a mail. The recipient is a user id, the hash of an address, or both."""

    user_id: str | None
    address_hash: str | None
    action: str


class HeldMail(NamedTuple):
    """A mail that another process is sending until `until` (Unix seconds), or that was tried `sends` times."""

    until: float
    sends: int


class Mails(Protocol):
    """Stores mails to be sent."""

    def claim(self, mail_id: str, *, now: float, until: float, most_sends: int) -> Claimed | HeldMail | None:
        """Claims a queued mail until `until`, unless it was possibly sent `most_sends` times. Returns None for a
        settled mail.
        """

    def is_queued(self, mail_id: str) -> bool:
        """Returns whether the mail still waits to be sent, read strongly consistently."""

    def give_back(self, mail_id: str, *, sent_perhaps: bool) -> None:
        """Releases the claim, so that the next try can take it."""

    def finish(self, mail_id: str, state: str) -> None:
        """Settles the mail as `sent`, `refused` (by the mail service), `unknown`, or as not sent: `suppressed` (mails
        to the address came back), `unsubscribed`, `unreachable` (its user has no verified address), `expired`.
        """

    def load_recipient(self, mail_id: str) -> MailRecipient | None:
        """Returns the recipient of a mail that can be unsubscribed from; None for other mails and for deleted ones."""


def paid_mail_key(order_id: str) -> str:
    """Returns the unique key of the mail that confirms payment of an order. The tickets are attached to it."""
    return f"order_paid {order_id}"


LOST_STATES = frozenset({"refused", "returned", "suppressed"})
"""Final states of mails that did not arrive, although their reader had not switched them off."""


class Undelivered(Protocol):
    """Records mails with tickets that did not arrive."""

    def mark_returned(self, key: str) -> None:
        """Marks the mail with this key as returned, if it exists."""

    def notify_once(self, key: str, notifications: Sequence[Notification], mails: Sequence[Mail]) -> bool:
        """Writes the messages to staff about this mail unless that was done before. Returns whether it wrote them.
        Raises Busy.
        """


class MailRefused(Exception):
    """Raised for a mail that the mail service will never accept. The message is the service's code."""


class MailDelayed(Exception):
    """Raised when the mail service accepts no mails at all for now. The message is its code."""


class MailUncertain(Exception):
    """Raised when the mail service did not answer. It may have accepted the mail."""


class SendingLimits(NamedTuple):
    """Sending limits of the account: mails per second, and mails left for today (None: no limit)."""

    a_second: float
    left_today: float | None


class Mailer(Protocol):
    def send(self, mail: Claimed) -> None:
        """Sends the mail. Raises MailRefused, MailUncertain, MailDelayed and UpstreamFailed (not accepted, worth
        another try).
        """


class Mailboxes(Protocol):
    """Stores what is known about addresses, each in its canonical form."""

    def load_standing(self, address: str) -> AddressStanding:
        """Returns what is known about the address, read strongly consistently."""

    def suppress(self, address: str, *, state: str, since: int) -> None:
        """Records that mails to the address came back. Keeps an earlier entry, but a complaint replaces a bounce."""

    def restore(self, address: str) -> None:
        """Records that mails to the address arrive again."""

    def refuse(self, address_hash: str, topic: str) -> None:
        """Records that the address wants no more mails about a topic."""


class Due(NamedTuple):
    """An entry of the due index: something to handle from `at` on (Unix seconds). `id` is that of the mail (kind MAIL),
    of the user of the digest (DIGEST), of the announcement (ANNOUNCEMENT) or of the event with the call for papers
    (CALL).
    """

    at: int
    kind: str
    id: str


class DueIndex(Protocol):
    """Finds due entries by time."""

    def begin(self, now: int) -> int:
        """Returns the time from which on there may be entries (Unix seconds)."""

    def list_due(self, begin: int, now: int) -> list[Due]:
        """Returns all entries in the quarter of an hour that contains `begin`, up to `now`."""

    def advance(self, until: int) -> None:
        """Records that no entries are left before `until`."""

    def drop(self, due: Due) -> None:
        """Deletes the entry."""


class Waiting(NamedTuple):
    """Something unfinished: when it was written, and the earliest time it may begin. Both are in Unix seconds."""

    written_at: int
    not_before: int = 0


class Sleepers(Protocol):
    """Finds and wakes things of one kind that the stream delivers and may have lost."""

    def load_waiting(self, id: str) -> Waiting | None:
        """Returns the thing, or None when it is done or deleted."""

    def wake(self, due: Due, *, again_at: int) -> None:
        """Makes the stream report it again and moves its due entry to `again_at`, in one transaction."""

    def expire(self, id: str) -> None:
        """Ends something that is too old to be worth doing."""


class Collected(Protocol):
    """Reads the notifications of a digest, and queues it."""

    def list_unread(self, user_id: str, *, digest_at: int) -> list[Notification]:
        """Returns the unread notifications of the digest, oldest first."""

    def put(self, due: Due, mail: Mail) -> bool:
        """Queues the digest and deletes its due entry in one transaction. Returns False when it was queued before."""
