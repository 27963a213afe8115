"""A notification in somebody's inbox, and a mail to be sent. Plain data; notifications/services/compose.py words
them.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

NOTIFICATIONS_PATH = "/api/v1/notifications"


class NotificationAction(StrEnum):
    """What a notification is about. The list is part of the API contract."""

    # docs/notifications.md prints the lines below: when a notification comes, and to whom.

    EVENT_ROLE_INVITE = "event_role_invite"
    """Staff invited an address to their event's staff. To: the account that proved it, otherwise the mailbox."""
    SESSION_INVITE = "session_invite"
    """Staff invited an address to speak in a session. To: the account that proved it, otherwise the mailbox."""
    SUBMISSION_RECEIVED = "submission_received"
    """Somebody proposed a session to an open call. To: staff who review."""
    SESSION_ACCEPTED = "session_accepted"
    """Staff accepted a proposal, by a review or by editing its state. To: its speakers with an account."""
    SESSION_REJECTED = "session_rejected"
    """Staff rejected a proposal, by a review or by editing its state. To: its speakers with an account."""
    SESSION_SCHEDULE_CHANGED = "session_schedule_changed"
    """A public session moved or was cancelled. To: its speakers with an account."""
    ORDER_PAID = "order_paid"
    """An order was paid, or it was free. To: its buyer."""
    ORDER_REFUNDED = "order_refunded"
    """Money went back, is going back, or was taken back by the buyer's bank. To: its buyer."""
    ORDER_EXPIRED = "order_expired"
    """A hold ended, or a payment failed. To: its buyer."""
    TICKETS_OFFERED = "tickets_offered"
    """Tickets that somebody waited for are free. To: the person who has waited longest."""
    PAYMENT_DISPUTED = "payment_disputed"
    """A dispute was opened, lost or closed. To: staff who see money."""
    PAYMENT_IN_REVIEW = "payment_in_review"
    """A payment, a refund or a mail with tickets needs a person. To: staff who see money."""
    CALL_FOR_PAPERS_OPEN = "call_for_papers_open"
    """A call for papers opened, or the event of an open one was published; once an event. To: the staff, and people who
    proposed or were invited to speak at another event of its owners.
    """
    ANNOUNCEMENT = "announcement"
    """Staff wrote to many people. To: staff by role, or everybody with tickets."""


GROUPED_SECONDS: Mapping[NotificationAction, int] = {
    NotificationAction.SESSION_SCHEDULE_CHANGED: 3600,
    NotificationAction.SUBMISSION_RECEIVED: 3600,
    NotificationAction.PAYMENT_DISPUTED: 3600,
    NotificationAction.PAYMENT_IN_REVIEW: 3600,
}
"""Actions that come in bursts, and how long one burst may be; those of an event are shown as one. docs/notifications.md
says why.
"""


class Burst(NamedTuple):
    """The burst a notification belongs to: those of one inbox with the same key are shown under the title, as one."""

    key: str
    title: str


def group_key(action: NotificationAction, event_id: str, received_at: int) -> str | None:
    """The key of the burst that something at this time (Unix seconds) belongs to, if such things come in bursts."""
    seconds = GROUPED_SECONDS.get(action)
    return None if seconds is None else f"{action.value}.{event_id}.{received_at // seconds}"


class Notification(NamedTuple):
    """One message to one user. `message` is sanitised HTML, `subject` a path of ours, `received_at` Unix seconds;
    `digest_at` (the same) is when the mail that collects it is due, if it is collected.
    """

    id: str
    user_id: str
    action: NotificationAction
    title: str
    message: str
    subject: str
    received_at: int
    digest_at: int | None = None
    group: Burst | None = None


class Mail(NamedTuple):
    """One mail to one address. `key` makes it unique: the same key is never sent twice. `html` is what stands in the
    body of its page (notifications/domain/mail_layout.py). `tickets_of` is an order whose tickets go with it; they are
    printed when the mail is sent. An empty `to` is the proven address of `user_id`, looked up when it is sent. `action`
    is the topic (notifications/domain/preferences.py) by which it can be refused; without one it cannot. Not sent
    before `not_before` (Unix seconds). `proves` the address: it goes even to one that mails came back from. `language`
    is what it is written in.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str
    tickets_of: str | None = None
    user_id: str | None = None
    action: str | None = None
    notification_id: str | None = None
    not_before: int | None = None
    proves: bool = False
    language: str = "en"


class Received(NamedTuple):
    """A notification in an inbox."""

    notification: Notification
    has_read: bool
