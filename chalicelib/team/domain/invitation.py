"""An invitation to an event's staff or to speak in a session: what it offers to whom, when it can be answered. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from chalicelib.core.permissions import Action, Role, allows
from chalicelib.core.text import Email

LIFE_SECONDS = 14 * 24 * 3600
REMEMBERED_SECONDS = 60 * 24 * 3600
"""How long after its end an invitation still says what became of it."""
MOST_OPEN = 300
"""Of one event at a time: the speakers of a big one and its staff."""
MOST_A_DAY = 300
"""Invitations that one person may mail in a day: they go to whatever address somebody types."""
MOST_TO_ADDRESS = 10
"""Invitations that may be mailed to one address in a day, whoever sends them."""


class InviteState(StrEnum):
    """What has become of an invitation."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"


class InviteForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is invited to be what."""

    email: Email
    role: Role


class SpeakerInviteForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is invited to speak."""

    email: Email


class StoredInvite(NamedTuple):
    """An invitation to hold a role or to speak in a session; of `role` and `session_id` one is set. An address has one
    to an event's staff and one to each session; the next one has another `id`. `answered_by` is a user; times in Unix
    seconds. EXPIRED is never stored: it follows from `until`.
    """

    id: str
    event_id: str
    email: str
    role: Role | None
    session_id: str | None
    invited_by: str
    created_at: int
    until: int
    state: InviteState = InviteState.PENDING
    answered_by: str | None = None

    def state_at(self, now: float) -> InviteState:
        """What it is at a time."""
        return InviteState.EXPIRED if self.state is InviteState.PENDING and self.until <= now else self.state


WHY_NOT: Mapping[InviteState, str] = {
    InviteState.ACCEPTED: "This invitation was accepted already.",
    InviteState.DECLINED: "This invitation was declined.",
    InviteState.REVOKED: "This invitation was taken back.",
    InviteState.EXPIRED: "This invitation is too old. Ask for a new one.",
}
"""Why one cannot be answered any more."""

_RANKS = tuple(Role)


def reaches(own: str | None, other: str) -> bool:
    """Whether a role stands as high as another one or higher: nobody grants or takes what is above their own."""
    return own is not None and _RANKS.index(Role(own)) <= _RANKS.index(Role(other))


def stands(invite: StoredInvite, role: str | None) -> bool:
    """Whether whoever sent it, who holds this role now, could still send it: nobody comes in by the word of somebody
    who was removed.
    """
    if invite.role is None:
        return allows(role, Action.EDIT_CONTENT)
    return allows(role, Action.MANAGE_PEOPLE) and reaches(role, invite.role)


def masked(email: str) -> str:
    """An address as its owner will know it and nobody else: a…@example.org."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…@{host}"
