"""Notifying: what people are told, as notifications and mails. Pure; called by the services whose facts they tell.

Texts stand in texts, in every language; what is made here is in the language of its reader. A notification's
`message` is HTML, so user text in it is escaped; titles and mail subjects are plain text on one line. It is stored by
notifications/adapters/writes.py in the transaction of the fact it tells. docs/notifications.md lists all actions.
"""

import re
from collections.abc import Mapping
from html import escape, unescape
from typing import NamedTuple
from zoneinfo import ZoneInfo

from chalicelib.notifications.domain.mail_layout import button, paragraphs
from chalicelib.notifications.domain.notification import Group, Mail, Notification, NotificationAction, group_key
from chalicelib.orders.domain.order import Order
from chalicelib.orders.domain.order_state import Dispute
from chalicelib.texts import DEFAULT, date_and_time, has, say, sum_of_money

MAX_TITLE = 120
MAX_NAME = 60
_LINK_LIKE = re.compile(r"://|www\.|/|\w\.\w")
_SLASHES = re.compile(r"/{2,}")
_QUAD = re.compile(r"\d+(?:\.\d+){3}")
_DOT = re.compile(r"(?<=\w)[.\u3002\uff0e\uff61](?=[^\W\d_])")
_BLOCK_END = re.compile(r"<br>|<hr>|</(?:p|li|h3|h4|blockquote|pre|ul|ol)>")
_LINK = re.compile(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


class EventLabel(NamedTuple):
    """What a message says of an event: its name, and the IANA zone of its times, as the event's page has it."""

    name: str
    timezone: str = "UTC"


class Words(NamedTuple):
    """What is said about an order: a name in texts, and an amount of money where it tells one."""

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
    """About money that went back, in minor units."""
    return Words("refunded", amount)


def taken_back(amount: int) -> Words:
    """About a part of a payment that the buyer's bank took back, in minor units; for the buyer."""
    return Words("taken_back", amount)


def part_lost(amount: int) -> Words:
    """The same, for staff."""
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
    """About an order. `subject` is the path it leads to, `received_at` in Unix seconds."""
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


def group_of(
    action: NotificationAction, event_id: str, event_name: str, *, received_at: int, language: str
) -> Group | None:
    """The burst that a notification belongs to, if its kind comes in bursts."""
    key = group_key(action, event_id, received_at)
    return None if key is None else Group(key, one_line(say(language, f"group.{action.value}", {"event": event_name})))


def order_mail(words: Words, *, order: Order, event: EventLabel, url: str, key: str, language: str = DEFAULT) -> Mail:
    """To the buyer, who may have no account. `url` leads to the order; the same key is sent once."""
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
    """To one of the event's staff, at the address of their account. `url` leads to the order among the sales."""
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


def announcement_title(title: str, event_name: str) -> str:
    """The title of an announcement, for inboxes and mails alike: first whose it is."""
    return one_line(f"{event_name}: {title}")


def announcement_mail(
    *, key: str, to: str, name: str, title: str, message: str, event_name: str, link: tuple[str, str], language: str
) -> Mail:
    """An announcement to one person. `message` is sanitised HTML; `link` a name in texts and a URL."""
    hello, source = greeting(name, language), say(language, "announcement.from", {"event": event_name})
    label, url = say(language, link[0]), link[1]
    source = one_paragraph(source)
    return Mail(
        key=key,
        to=to,
        subject=announcement_title(title, event_name),
        text="\n\n".join([hello, as_text(message), source, f"{label}: {url}"]) + "\n",
        html=paragraphs([hello]) + message + paragraphs([source]) + button(label, url),
        language=language,
    )


def verify_mail(*, to: str, name: str, url: str, key: str, language: str = DEFAULT) -> Mail:
    """To a new account: prove the address. `url` carries the token and is good for three days."""
    return _account_mail("verify", to=to, name=name, url=url, key=key, language=language)


def reset_mail(*, to: str, name: str, url: str, key: str, language: str = DEFAULT) -> Mail:
    """To somebody who forgot the password. `url` carries the token and is good for an hour."""
    return _account_mail("reset", to=to, name=name, url=url, key=key, language=language)


def sign_up_exists_mail(*, to: str, name: str, url: str, key: str, language: str = DEFAULT) -> Mail:
    """To the holder of an address with which somebody tried to open a second account. `url` leads to sign-in."""
    return _account_mail("exists", to=to, name=name, url=url, key=key, language=language)


def _account_mail(what: str, *, to: str, name: str, url: str, key: str, language: str) -> Mail:
    return letter(
        key=key,
        to=to,
        subject=say(language, f"{what}.subject"),
        name=name,
        lines=[say(language, f"{what}.text")],
        link=(say(language, f"{what}.link"), url),
        language=language,
    )


def one_line(text: str) -> str:
    """The text on one line of at most MAX_TITLE characters, fit for a title or a mail header."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1].rstrip()}…"


def greeting(name: str, language: str = DEFAULT) -> str:
    """How a mail begins. A name that mail programs could turn into a link is left out: anybody can type one into a
    form together with somebody else's address.
    """
    name = one_line(name)
    if not name or len(name) > MAX_NAME or looks_like_link(name):
        return say(language, "mail.hello")
    return say(language, "mail.hello_name", {"name": name})


def looks_like_link(text: str) -> bool:
    """Whether mail programs could make a link of it."""
    return _LINK_LIKE.search(text) is not None


def unlinked(text: str) -> str:
    """The text so that mail programs make no link of it: a space for `//`, one after dots in names and addresses."""
    text = _QUAD.sub(lambda found: found[0].replace(".", ". "), _SLASHES.sub(" ", text))
    return _DOT.sub(". ", text)


def as_text(html: str) -> str:
    """Sanitised HTML as plain text: a line for each block, links with where they lead."""
    marked = _LINK.sub(lambda found: f"{found[2]} ({found[1]})", _BLOCK_END.sub(lambda end: f"{end[0]}\n", html))
    lines = (" ".join(line.split()) for line in unescape(_TAG.sub("", marked)).split("\n"))
    return "\n".join(line for line in lines if line)


def letter(
    *, key: str, to: str, subject: str, name: str, lines: list[str], link: tuple[str, str], language: str
) -> Mail:
    """A mail of a greeting, some lines (plain text) and a button; `link` is what it says and where it leads."""
    label, url = link
    shown = [greeting(name, language), *map(one_paragraph, lines)]
    return Mail(
        key=key,
        to=to,
        subject=one_line(subject),
        text="\n\n".join([*shown, f"{label}: {url}"]) + "\n",
        html=paragraphs(shown) + button(label, url),
        language=language,
    )


def one_paragraph(text: str) -> str:
    """The text without line breaks, so that user text cannot forge a paragraph of ours."""
    return " ".join(text.split())
