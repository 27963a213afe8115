"""An announcement: what many people of an event are told at once, and how far it has got. Pure."""

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
"""Characters of sanitised HTML. Everybody gets a copy, and it has to fit a socket's frame of 32 KB."""
MOST_A_DAY = 10
"""Announcements of one event in one day (UTC): whoever got more would switch them off."""
START = "0"
"""A place before every id."""


class Audience(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom: staff with certain roles, or everybody with a ticket, perhaps of certain types."""

    roles: Annotated[list[Role], Meta(min_length=1, max_length=len(Role))] | None = None
    attendees: bool = False
    ticket_type_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)] | None = None


class AnnouncementForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff send."""

    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE)]
    message: Annotated[str, Meta(min_length=1, max_length=5 * MAX_MESSAGE, description="HTML, sanitised when written")]
    audience: Audience

    def violations(self) -> list[Violation]:
        """Rules that span fields."""
        found = []
        if not is_name(self.title) or any(character in self.title for character in "\r\n\t"):
            found.append(Violation("/title", "must be one line with words in it"))
        if (self.audience.roles is not None) is self.audience.attendees:
            found.append(Violation("/audience", "must be either roles or attendees"))
        if self.audience.ticket_type_ids and not self.audience.attendees:
            found.append(Violation("/audience/ticket_type_ids", "goes with attendees only"))
        return found


class Stage(StrEnum):
    """How far an announcement is: inboxes first, since people see them at once, then mails."""

    INBOXES = "inboxes"
    MAILS = "mails"
    DONE = "done"


class AnnouncementCounts(Struct, frozen=True, kw_only=True):
    """People it was for so far, how many have it in their inbox, and mails queued."""

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
    """An announcement with what its delivery needs: the stage it is in and the last place of the audience (an id of an
    order or user) that this stage is done with. Times in Unix seconds. Staff write those with the action ANNOUNCEMENT;
    that a call for papers is open has the id of its event, and words and audience of its own.
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
    """Somebody in the audience: the place they stand at, their account or the address they bought with."""

    place: str
    user_id: str | None
    email: str = ""
    name: str = ""


class Said(NamedTuple):
    """What an inbox shows: a title (plain text), a message (HTML), and the path it leads to."""

    title: str
    message: str
    subject: str
