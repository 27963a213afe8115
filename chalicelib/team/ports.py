"""What services need of stored invitations and roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chalicelib.accounts.domain.stored_account import NewAccount
from chalicelib.cfp.ports import Appearance
from chalicelib.notifications.domain.notification import Mail, Notification
from chalicelib.team.domain.invitation import StoredInvite


class Grant(NamedTuple):
    """A role that is granted in place of another one (None: of none)."""

    role: str
    instead_of: str | None


class Proof(NamedTuple):
    """An account whose address is proven by this, and its tag before."""

    account: NewAccount
    expected_tag: str


class Given(NamedTuple):
    """What an answer gives, by the word of somebody who holds this role in the event."""

    sender_role: str | None = None
    grant: Grant | None = None
    appearance: Appearance | None = None
    proof: Proof | None = None


NOTHING = Given()


class Invites(Protocol):
    """Keeps invitations. Reads are strongly consistent."""

    def put(
        self,
        invite: StoredInvite,
        *,
        before: StoredInvite | None,
        notifications: Sequence[Notification],
        mails: Sequence[Mail],
    ) -> bool:
        """A new invitation with what is told of it, in place of one to the same that is settled or lapsed. False:
        that is not as it was.
        """

    def renew(self, invite: StoredInvite, *, notifications: Sequence[Notification], mails: Sequence[Mail]) -> bool:
        """The same one anew, with what is told of it. False: it was settled meanwhile. True also when it was somebody
        else who sent it in this very millisecond.
        """

    def of_event(self, event_id: str) -> list[StoredInvite]:
        """All invitations of an event, by address."""

    def answer(self, invite: StoredInvite, *, now: int, user_id: str | None, given: Given) -> None:
        """Settle an open invitation as `invite.state`, with what it gives, in one transaction, as long as the event
        exists. Raises Overtaken, NotFound (event).
        """


class Roster(Protocol):
    """Keeps who holds which role."""

    def holders(self, event_id: str) -> list[tuple[str, str]]:
        """User and role of all staff of an event, by user; strongly consistent."""

    def remove(self, event_id: str, user_id: str, *, role: str, other_owner: str | None) -> None:
        """Take a role away, if it is still this one and `other_owner`, if any, is one still. Raises Overtaken."""
