"""Staff and invitations as they are read: structs of the wire. Pure; made by team/services."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from chalicelib.content.domain.event import EventReference


class Member(Struct, frozen=True, kw_only=True):
    """Somebody of an event's staff. Without name and address the account is gone."""

    user_id: str
    name: str | None
    email: str | None
    role: str


class Invite(Struct, frozen=True, kw_only=True):
    """An invitation as staff see it, to hold a role or to speak in a session. `state` is pending, accepted, declined,
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
    """The session that somebody is invited to speak in."""

    id: str
    title: str


class Invitation(Struct, frozen=True, kw_only=True):
    """An invitation as whoever has its link sees it. `email` is masked, `invited_by` a name. What it is to, and from
    whom, stands there while it is `pending`.
    """

    event: EventReference | None
    role: str | None
    session: InvitedTalk | None
    invited_by: str | None
    email: str
    state: str
    expires_at: datetime


class Accepted(Struct, frozen=True, kw_only=True):
    """What somebody holds who accepted: a role, or a speaker in a session."""

    event_id: str
    role: str | UnsetType = UNSET
    session_id: str | UnsetType = UNSET
    speaker_id: str | UnsetType = UNSET
