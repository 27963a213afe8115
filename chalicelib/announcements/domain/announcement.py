"""An announcement: a message to many people of an event, and its progress. Pure."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct

from chalicelib.core.errors import Violation
from chalicelib.core.names import is_name
from chalicelib.core.permissions import Role
from chalicelib.core.text import Id
from chalicelib.notifications.domain.notification import NotificationAction

MAX_TITLE = 100
MAX_MESSAGE = 4_000
"""Characters of sanitised HTML. Every recipient gets a copy, and it has to fit in a socket frame of 32 KB."""
MOST_A_DAY = 10
"""Announcements per event and day (UTC). People who get more would switch them off."""
START = "0"
"""A cursor that sorts before every id."""


class Audience(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The recipients: staff with certain roles, or everybody with a ticket, optionally of certain types."""

    roles: Annotated[list[Role], Meta(min_length=1, max_length=len(Role))] | None = None
    attendees: bool = False
    ticket_type_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)] | None = None


class AnnouncementForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An announcement as staff send it."""

    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE)]
    message: Annotated[str, Meta(min_length=1, max_length=5 * MAX_MESSAGE, description="HTML, sanitised when written")]
    audience: Audience

    def violations(self) -> list[Violation]:
        """Returns violations of rules that span fields."""
        found = []
        if not is_name(self.title) or any(character in self.title for character in "\r\n\t"):
            found.append(Violation("/title", "must be one line with words in it"))
        if (self.audience.roles is not None) is self.audience.attendees:
            found.append(Violation("/audience", "must be either roles or attendees"))
        if self.audience.ticket_type_ids and not self.audience.attendees:
            found.append(Violation("/audience/ticket_type_ids", "goes with attendees only"))
        return found


class Stage(StrEnum):
    """The stages of an announcement. Inboxes come first, because people see them at once."""

    INBOXES = "inboxes"
    MAILS = "mails"
    DONE = "done"


class AnnouncementCounts(Struct, frozen=True, kw_only=True):
    """Recipients so far, how many of them have it in their inbox, and the number of queued mails."""

    recipients: int = 0
    delivered: int = 0
    mailed: int = 0


class Announcement(Struct, frozen=True, kw_only=True):
    """An announcement as staff read it. `message` is sanitised HTML."""

    id: str
    event_id: str
    title: str
    message: str
    audience: Audience
    state: Literal["sending", "sent"]
    counts: AnnouncementCounts
    created_by: str
    created_at: datetime
    finished_at: datetime | None = None


class Dispatch(NamedTuple):
    """An announcement with the data for its delivery: its stage, and the last place of the audience (id of an order or
    a user) that this stage has finished. Times are in Unix seconds. Announcements by staff have the action
    ANNOUNCEMENT. The announcement of an open call for papers has the id of its event, and its own text and recipients.
    """

    id: str
    event_id: str
    event_name: str
    title: str
    message: str
    audience: Audience
    created_by: str
    created_at: int
    stage: Stage = Stage.INBOXES
    cursor: str = START
    counts: AnnouncementCounts = AnnouncementCounts()
    finished_at: int | None = None
    action: NotificationAction = NotificationAction.ANNOUNCEMENT


class AudienceMember(NamedTuple):
    """A recipient: their place in the audience, and their account or the address with which they bought."""

    place: str
    user_id: str | None
    email: str = ""
    name: str = ""


class Said(NamedTuple):
    """The content of a notification: title (plain text), message (HTML), and the path that it links to."""

    title: str
    message: str
    subject: str
