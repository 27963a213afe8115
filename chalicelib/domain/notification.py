"""A notification in somebody's inbox, and a mail to be sent. Plain data; services/notifying.py words them."""

from enum import StrEnum
from typing import NamedTuple


class NotificationAction(StrEnum):
    """What a notification is about. The list is part of the API contract."""

    EVENT_ROLE_INVITE = "event_role_invite"
    SESSION_INVITE = "session_invite"
    SUBMISSION_RECEIVED = "submission_received"
    SESSION_ACCEPTED = "session_accepted"
    SESSION_REJECTED = "session_rejected"
    SESSION_SCHEDULE_CHANGED = "session_schedule_changed"
    ORDER_PAID = "order_paid"
    ORDER_REFUNDED = "order_refunded"
    ORDER_EXPIRED = "order_expired"
    TICKETS_OFFERED = "tickets_offered"
    PAYMENT_DISPUTED = "payment_disputed"
    PAYMENT_IN_REVIEW = "payment_in_review"
    CALL_FOR_PAPERS_OPEN = "call_for_papers_open"
    ANNOUNCEMENT = "announcement"


class Notification(NamedTuple):
    """One message to one user. `message` is sanitised HTML, `subject` a path of ours, `received_at` Unix seconds."""

    id: str
    user_id: str
    action: NotificationAction
    title: str
    message: str
    subject: str
    received_at: int


class Mail(NamedTuple):
    """One mail to one address. `key` makes it unique: the same key is never sent twice. `tickets_of` is an order whose
    tickets go with it; they are printed when the mail is sent.
    """

    key: str
    to: str
    subject: str
    text: str
    html: str
    tickets_of: str | None = None
