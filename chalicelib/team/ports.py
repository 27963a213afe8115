"""Ports of team: what services need from the storage of invitations and roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chalicelib.accounts.domain.stored_account import NewAccount
from chalicelib.cfp.ports import Appearance
from chalicelib.notifications.domain.notification import Mail, Notification
from chalicelib.team.domain.invitation import StoredInvite


class Grant(NamedTuple):
    """A role to grant, in place of the role `instead_of` (None: the user has none)."""

    role: str
    instead_of: str | None


class Proof(NamedTuple):
    """An account whose address an answer verifies, and the tag of its stored version."""

    account: NewAccount
    expected_tag: str


class Given(NamedTuple):
    """What an answer writes besides the invitation, on condition that the sender still holds `sender_role` in the
    event.
    """

    sender_role: str | None = None
    grant: Grant | None = None
    appearance: Appearance | None = None
    proof: Proof | None = None


NOTHING = Given()


class Invites(Protocol):
    """Stores invitations. Reads are strongly consistent."""

    def put(
        self,
        invite: StoredInvite,
        *,
        before: StoredInvite | None,
        notifications: Sequence[Notification],
        mails: Sequence[Mail],
    ) -> bool:
        """Writes a new invitation with its messages. It replaces `before`, a settled or expired invitation of the same
        address to the same target. Returns False when `before` has changed.
        """

    def renew(self, invite: StoredInvite, *, notifications: Sequence[Notification], mails: Sequence[Mail]) -> bool:
        """Writes a renewed invitation with its messages. Returns False when it was settled in the meantime; True,
        without a write, when somebody else sent it in the same millisecond.
        """

    def of_event(self, event_id: str) -> list[StoredInvite]:
        """Returns all invitations of an event, in the order of their keys."""

    def answer(self, invite: StoredInvite, *, now: int, user_id: str | None, given: Given) -> None:
        """Settles an open invitation: writes its new state `invite.state` and what the answer gives in one transaction,
        on condition that the event exists. Raises Overtaken and NotFound (event).
        """


class Roster(Protocol):
    """Stores who holds which role."""

    def holders(self, event_id: str) -> list[tuple[str, str]]:
        """Returns user id and role of all staff of an event, by user id. The read is strongly consistent."""

    def remove(self, event_id: str, user_id: str, *, role: str, other_owner: str | None) -> None:
        """Removes a role if it is still this one, and if `other_owner`, when given, is still an owner. Raises
        Overtaken.
        """
