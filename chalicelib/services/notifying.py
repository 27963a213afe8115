"""Notifying: the words of every notification and mail. Pure functions; called by the services whose facts they tell.

A notification's `message` is HTML, so user text in it is escaped; titles and mail subjects are plain text on one line.
What is made here is stored by adapters/dynamo/notification_writes.py in the transaction of the fact it tells.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import NamedTuple

from chalicelib.domain.money import display
from chalicelib.domain.notification import Mail, Notification, NotificationAction
from chalicelib.domain.order import Order
from chalicelib.domain.order_facts import Dispute

MAX_TITLE = 120
MAX_NAME = 60
_LINK_LIKE = re.compile(r"://|www\.|/|\w\.\w")


class Words(NamedTuple):
    """What is said about an order. `{event}`, `{total}`, `{amount}` and `{until}` stand for the event's name, the
    order's total, an amount of money and the end of its hold; `link` is what the way to the order is called, `subject`
    a mail's, when not the title, `attached` what a mail says of its attachment.
    """

    title: str
    text: str
    link: str = "See your order"
    amount: int = 0
    subject: str = ""
    attached: str = ""


PAID = Words(
    "Paid: {event}",
    "Your order for {event} is paid: {total}.",
    link="See your tickets",
    subject="Your tickets for {event}",
    attached="Your tickets are attached, a page each. If you change who comes, print them again from your order.",
)
PAID_TWICE = Words(
    "Paid twice: {event}",
    "Your order for {event} was paid a second time. The second payment is on its way back to you; your tickets stay.",
)
PAID_TOO_LATE = Words(
    "Paid too late: {event}",
    "Your payment for {event} came after your tickets had gone back to sale. It is on its way back to you in full.",
)
EVENT_CLOSED = Words(
    "Not taking place: {event}",
    "Your payment for {event} came when the organiser had closed the event. It is on its way back to you in full.",
)
PAYMENT_FAILED = Words(
    "Payment failed: {event}",
    "The payment of your order for {event} did not succeed, so its tickets are on sale again. You were not charged.",
)
OFFERED = Words(
    "Tickets for you: {event}",
    "The tickets for {event} that you waited for came free: {total}. They are kept for you until {until}; pay by then.",
    link="Pay for your tickets",
)
HOLD_ENDED = Words(
    "Not paid in time: {event}", "Your order for {event} was not paid in time, so its tickets are on sale again."
)
TICKETS_GONE = Words(
    "Your refund failed: {event}",
    "The refund of your order for {event} failed and its tickets are on sale again. The organisers have been told.",
)
IN_REVIEW = Words("A payment needs a look: {event}", "A payment for {event} cannot be used. Nothing was issued.")
REFUND_FAILED = Words("A refund failed: {event}", "A refund of an order for {event} did not reach the buyer's bank.")
DISPUTES: Mapping[Dispute | None, Words] = {
    Dispute.OPEN: Words(
        "Disputed: {event}", "The payment of an order for {event} ({total}) is disputed. Answer in Stripe."
    ),
    Dispute.LOST: Words("Dispute lost: {event}", "The payment of an order for {event} ({total}) was charged back."),
    None: Words("Dispute over: {event}", "The dispute of an order for {event} ({total}) is over; the money stays."),
}


def refunded(amount: int) -> Words:
    """About money that went back, in minor units."""
    return Words("Refunded: {event}", "{amount} of your order for {event} is on its way back to you.", amount=amount)


def order_notification(
    words: Words,
    *,
    action: NotificationAction,
    order: Order,
    event_name: str,
    user_id: str,
    notification_id: str,
    subject: str,
    received_at: int,
) -> Notification:
    """About an order. `subject` is the path it leads to, `received_at` in Unix seconds."""
    parts = _parts(words, order)
    message = words.text.format(event=f"<strong>{escape(event_name)}</strong>", **parts)
    return Notification(
        id=notification_id,
        user_id=user_id,
        action=action,
        title=one_line(words.title.format(event=event_name, **parts)),
        message=f"<p>{message}</p>",
        subject=subject,
        received_at=received_at,
    )


def order_mail(words: Words, *, order: Order, event_name: str, url: str, key: str) -> Mail:
    """To the buyer, who may have no account. `url` leads to the order; the same key is sent once."""
    parts = _parts(words, order)
    return _mail(
        key=key,
        to=order.buyer.email,
        subject=(words.subject or words.title).format(event=event_name, **parts),
        name=order.buyer.name,
        lines=[
            words.text.format(event=event_name, **parts),
            *([words.attached] if words.attached else []),
            f"Order {order.id}",
        ],
        link=(words.link, url),
    )


def _parts(words: Words, order: Order) -> dict[str, str]:
    currency = order.total.currency
    until = f"{order.expires_at:%d %B %Y, %H:%M} UTC" if order.expires_at else ""
    return {
        "total": display(order.total.amount, currency),
        "amount": display(words.amount, currency),
        "until": until,
    }


def verify_mail(*, to: str, name: str, url: str, key: str) -> Mail:
    """To a new account: prove the address. `url` carries the token and is good for three days."""
    return _mail(
        key=key,
        to=to,
        subject="Confirm your e-mail address",
        name=name,
        lines=["Please confirm that this address is yours. Without an account here, ignore this mail."],
        link=("Confirm the address", url),
    )


def reset_mail(*, to: str, name: str, url: str, key: str) -> Mail:
    """To somebody who forgot the password. `url` carries the token and is good for an hour."""
    return _mail(
        key=key,
        to=to,
        subject="Set a new password",
        name=name,
        lines=["Somebody asked for a new password for your account. If it was not you, ignore this mail."],
        link=("Set a new password", url),
    )


def sign_up_exists_mail(*, to: str, name: str, url: str, key: str) -> Mail:
    """To the holder of an address with which somebody tried to open a second account. `url` leads to sign-in."""
    return _mail(
        key=key,
        to=to,
        subject="You have an account already",
        name=name,
        lines=[
            "Somebody tried to open an account with this address, which has one. If it was not you, ignore this mail."
        ],
        link=("Sign in", url),
    )


def one_line(text: str) -> str:
    """The text on one line of at most MAX_TITLE characters, fit for a title or a mail header."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1].rstrip()}…"


def greeting(name: str) -> str:
    """How a mail begins. A name that mail programs could turn into a link is left out: anybody can type one into a
    form together with somebody else's address.
    """
    name = one_line(name)
    if not name or len(name) > MAX_NAME or _LINK_LIKE.search(name):
        return "Hello,"
    return f"Hello {name},"


def _mail(*, key: str, to: str, subject: str, name: str, lines: list[str], link: tuple[str, str]) -> Mail:
    label, url = link
    shown = [greeting(name), *map(one_paragraph, lines)]
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in shown)
    button = f'<p><a href="{escape(url)}">{escape(label)}</a></p>'
    return Mail(
        key=key,
        to=to,
        subject=one_line(subject),
        text="\n\n".join([*shown, f"{label}: {url}"]) + "\n",
        html=f'<!doctype html><html lang="en"><body>{paragraphs}{button}</body></html>',
    )


def one_paragraph(text: str) -> str:
    """The text without line breaks, so that user text cannot forge a paragraph of ours."""
    return " ".join(text.split())
