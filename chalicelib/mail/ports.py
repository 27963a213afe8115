"""What services need of stored mails, of addresses and of what is due, and of whoever sends mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.notifications.domain.address import AddressStanding
    from chalicelib.notifications.domain.notification import Mail, Notification


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


class MailRecipient(NamedTuple):
    """Whom a mail went to and about which topic: a user, or somebody of whom only the hash of the address is kept."""

    user_id: str | None
    address_hash: str | None
    action: str


class HeldMail(NamedTuple):
    """A mail that somebody else is sending until then (Unix seconds), or was tried `sends` times."""

    until: float
    sends: int


class Mails(Protocol):
    """Keeps mails to be sent."""

    def claim(self, mail_id: str, *, now: float, until: float, most_sends: int) -> Claimed | HeldMail | None:
        """Take a queued mail until then, unless it was perhaps sent `most_sends` times; None when it is settled."""

    def is_queued(self, mail_id: str) -> bool:
        """Whether a mail still waits to be sent; strongly consistent."""

    def give_back(self, mail_id: str, *, sent_perhaps: bool) -> None:
        """Let the next try have it."""

    def finish(self, mail_id: str, state: str) -> None:
        """Settle it as `sent`, `refused` (by the mail service), `unknown`, or not sent: `suppressed` (mails to the
        address came back), `unsubscribed`, `unreachable` (its user has no proven address), `expired`.
        """

    def load_recipient(self, mail_id: str) -> MailRecipient | None:
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

    def notify_once(self, key: str, notifications: Sequence[Notification], mails: Sequence[Mail]) -> bool:
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


class Mailboxes(Protocol):
    """Keeps what is known of addresses, each in its canonical form."""

    def load_standing(self, address: str) -> AddressStanding:
        """What is known, strongly consistent."""

    def suppress(self, address: str, *, state: str, since: int) -> None:
        """Mails came back. What was known before stays as it was, but a complaint outweighs a bounce."""

    def restore(self, address: str) -> None:
        """Mails arrive again."""

    def refuse(self, address_hash: str, topic: str) -> None:
        """No mail about a topic any more."""


class Due(NamedTuple):
    """Something to be looked at from a time on (Unix seconds): of kind MAIL the mail, of kind DIGEST the digest of the
    user, of kind ANNOUNCEMENT the announcement, of kind CALL the call for papers of the event, with this id.
    """

    at: int
    kind: str
    id: str


class DueIndex(Protocol):
    """Finds what is due by time."""

    def begin(self, now: int) -> int:
        """From when on there may be something (Unix seconds)."""

    def list_due(self, begin: int, now: int) -> list[Due]:
        """Everything due in the quarter of an hour that holds `begin`, up to now."""

    def advance(self, until: int) -> None:
        """Nothing is left before this time."""

    def drop(self, due: Due) -> None:
        """It needs no look any more."""


class Waiting(NamedTuple):
    """Something that is not done: when it was written, and before when it must not begin (Unix seconds)."""

    written_at: int
    not_before: int = 0


class Sleepers(Protocol):
    """Things of one kind that the stream carries out, and may have lost."""

    def load_waiting(self, id: str) -> Waiting | None:
        """The thing, unless it is done or forgotten."""

    def wake(self, due: Due, *, again_at: int) -> None:
        """Let the stream tell of it once more, and be looked at again then; in one transaction."""

    def expire(self, id: str) -> None:
        """It is not worth doing any more."""


class Collected(Protocol):
    """Notifications that wait for their digest."""

    def list_unread(self, user_id: str, *, digest_at: int) -> list[Notification]:
        """Those of a digest that were not read, oldest first."""

    def put(self, due: Due, mail: Mail) -> bool:
        """Queue the digest and drop what was due, in one transaction. False: it was queued before."""
