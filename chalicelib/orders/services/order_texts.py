"""Texts about an order for buyers and staff, as notifications and mails. Pure; called by order_messages.py."""

from collections.abc import Mapping
from html import escape
from typing import NamedTuple
from zoneinfo import ZoneInfo

from chalicelib.notifications.domain.notification import Mail, Notification, NotificationAction
from chalicelib.notifications.services.compose import EventLabel, group_of, letter, one_line
from chalicelib.orders.domain.order import Order
from chalicelib.orders.domain.order_state import Dispute
from chalicelib.texts import DEFAULT, date_and_time, has, say, sum_of_money


class Words(NamedTuple):
    """A message about an order: its name in texts, and the amount of money it mentions, in minor units."""

    name: str
    amount: int = 0


PAID = Words("paid")
PAID_TWICE = Words("paid_twice")
PAID_TOO_LATE = Words("paid_too_late")
EVENT_CLOSED = Words("event_closed")
EVENT_OVER = Words("event_over")
PAYMENT_FAILED = Words("payment_failed")
OFFERED = Words("offered")
HOLD_ENDED = Words("hold_ended")
TICKETS_GONE = Words("tickets_gone")
ACCOUNT_GONE = Words("account_gone")
IN_REVIEW = Words("in_review")
REFUND_FAILED = Words("refund_failed")
UNDELIVERED = Words("undelivered")
REFUND_WAITS = Words("refund_waits")
CHARGED_BACK = Words("charged_back")
DISPUTES: Mapping[Dispute | None, Words] = {
    Dispute.OPEN: Words("disputed"),
    Dispute.LOST: Words("dispute_lost"),
    None: Words("dispute_over"),
}


def refunded(amount: int) -> Words:
    """Returns the message about a refund, in minor units."""
    return Words("refunded", amount)


def taken_back(amount: int) -> Words:
    """Returns the buyer's message about a part of a payment that their bank took back, in minor units."""
    return Words("taken_back", amount)


def part_lost(amount: int) -> Words:
    """Returns the staff's message about a part of a payment that the buyer's bank took back, in minor units."""
    return Words("dispute_part_lost", amount)


def order_notification(
    words: Words,
    *,
    action: NotificationAction,
    order: Order,
    event: EventLabel,
    user_id: str,
    notification_id: str,
    subject: str,
    received_at: int,
    language: str = DEFAULT,
) -> Notification:
    """Returns a notification about an order. `subject` is the path that it links to, `received_at` in Unix seconds."""
    parts = _parts(words, order, event, language)
    message = say(language, f"{words.name}.text", {**parts, "event": f"<strong>{escape(event.name)}</strong>"})
    return Notification(
        id=notification_id,
        user_id=user_id,
        action=action,
        title=one_line(say(language, f"{words.name}.title", parts)),
        message=f"<p>{message}</p>",
        subject=subject,
        received_at=received_at,
        group=group_of(action, order.event_id, event.name, received_at=received_at, language=language),
    )


def order_mail(words: Words, *, order: Order, event: EventLabel, url: str, key: str, language: str = DEFAULT) -> Mail:
    """Returns a mail to the buyer, who may have no account. `url` links to the order; the same `key` is sent once."""
    parts = _parts(words, order, event, language)
    name = words.name
    subject = f"{name}.subject" if has(f"{name}.subject") else f"{name}.title"
    lines = [say(language, f"{name}.{part}", parts) for part in ("text", "attached") if has(f"{name}.{part}")]
    return letter(
        key=key,
        to=order.buyer.email,
        subject=say(language, subject, parts),
        name=order.buyer.name,
        lines=[*lines, say(language, "mail.order", {"order": order.id})],
        link=(say(language, f"{name}.link" if has(f"{name}.link") else "mail.see_order"), url),
        language=language,
    )


def staff_mail(words: Words, *, order: Order, event: EventLabel, url: str, key: str, language: str = DEFAULT) -> Mail:
    """Returns a mail to a member of staff, at their account's address. `url` links to the order in the event's list."""
    parts = _parts(words, order, event, language)
    return letter(
        key=key,
        to="",
        subject=say(language, f"{words.name}.title", parts),
        name="",
        lines=[say(language, f"{words.name}.text", parts), say(language, "mail.order", {"order": order.id})],
        link=(say(language, "mail.see_order_staff"), url),
        language=language,
    )


def _parts(words: Words, order: Order, event: EventLabel, language: str) -> dict[str, str]:
    currency, until = order.total.currency, order.expires_at
    return {
        "event": event.name,
        "total": sum_of_money(language, order.total.amount, currency),
        "amount": sum_of_money(language, words.amount, currency),
        "until": date_and_time(language, until.astimezone(ZoneInfo(event.timezone))) if until else "",
    }
