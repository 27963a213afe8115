"""Composes messages: a notification and the mail with the same content, by the channels of their reader. Pure. Called
by the services that write them in the transaction of the fact they report (notifications/adapters/writes.py).

All texts are in texts/, in every language; messages are in their reader's language. A notification's `message` is HTML,
so user text in it is escaped. Titles and mail subjects are plain text on one line. docs/notifications.md lists all
actions.
"""

import re
from collections.abc import Iterable
from html import unescape
from typing import NamedTuple

from chalicelib.notifications.domain.mail_layout import button, paragraphs
from chalicelib.notifications.domain.notification import Burst, Mail, Notification, NotificationAction, group_key
from chalicelib.notifications.domain.preferences import Channels, MailChoice
from chalicelib.texts import DEFAULT, say

MAX_TITLE = 120
MAX_NAME = 60
_LINK_LIKE = re.compile(r"://|www\.|/|\w\.\w")
_SLASHES = re.compile(r"/{2,}")
_QUAD = re.compile(r"\d+(?:\.\d+){3}")
_DOT = re.compile(r"(?<=\w)[.\u3002\uff0e\uff61](?=[^\W\d_])")
_BLOCK_END = re.compile(r"<br>|<hr>|</(?:p|li|h3|h4|blockquote|pre|ul|ol)>")
_LINK = re.compile(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


NO_ACCOUNT = Channels(in_app=False)
"""Channels of people without an account: mail only, at once."""


class Messages(NamedTuple):
    """Notifications and mails to write."""

    notifications: tuple[Notification, ...] = ()
    mails: tuple[Mail, ...] = ()

    def plus(self, other: "Messages") -> "Messages":
        """Returns these messages followed by the others."""
        return Messages(self.notifications + other.notifications, self.mails + other.mails)


NO_MESSAGES = Messages()


class EventLabel(NamedTuple):
    """What a message says about an event: its name, and the IANA time zone of its times, the same as on the event's
    page.
    """

    name: str
    timezone: str = "UTC"


def compose(channels: Channels, notification: Notification, mail: Mail | None) -> Messages:
    """Returns the notification and the mail with the same content, each only if the reader wants it. Without an account
    (`user_id` is empty), the mail goes to its own address.
    """
    inbox = compose_notification(channels, notification)
    if mail is None:
        return inbox
    mail = mail._replace(user_id=notification.user_id or None, action=notification.action.value)
    if inbox.notifications:
        mail = mail._replace(notification_id=notification.id)
    return inbox.plus(compose_mail(channels, mail))


def compose_notification(channels: Channels, notification: Notification) -> Messages:
    """Returns the notification, with the time of the digest that collects it, if the reader wants it in the inbox."""
    return Messages((notification._replace(digest_at=channels.digest_at),)) if channels.in_app else Messages()


def compose_mail(channels: Channels, mail: Mail) -> Messages:
    """Returns the mail if the reader wants each mail at once. It waits for the end of their quiet hours."""
    is_wanted = channels.mail is MailChoice.EACH
    return Messages(mails=(mail._replace(not_before=channels.mail_after),)) if is_wanted else Messages()


def items_of(messages: Messages) -> int:
    """Returns how many items of a transaction the messages take (notifications/adapters/writes.py): two per message,
    one per reader's counter, and one per digest.
    """
    notifications, mails = messages
    counters = {one.user_id for one in notifications}
    digests = {(one.digest_at, one.user_id) for one in notifications if one.digest_at is not None}
    return 2 * len(notifications) + len(counters) + len(digests) + 2 * len(mails)


def fit(messages: Iterable[Messages], *, room: int, beside: Messages = NO_MESSAGES) -> Messages:
    """Returns the first messages that together with those `beside` take at most `room` items of a transaction."""
    fitting = Messages()
    for one in messages:
        more = fitting.plus(one)
        if items_of(beside.plus(more)) > room:
            break
        fitting = more
    return fitting


def group_of(
    action: NotificationAction, event_id: str, event_name: str, *, received_at: int, language: str
) -> Burst | None:
    """Returns the burst of a notification, or None when its action does not come in bursts."""
    key = group_key(action, event_id, received_at)
    return None if key is None else Burst(key, one_line(say(language, f"group.{action.value}", {"event": event_name})))


def one_line(text: str) -> str:
    """Returns the text on one line of at most MAX_TITLE characters, for a title or a mail header."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1].rstrip()}…"


def greeting(name: str, language: str = DEFAULT) -> str:
    """Returns the first line of a mail. Leaves out a name that mail programs could turn into a link: anybody can type
    one into a form together with another person's address.
    """
    name = one_line(name)
    if not name or len(name) > MAX_NAME or looks_like_link(name):
        return say(language, "mail.hello")
    return say(language, "mail.hello_name", {"name": name})


def looks_like_link(text: str) -> bool:
    """Returns whether mail programs could turn part of the text into a link."""
    return _LINK_LIKE.search(text) is not None


def unlinked(text: str) -> str:
    """Returns the text in a form that mail programs do not turn into links: `//` becomes a space, and a space follows
    dots in names and addresses.
    """
    text = _QUAD.sub(lambda found: found[0].replace(".", ". "), _SLASHES.sub(" ", text))
    return _DOT.sub(". ", text)


def as_text(html: str) -> str:
    """Returns sanitised HTML as plain text: one line per block, each link followed by its URL."""
    marked = _LINK.sub(lambda found: f"{found[2]} ({found[1]})", _BLOCK_END.sub(lambda end: f"{end[0]}\n", html))
    lines = (" ".join(line.split()) for line in unescape(_TAG.sub("", marked)).split("\n"))
    return "\n".join(line for line in lines if line)


def letter(
    *, key: str, to: str, subject: str, name: str, lines: list[str], link: tuple[str, str], language: str
) -> Mail:
    """Returns a mail with a greeting, some lines of plain text and a button. `link` is its label and its URL."""
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
    """Returns the text without line breaks, so that user text cannot look like a paragraph of ours."""
    return " ".join(text.split())
