"""Staff and invitations as clients read them: structs of the wire format. Pure; made by team/services."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from chalicelib.content.domain.event import EventReference


class Member(Struct, frozen=True, kw_only=True):
    """A member of an event's staff. Name and email are null when the account is gone."""

    user_id: str
    name: str | None
    email: str | None
    role: str


class Invite(Struct, frozen=True, kw_only=True):
    """An invitation to hold a role or to speak in a session, as staff see it. `state` is pending, accepted, declined,
    revoked or expired.
    """

    id: str
    email: str
    role: str | None
    session_id: str | None
    state: str
    created_at: datetime
    expires_at: datetime
    invited_by: str


class InvitedTalk(Struct, frozen=True, kw_only=True):
    """The session that an invitation to speak is for."""

    id: str
    title: str


class Invitation(Struct, frozen=True, kw_only=True):
    """An invitation as the holder of its link sees it. `email` is masked; `invited_by` is a name. While it is not
    `pending`, `event`, `role`, `session` and `invited_by` are null.
    """

    event: EventReference | None
    role: str | None
    session: InvitedTalk | None
    invited_by: str | None
    email: str
    state: str
    expires_at: datetime


class Accepted(Struct, frozen=True, kw_only=True):
    """The result of an accepted invitation: a role, or a speaker in a session."""

    event_id: str
    role: str | UnsetType = UNSET
    session_id: str | UnsetType = UNSET
    speaker_id: str | UnsetType = UNSET
