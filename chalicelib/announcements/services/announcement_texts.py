"""Builds the title and the mail of an announcement. Pure."""

from chalicelib.notifications.domain.mail_layout import button, paragraphs
from chalicelib.notifications.domain.notification import Mail
from chalicelib.notifications.services.compose import as_text, greeting, one_line, one_paragraph
from chalicelib.texts import say


def announcement_title(title: str, event_name: str) -> str:
    """Returns the title for inboxes and mails. The event's name comes first."""
    return one_line(f"{event_name}: {title}")


def announcement_mail(
    *, key: str, to: str, name: str, title: str, message: str, event_name: str, link: tuple[str, str], language: str
) -> Mail:
    """Returns the mail to one person. `message` is sanitised HTML; `link` is the text key of its label (texts/) and a
    URL.
    """
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
