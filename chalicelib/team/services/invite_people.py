"""Staff invite people by their address, to the event's staff or to speak in a session. Called by
routes/team.py; what becomes of it is team/services/answer_invitation.py's.

What is told of an invitation (team/services/invitation_messages.py) is in its transaction.
"""

from collections.abc import Mapping

from chalicelib.accounts.domain.account import Account
from chalicelib.accounts.domain.stored_account import revive_account
from chalicelib.accounts.ports import Accounts, Attempts
from chalicelib.accounts.services.authorise import Authorise
from chalicelib.cfp.services.add_speaker import session_of
from chalicelib.content.ports import Programme
from chalicelib.content.services.load_event import load_event
from chalicelib.content.services.notify_speakers import accounts_of
from chalicelib.core.email_address import normalised
from chalicelib.core.errors import (
    AlreadyExists,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    TooManyAttempts,
    Violation,
)
from chalicelib.core.permissions import Action, Role, allows
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import until_settled
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.notifications.services.compose import Messages
from chalicelib.representations.json_text import as_found, encode, write_list
from chalicelib.representations.read import Found
from chalicelib.team.domain.invitation import (
    LIFE_SECONDS,
    MOST_A_DAY,
    MOST_OPEN,
    MOST_TO_ADDRESS,
    WHY_NOT,
    InviteForm,
    InviteState,
    SpeakerInviteForm,
    StoredInvite,
    reaches,
    stands,
)
from chalicelib.team.domain.views import Invite
from chalicelib.team.ports import NOTHING, Given, Invites, Roster
from chalicelib.team.services.invitation_messages import InvitationMessages, InvitationNews

DAY_SECONDS = 24 * 3600
TRIES = 10
ALREADY = "This address has an open invitation."


class InvitePeople:
    def __init__(
        self,
        *,
        invites: Invites,
        roster: Roster,
        accounts: Accounts,
        attempts: Attempts,
        programme: Programme,
        authorise: Authorise,
        invitation_messages: InvitationMessages,
        clock: Clock,
    ) -> None:
        self._invites = invites
        self._roster = roster
        self._accounts = accounts
        self._attempts = attempts
        self._programme = programme
        self._authorise = authorise
        self._invitation_messages = invitation_messages
        self._clock = clock

    def invite_member(self, event_id: str, form: InviteForm, *, caller: Principal, new_id: str) -> Invite:
        """Invite an address to the staff. Raises NotFound, Forbidden (also `unverified` and
        `above_own_role`), InvalidInput, AlreadyExists (`already_invited`, `already_staff`), TooManyAttempts, Conflict
        (`too_many_invites`).
        """
        return self._invite(self._made(new_id, event_id, form.email, role=form.role, caller=caller), caller)

    def invite_speaker(
        self, event_id: str, session_id: str, form: SpeakerInviteForm, *, caller: Principal, new_id: str
    ) -> Invite:
        """Invite an address to speak in a session. Raises NotFound, Forbidden
        (`unverified`), InvalidInput, AlreadyExists (`already_invited`, `already_speaking`), TooManyAttempts, Conflict
        (`too_many_invites`, `session_over`).
        """
        return self._invite(self._made(new_id, event_id, form.email, session_id=session_id, caller=caller), caller)

    def resend_invite(self, event_id: str, invite_id: str, *, caller: Principal) -> Invite:
        """Mail an open or expired invitation again; its life begins anew. Raises NotFound, Forbidden, Conflict,
        TooManyAttempts.
        """
        invite, now = self._managed(event_id, invite_id, caller), int(self._clock.now())
        if invite.state is not InviteState.PENDING:
            raise Conflict(WHY_NOT[invite.state], code=f"invite_{invite.state.value}")
        news = self._news(invite, caller)
        fresh = invite._replace(invited_by=caller.user_id, until=now + LIFE_SECONDS)
        messages = self._messages(news, self._account_of(invite.email), caller)
        if not self._invites.renew(fresh, notifications=messages.notifications, mails=messages.mails):
            raise Conflict("This invitation was answered just now.", code="invite_answered")
        return _as_read(fresh, now)

    def revoke_invite(self, event_id: str, invite_id: str, *, caller: Principal) -> None:
        """Take an invitation back, once or again. Raises NotFound, Forbidden, Conflict."""

        def attempt() -> None:
            invite, now = self._managed(event_id, invite_id, caller), self._clock.now()
            if invite.state_at(now) in (InviteState.REVOKED, InviteState.EXPIRED):
                return
            settle(self._invites, invite, InviteState.REVOKED, now=now, user_id=caller.user_id)

        until_settled(attempt, tries=TRIES)

    def list_invites(self, event_id: str, *, caller: Principal) -> Found:
        """The invitations of an event that the caller may send, newest first; few, so made when read. Raises NotFound,
        Forbidden.
        """
        self._authorise.require(caller, event_id, Action.EDIT_CONTENT)
        manages = allows(self._authorise.find_role(caller, event_id), Action.MANAGE_PEOPLE)
        now, holders = int(self._clock.now()), dict(self._roster.holders(event_id))
        invites = [lapsing(one, holders) for one in self._invites.of_event(event_id) if manages or one.session_id]
        newest_first = sorted(invites, key=lambda one: one.id, reverse=True)
        return as_found(write_list(encode(_as_read(one, now)) for one in newest_first))

    def _made(
        self,
        new_id: str,
        event_id: str,
        email: str,
        *,
        caller: Principal,
        role: Role | None = None,
        session_id: str | None = None,
    ) -> StoredInvite:
        now = int(self._clock.now())
        if normalised(email) != email.strip().lower():  # straße@ would be another mailbox than what was typed
            raise InvalidInput([Violation("/email", "has characters that stand for others; write it plainly")])
        return StoredInvite(
            new_id, event_id, normalised(email), role, session_id, caller.user_id, now, now + LIFE_SECONDS
        )

    def _invite(self, invite: StoredInvite, caller: Principal) -> Invite:
        news, now = self._news(invite, caller), invite.created_at
        known, holders = self._invites.of_event(invite.event_id), dict(self._roster.holders(invite.event_id))
        if made := next((one for one in known if one.id == invite.id), None):  # an earlier try was cut off
            return _as_read(made, now)
        opened = [one for one in known if lapsing(one, holders).state_at(now) is InviteState.PENDING]
        same = [one for one in known if (one.email, one.session_id) == (invite.email, invite.session_id)]
        if any(one in opened for one in same):
            raise AlreadyExists(ALREADY, code="already_invited")
        if len(opened) >= MOST_OPEN:
            raise Conflict(f"An event may have {MOST_OPEN} open invitations.", code="too_many_invites")
        account = self._account_of(invite.email)
        if account is not None:
            self._require_new(invite, account, holders)
        messages = self._messages(news, account, caller)
        before = same[0] if same else None
        if not self._invites.put(invite, before=before, notifications=messages.notifications, mails=messages.mails):
            raise AlreadyExists(ALREADY, code="already_invited")
        return _as_read(invite, now)

    def _require_new(self, invite: StoredInvite, account: Account, holders: Mapping[str, str]) -> None:
        """They are not what they are invited to be. Raises AlreadyExists."""
        event_id = invite.event_id
        if invite.session_id is None:
            if holders.get(account.id) == invite.role:
                raise AlreadyExists("Whoever has this address holds that role already.", code="already_staff")
            return
        _, session = session_of(self._programme, event_id, invite.session_id)
        if account.id in accounts_of(self._programme, event_id, session.speaker_ids):
            raise AlreadyExists("Whoever has this address speaks in this session already.", code="already_speaking")

    def _news(self, invite: StoredInvite, caller: Principal) -> InvitationNews:
        """The invitation as somebody sends it who may. Raises NotFound, Forbidden, Conflict (`session_over`)."""
        event_id, title = invite.event_id, None
        if invite.role is not None:
            self._authorise.require(caller, event_id, Action.MANAGE_PEOPLE)
            self._require_own_rank(caller, event_id, invite.role)
        else:
            self._authorise.require(caller, event_id, Action.EDIT_CONTENT)
            title = session_of(self._programme, event_id, invite.session_id or "")[1].title
        stored = self._accounts.find_account(caller.user_id)
        inviter = revive_account(stored) if stored else None
        if inviter is None or not inviter.verified:
            raise Forbidden("Confirm your e-mail address before you invite people.", code="unverified")
        return InvitationNews(invite, load_event(self._programme, event_id).name, title, inviter.name)

    def _managed(self, event_id: str, invite_id: str, caller: Principal) -> StoredInvite:
        """An invitation that the caller may send again or take back. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.EDIT_CONTENT)
        invite = found(self._invites, event_id, invite_id)
        if invite.role is not None:
            self._authorise.require(caller, event_id, Action.MANAGE_PEOPLE)
            self._require_own_rank(caller, event_id, invite.role)
        return invite

    def _require_own_rank(self, caller: Principal, event_id: str, role: Role) -> None:
        if not reaches(self._authorise.find_role(caller, event_id), role):
            raise Forbidden("Nobody grants or takes a role above their own.", code="above_own_role")

    def _account_of(self, email: str) -> Account | None:
        stored = self._accounts.find_account_by_email(email)
        return revive_account(stored) if stored else None

    def _messages(self, news: InvitationNews, account: Account | None, caller: Principal) -> Messages:
        """What is told of it; so many a day by one person, and to one address. Raises TooManyAttempts."""
        now = int(self._clock.now())
        limits = {f"invites by {caller.user_id}": MOST_A_DAY, f"invites to {news.invite.email}": MOST_TO_ADDRESS}
        for subject, most in limits.items():
            if self._attempts.count_attempt(subject, now=now, window=DAY_SECONDS) > most:
                raise TooManyAttempts("Enough invitations for one day.", retry_after=DAY_SECONDS)
        return self._invitation_messages.compose_messages(news, account)


def _as_read(invite: StoredInvite, now: int) -> Invite:
    return Invite(
        id=invite.id,
        email=invite.email,
        role=invite.role.value if invite.role else None,
        session_id=invite.session_id,
        state=invite.state_at(now).value,
        created_at=moment(invite.created_at),
        expires_at=moment(invite.until),
        invited_by=invite.invited_by,
    )


def found(invites: Invites, event_id: str, invite_id: str) -> StoredInvite:
    """An invitation. Raises NotFound."""
    for one in invites.of_event(event_id):
        if one.id == invite_id:
            return one
    raise NotFound


def lapsing(invite: StoredInvite, holders: Mapping[str, str]) -> StoredInvite:
    """The invitation; an open one is too old when whoever sent it could not send it any more. Somebody else can send it
    again.
    """
    if invite.state is not InviteState.PENDING or stands(invite, holders.get(invite.invited_by)):
        return invite
    return invite._replace(until=invite.created_at)


def settle(
    invites: Invites,
    invite: StoredInvite,
    state: InviteState,
    *,
    now: float,
    user_id: str | None,
    given: Given = NOTHING,
) -> None:
    """Settle an open invitation. Raises Conflict (`invite_…`) when it is not open, Overtaken, NotFound."""
    was = invite.state_at(now)
    if was is not InviteState.PENDING:
        raise Conflict(WHY_NOT[was], code=f"invite_{was.value}")
    invites.answer(invite._replace(state=state), now=int(now), user_id=user_id, given=given)
