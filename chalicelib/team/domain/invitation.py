"""An invitation to an event's staff or to speak in a session: its content, its states and the rules about its sender.
Pure.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from chalicelib.core.permissions import Action, Role, allows
from chalicelib.core.text import Email

LIFE_SECONDS = 14 * 24 * 3600
REMEMBERED_SECONDS = 60 * 24 * 3600
"""How long an invitation is kept after its end, to show what became of it."""
MOST_OPEN = 300
"""Open invitations per event: enough for the speakers and the staff of a big event."""
MOST_A_DAY = 300
"""Invitations that one person may mail per day. Limited because they go to any address that somebody types."""
MOST_TO_ADDRESS = 10
"""Invitations that may be mailed to one address per day, by all senders together."""


class InviteState(StrEnum):
    """The states of an invitation."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"


class InviteForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address to invite, and its role."""

    email: Email
    role: Role


class SpeakerInviteForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The address to invite as a speaker."""

    email: Email


class StoredInvite(NamedTuple):
    """An invitation to hold a role or to speak in a session: either `role` or `session_id` is set. An address has one
    to an event's staff and one to each session; a later one that replaces it has another `id`. `answered_by` is a user
    id; times are in Unix seconds. EXPIRED is never stored: it follows from `until`.
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
        """Returns the state at `now` (Unix seconds)."""
        return InviteState.EXPIRED if self.state is InviteState.PENDING and self.until <= now else self.state


WHY_NOT: Mapping[InviteState, str] = {
    InviteState.ACCEPTED: "This invitation was accepted already.",
    InviteState.DECLINED: "This invitation was declined.",
    InviteState.REVOKED: "This invitation was taken back.",
    InviteState.EXPIRED: "This invitation is too old. Ask for a new one.",
}
"""Why an invitation in this state cannot be answered."""

_RANKS = tuple(Role)


def reaches(own: str | None, other: str) -> bool:
    """Returns whether the role `own` is as high as `other` or higher. Nobody may grant or take away a role above their
    own.
    """
    return own is not None and _RANKS.index(Role(own)) <= _RANKS.index(Role(other))


def stands(invite: StoredInvite, role: str | None) -> bool:
    """Returns whether the sender, who holds `role` now, could still send the invitation. Otherwise somebody could join
    through an invitation from a person who was removed.
    """
    if invite.role is None:
        return allows(role, Action.EDIT_CONTENT)
    return allows(role, Action.MANAGE_PEOPLE) and reaches(role, invite.role)


def masked(email: str) -> str:
    """Returns the address in a form that only its owner recognises: a…@example.org."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…@{host}"
