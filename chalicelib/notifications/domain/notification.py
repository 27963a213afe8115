"""Notifications in an inbox, and mails to be sent. Plain data; notifications/services/compose.py composes both."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

NOTIFICATIONS_PATH = "/api/v1/notifications"


class NotificationAction(StrEnum):
    """What a notification is about. The list is part of the API contract."""

    # docs/notifications.md prints the lines below: when a notification is sent, and to whom.

    EVENT_ROLE_INVITE = "event_role_invite"
    """Staff invited an address to their event's staff. To: the account that verified it, otherwise the mailbox."""
    SESSION_INVITE = "session_invite"
    """Staff invited an address to speak in a session. To: the account that verified it, otherwise the mailbox."""
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
    """A call for papers opened, or the event of an open one was published; once per event. To: the staff, and people
    who proposed or were invited to speak at another event of its owners.
    """
    ANNOUNCEMENT = "announcement"
    """Staff wrote to many people. To: staff by role, or everybody with tickets."""


GROUPED_SECONDS: Mapping[NotificationAction, int] = {
    NotificationAction.SESSION_SCHEDULE_CHANGED: 3600,
    NotificationAction.SUBMISSION_RECEIVED: 3600,
    NotificationAction.PAYMENT_DISPUTED: 3600,
    NotificationAction.PAYMENT_IN_REVIEW: 3600,
}
"""Actions that come in bursts, and the longest time of one burst. The notifications of a burst about one event are
shown as one. docs/notifications.md gives the reasons.
"""


class Burst(NamedTuple):
    """The burst of a notification: notifications with the same key in one inbox are shown as one, under the title."""

    key: str
    title: str


def group_key(action: NotificationAction, event_id: str, received_at: int) -> str | None:
    """Returns the key of the burst at this time (Unix seconds), or None when the action does not come in bursts."""
    seconds = GROUPED_SECONDS.get(action)
    return None if seconds is None else f"{action.value}.{event_id}.{received_at // seconds}"


class Notification(NamedTuple):
    """A message to one user. `message` is sanitised HTML; `subject` is a path on our site; `received_at` is in Unix
    seconds. `digest_at` (Unix seconds) is when the digest that collects it is due, if any.
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
    """A mail to one address. A `key` is never sent twice. `html` is the body of its page
    (notifications/domain/mail_layout.py). `tickets_of` is an order whose tickets are attached when the mail is sent.
    With an empty `to`, the mail goes to the verified address of `user_id`, read when it is sent. `action` is the topic
    (notifications/domain/preferences.py) by which it can be switched off; None when it cannot. It is not sent before
    `not_before` (Unix seconds). With `proves`, it is sent even to an address from which mails came back, because it
    verifies the address. `language` is the language of its text.
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
    """A notification in an inbox, and whether it was read."""

    notification: Notification
    has_read: bool
