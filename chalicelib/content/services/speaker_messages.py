"""Writes the texts of messages about sessions to speakers and reviewers. Pure. Called by
content/services/notify_speakers.py and cfp/services/notify_reviewers.py.

Titles and subjects are plain text on one line. Messages are HTML in which user text is escaped.
"""

from datetime import datetime
from html import escape
from typing import NamedTuple

from chalicelib.notifications.domain.mail_layout import button, paragraphs
from chalicelib.notifications.domain.notification import Mail, NotificationAction
from chalicelib.notifications.services.compose import as_text, greeting, one_line, one_paragraph
from chalicelib.texts import date_and_time, say


class SessionSlot(NamedTuple):
    """The time and room of a session: local time at the event; None where the session has none."""

    starts_at: datetime | None
    room: str | None
    cancelled: bool = False


class MessageText(NamedTuple):
    """A title, a message, and the key (in texts/) of the label of the mail's button."""

    title: str
    message: str
    link: str


def of_schedule(language: str, slot: SessionSlot, *, title: str, event_name: str) -> MessageText:
    """Returns the text about a session that moved, lost its time or was cancelled."""
    values = {"session": f"<strong>{escape(title)}</strong>", "event": escape(event_name)}
    if slot.cancelled:
        name, text = "cancelled", "cancelled.text"
    elif slot.starts_at is None:
        name, text = "unscheduled", "unscheduled.text"
    else:
        name, text = "moved", "moved.text" if slot.room else "moved.text_no_room"
        values |= {"when": date_and_time(language, slot.starts_at), "room": escape(slot.room or "")}
    heading = one_line(say(language, f"{name}.title", {"session": title}))
    return MessageText(heading, f"<p>{say(language, text, values)}</p>", "moved.link")


def of_decision(
    language: str, action: NotificationAction, *, title: str, event_name: str, message: str = ""
) -> MessageText:
    """Returns the text about a proposal that was accepted or rejected. `message` is the organisers' text, sanitised
    HTML.
    """
    name = action.value
    values = {"session": f"<strong>{escape(title)}</strong>", "event": escape(event_name)}
    text = f"<p>{say(language, f'{name}.text', values)}</p>"
    if message:
        text += f"<p>{say(language, 'decision.message')}</p><blockquote>{message}</blockquote>"
    return MessageText(one_line(say(language, f"{name}.title", {"session": title})), text, "decision.link")


def of_submission(language: str, *, title: str, event_name: str, speaker: str) -> MessageText:
    """Returns the text about a new proposal, for staff who review."""
    values = {"session": f"<strong>{escape(title)}</strong>", "event": escape(event_name), "speaker": escape(speaker)}
    heading = one_line(say(language, "submission.title", {"session": title}))
    return MessageText(heading, f"<p>{say(language, 'submission.text', values)}</p>", "submission.link")


def mail(language: str, text: MessageText, *, url: str, key: str) -> Mail:
    """Returns the mail with the same text. Its address is filled in later, from the account. `url` is the link of its
    button.
    """
    hello, label = one_paragraph(greeting("", language)), say(language, text.link)
    return Mail(
        key=key,
        to="",
        subject=text.title,
        text="\n\n".join([hello, as_text(text.message), f"{label}: {url}"]) + "\n",
        html=paragraphs([hello]) + text.message + button(label, url),
        language=language,
    )
