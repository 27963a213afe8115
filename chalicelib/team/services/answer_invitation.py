"""Whoever has the link of an invitation sees what it is, and accepts or declines. Called by
routes/team.py.

Accepting takes the account of the invited address. The link went to that mailbox alone, so it proves the address too.
What an answer gives is in its transaction; of several at once one counts.
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from chalicelib.accounts.domain.stored_account import StoredAccount, new_account, revive_account
from chalicelib.accounts.ports import Accounts
from chalicelib.cfp.services.add_speaker import AddSpeaker
from chalicelib.content.domain.event import reference_to
from chalicelib.content.domain.programme import Session
from chalicelib.content.domain.views import revive
from chalicelib.content.ports import Programme
from chalicelib.content.services.load_event import load_event
from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.kinds import Kind
from chalicelib.core.permissions import Role
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.team.domain.invitation import InviteState, StoredInvite, masked, reaches
from chalicelib.team.domain.invitation_link import named_by
from chalicelib.team.domain.views import Accepted, Invitation, InvitedTalk
from chalicelib.team.ports import NOTHING, Given, Grant, Invites, Proof, Roster
from chalicelib.team.services.invite_people import found, lapsing, settle

TRIES = 10


class AnswerInvitation:
    def __init__(
        self,
        *,
        invites: Invites,
        roster: Roster,
        accounts: Accounts,
        programme: Programme,
        add_speaker: AddSpeaker,
        keys: Callable[[], Sequence[bytes]],
        clock: Clock,
    ) -> None:
        self._invites = invites
        self._roster = roster
        self._accounts = accounts
        self._programme = programme
        self._add_speaker = add_speaker
        self._keys = keys
        self._clock = clock

    def read_invite(self, token: str) -> Invitation:
        """What an invitation is, for whoever has its link, as long as it is open. Raises NotFound."""
        invite, _ = self._followed(token)
        state = invite.state_at(self._clock.now())
        event, session = load_event(self._programme, invite.event_id), self._session(invite)
        inviter = self._accounts.find_account(invite.invited_by)
        known = state is InviteState.PENDING
        return Invitation(
            event=reference_to(event) if known else None,
            role=invite.role.value if known and invite.role else None,
            session=InvitedTalk(id=session.id, title=session.title) if known and session else None,
            invited_by=revive_account(inviter).name if known and inviter else None,
            email=masked(invite.email),
            state=state.value,
            expires_at=moment(invite.until),
        )

    def accept_invite(self, token: str, *, caller: Principal) -> Accepted:
        """Take what is offered; what one holds then. Raises NotFound, Forbidden (`other_account`), Conflict
        (`invite_…`, `session_over`, `too_many_speakers`).
        """

        def attempt() -> Accepted:
            invite, holders = self._followed(token)
            stored = self._own(invite, caller)
            again = invite.state is InviteState.ACCEPTED and invite.answered_by == caller.user_id
            if invite.role is not None:
                return self._take_role(invite, invite.role, stored, holders, again=again)
            return self._appear(invite, str(invite.session_id), stored, holders, again=again)

        return until_settled(attempt, tries=TRIES)

    def _take_role(
        self, invite: StoredInvite, role: Role, stored: StoredAccount, holders: Mapping[str, str], *, again: bool
    ) -> Accepted:
        """Whoever holds more keeps it."""
        held = holders.get(stored.id)
        if not (again and held):
            grant = None if reaches(held, role) else Grant(role.value, held)
            given = Given(holders.get(invite.invited_by), grant=grant, proof=self._proof(stored))
            self._settle(invite, InviteState.ACCEPTED, stored.id, given)
            held = grant.role if grant else held
        return Accepted(event_id=invite.event_id, role=held or role.value)

    def _appear(
        self, invite: StoredInvite, session_id: str, stored: StoredAccount, holders: Mapping[str, str], *, again: bool
    ) -> Accepted:
        account = revive_account(stored)
        speaker_id, appearance = self._add_speaker.add_speaker(invite.event_id, session_id, account)
        if not (again and appearance is None):
            given = Given(holders.get(invite.invited_by), appearance=appearance, proof=self._proof(stored))
            self._settle(invite, InviteState.ACCEPTED, stored.id, given)
        return Accepted(event_id=invite.event_id, session_id=session_id, speaker_id=speaker_id)

    def decline_invite(self, token: str, *, caller: Principal | None) -> None:
        """Refuse it, once or again, with its link alone. Raises NotFound, Forbidden (`other_account`), Conflict."""

        def attempt() -> None:
            invite, _ = self._followed(token)
            if caller is not None:
                self._own(invite, caller)
            if invite.state is not InviteState.DECLINED:
                self._settle(invite, InviteState.DECLINED, caller.user_id if caller else None)

        until_settled(attempt, tries=TRIES)

    def _settle(self, invite: StoredInvite, state: InviteState, user_id: str | None, given: Given = NOTHING) -> None:
        settle(self._invites, invite, state, now=self._clock.now(), user_id=user_id, given=given)

    def _own(self, invite: StoredInvite, caller: Principal) -> StoredAccount:
        """The caller's account, if it has the address."""
        stored = self._accounts.find_account(caller.user_id)
        if stored is None or revive_account(stored).email != invite.email:
            raise Forbidden(f"This invitation is for {masked(invite.email)}.", code="other_account")
        return stored

    def _session(self, invite: StoredInvite) -> Session | None:
        """The session that an invitation is to, if it is to one. Raises NotFound (also when it is gone)."""
        if invite.session_id is None:
            return None
        stored = self._programme.load(invite.event_id, Kind.SESSIONS, invite.session_id)
        if stored is None:
            raise NotFound
        session: Session = revive(Kind.SESSIONS, stored.body)
        return session

    def _proof(self, stored: StoredAccount) -> Proof | None:
        account = revive_account(stored)
        if account.verified:
            return None
        proven = msgspec.structs.replace(account, verified=True, updated_at=moment(self._clock.now()))
        return Proof(new_account(proven, stored.password_hash), stored.etag)

    def _followed(self, token: str) -> tuple[StoredInvite, Mapping[str, str]]:
        """The invitation that a token names, and who holds which role in its event. Raises NotFound."""
        named = named_by(token, self._keys())
        if named is None:
            raise NotFound
        invite = found(self._invites, named.event_id, named.invite_id)
        holders = dict(self._roster.holders(named.event_id))
        return lapsing(invite, holders), holders
