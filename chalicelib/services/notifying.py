"""Notifying: the words of every notification and mail. Pure functions; called by the services whose facts they tell.

A notification's `message` is HTML, so user text in it is escaped; titles and mail subjects are plain text on one line.
What is made here is stored by adapters/dynamo/notification_writes.py in the transaction of the fact it tells.
"""

import re
from html import escape

from chalicelib.domain.money import Money, display
from chalicelib.domain.notification import Mail, Notification, NotificationAction

MAX_TITLE = 120
MAX_NAME = 60
_LINK_LIKE = re.compile(r"://|www\.|/|\w\.\w")


def order_paid(
    *,
    order_id: str,
    event_name: str,
    event_id: str,  # noqa: ARG001 - every wording is given it; this one links to the order
    total: Money,
    user_id: str,
    notification_id: str,
    received_at: int,
) -> Notification:
    """To the buyer: the order is paid. `received_at` in Unix seconds."""
    amount = display(total.amount, total.currency)
    return Notification(
        id=notification_id,
        user_id=user_id,
        action=NotificationAction.ORDER_PAID,
        title=one_line(f"Paid: {event_name}"),
        message=f"<p>Your order for <strong>{escape(event_name)}</strong> is paid: {escape(amount)}.</p>",
        subject=f"/orders/{order_id}",
        received_at=received_at,
    )


def order_paid_mail(*, order_id: str, event_name: str, total: Money, buyer_name: str, to: str, order_url: str) -> Mail:
    """To the buyer, who may have no account: receipt and the way to the tickets. Sent once an order."""
    amount = display(total.amount, total.currency)
    return _mail(
        key=f"order_paid {order_id}",
        to=to,
        subject=f"Your tickets for {event_name}",
        name=buyer_name,
        lines=[f"Thank you. Your order for {event_name} is paid: {amount}.", f"Order {order_id}"],
        link=("See your tickets", order_url),
    )


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
