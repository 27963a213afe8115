"""Finds who hears that a call for papers is open, and composes the message. Called by
announcements/services/fan_out.py, page by page.

Recipients are the event's staff, and the people who proposed or spoke at other events of its owners. They know the
organisers, and they have an account in which they choose how to be notified, or not at all.
"""

from collections.abc import Sequence
from html import escape
from zoneinfo import ZoneInfo

from chalicelib.announcements.domain.announcement import AudienceMember, Dispatch, Said
from chalicelib.announcements.ports import Crowd
from chalicelib.cfp.domain.call_for_papers import CallForPapers
from chalicelib.content.services import speaker_messages
from chalicelib.content.services.speaker_messages import MessageText
from chalicelib.core.permissions import Role
from chalicelib.notifications.domain.notification import Mail, NotificationAction
from chalicelib.notifications.ports import Contact
from chalicelib.notifications.services.compose import one_line
from chalicelib.texts import DEFAULT, date_and_time, say

MOST_EVENTS = 100
"""The newest events of one owner whose proposers are read. Each event costs a Query."""


class CallRecipients:
    """The recipients of one page of the announcement of an open call."""

    in_languages = True

    def __init__(self, crowd: Crowd, dispatch: Dispatch, call: CallForPapers, *, public_url: str) -> None:
        self._crowd = crowd
        self._dispatch = dispatch
        self._call = call
        self._public_url = public_url

    def list_places(self) -> list[str]:
        """Returns the ids of all recipients after the cursor, sorted. A place is a user id."""
        event_id = self._dispatch.event_id
        staff = self._crowd.list_holders(event_id)
        owned = (sorted(self._crowd.list_owned(user_id), reverse=True) for user_id, role in staff if role == Role.OWNER)
        others = {other for newest in owned for other in newest[:MOST_EVENTS]} - {event_id}
        found = {user_id for user_id, _ in staff}.union(*(self._crowd.list_proposers(other) for other in others))
        return sorted(user_id for user_id in found if user_id > self._dispatch.cursor)

    def list_people(self, places: Sequence[str]) -> list[AudienceMember]:
        """Returns one member per user id."""
        return [AudienceMember(user_id, user_id) for user_id in places]

    def compose_notification(self, language: str) -> Said:
        """Returns the notification. It names the end of the call in the call's time zone."""
        text = self._text(language)
        return Said(text.title, text.message, self._place)

    def compose_mail(self, person: AudienceMember, contact: Contact | None) -> Mail:
        """Returns the mail to the account's address. `to` is empty without an account or a verified address."""
        language = contact.language if contact is not None else DEFAULT
        key = f"{NotificationAction.CALL_FOR_PAPERS_OPEN.value} {self._dispatch.id} {person.user_id}"
        to = contact.email if contact is not None and contact.verified else ""
        mail = speaker_messages.mail(language, self._text(language), url=f"{self._public_url}{self._place}", key=key)
        return mail._replace(to=to)

    @property
    def _place(self) -> str:
        return f"/e/{self._dispatch.event_id}/call"

    def _text(self, language: str) -> MessageText:
        name = self._dispatch.event_name
        until = date_and_time(language, self._call.closes_at.astimezone(ZoneInfo(self._call.timezone)))
        text = say(language, "call.text", {"event": f"<strong>{escape(name)}</strong>", "until": until})
        return MessageText(one_line(say(language, "call.title", {"event": name})), f"<p>{text}</p>", "call.link")
