"""Inviting: staff invite people to an event's staff by their address. Called by routes/people_of_event.py; what becomes
of it is services/answering.py's.

The link goes to the mailbox of the address, or to the account that proved the address, and nowhere else (ADR 17). What
is told of an invitation is in its transaction.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from chalicelib.domain.account import Account, normalised
from chalicelib.domain.errors import AlreadyExists, Busy, Conflict, Forbidden, NotFound, TooManyAttempts
from chalicelib.domain.event import Event
from chalicelib.domain.ids import derive_ulid
from chalicelib.domain.invite import (
    LIFE_SECONDS,
    MOST_A_DAY,
    MOST_OPEN,
    WHY_NOT,
    Invite,
    InviteForm,
    InviteState,
    reaches,
)
from chalicelib.domain.invite_link import Named, token_of
from chalicelib.domain.kinds import Kind
from chalicelib.domain.notification import Mail, Notification, NotificationAction
from chalicelib.domain.permission import Action
from chalicelib.domain.preferences import Channels, MailChoice
from chalicelib.domain.principal import Principal
from chalicelib.domain.representation import revive
from chalicelib.domain.stored import StoredItem
from chalicelib.formats.words import DEFAULT
from chalicelib.live.protocol import rfc3339
from chalicelib.ports import Clock
from chalicelib.ports.people import NewAccount, StoredAccount
from chalicelib.ports.people_of_event import Grant, Invites, Overtaken, Proof, Roster
from chalicelib.services import notifying
from chalicelib.services.authorising import Authorising
from chalicelib.services.preferring import Preferring

ACTION = NotificationAction.EVENT_ROLE_INVITE
DAY_SECONDS = 24 * 3600
TRIES = 10


class Accounts(Protocol):
    """Knows accounts."""

    def account(self, user_id: str) -> StoredAccount | None:
        """The account with this id, strongly consistent."""

    def account_of(self, email: str) -> StoredAccount | None:
        """The account with this normalised address."""

    def count_attempt(self, subject: str, *, now: int, window: int, by: int = 1) -> int:
        """Count something and return how often it was in the current window."""


class Programme(Protocol):
    """Knows events."""

    def load(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        """The staff's representation, strongly consistent."""


class AccountForms(NamedTuple):
    """How an account is read and made ready to be stored (services/signing_in.py)."""

    revive: Callable[[StoredAccount], Account]
    new: Callable[[Account, str], NewAccount]


class Told(NamedTuple):
    """What is told of an invitation."""

    notifications: tuple[Notification, ...]
    mails: tuple[Mail, ...]


class Inviting:
    """Invites people and takes their answers."""

    def __init__(
        self,
        *,
        invites: Invites,
        roster: Roster,
        accounts: Accounts,
        forms: AccountForms,
        programme: Programme,
        authorising: Authorising,
        preferring: Preferring,
        keys: Callable[[], Sequence[bytes]],
        clock: Clock,
        public_url: str,
    ) -> None:
        self._invites = invites
        self._roster = roster
        self._accounts = accounts
        self._forms = forms
        self._programme = programme
        self._authorising = authorising
        self._preferring = preferring
        self._keys = keys
        self._clock = clock
        self._public_url = public_url

    def invite(self, event_id: str, form: InviteForm, *, caller: Principal, new_id: str) -> str:
        """Invite an address; the JSON of the invitation. Raises NotFound, Forbidden (also `unverified` and
        `above_own_role`), AlreadyExists (`already_invited`, `already_staff`), TooManyAttempts, Conflict
        (`too_many_invites`).
        """
        inviter = self._may_invite(event_id, form.role, caller)
        email, now = normalised(form.email), int(self._clock.now())
        known = self._invites.of_event(event_id)
        if any(one.id == new_id for one in known):  # an earlier try of this request was cut off
            return self._json(next(one for one in known if one.id == new_id), now)
        if sum(one.state_at(now) is InviteState.PENDING for one in known) >= MOST_OPEN:
            raise Conflict(f"An event may have {MOST_OPEN} open invitations.", code="too_many_invites")
        stored = self._accounts.account_of(email)
        if stored is not None and dict(self._roster.holders(event_id)).get(stored.id) == form.role:
            raise AlreadyExists("Whoever has this address holds that role already.", code="already_staff")
        invite = Invite(new_id, event_id, email, form.role, caller.user_id, now, now + LIFE_SECONDS)
        told = self._told(invite, inviter, stored)
        if not self._invites.put(invite, now=now, notifications=told.notifications, mails=told.mails):
            raise AlreadyExists("This address has an open invitation.", code="already_invited")
        return self._json(invite, now)

    def resend(self, event_id: str, invite_id: str, *, caller: Principal) -> str:
        """Mail an open or expired invitation again; its life begins anew. Raises NotFound, Forbidden, Conflict,
        TooManyAttempts.
        """
        self._authorising.require(caller, event_id, Action.MANAGE_PEOPLE)
        invite, now = found(self._invites, event_id, invite_id), int(self._clock.now())
        if invite.state is not InviteState.PENDING:
            raise Conflict(WHY_NOT[invite.state], code=f"invite_{invite.state.value}")
        inviter = self._may_invite(event_id, invite.role, caller)
        fresh = invite._replace(invited_by=caller.user_id, until=now + LIFE_SECONDS)
        told = self._told(fresh, inviter, self._accounts.account_of(invite.email))
        if not self._invites.renew(fresh, notifications=told.notifications, mails=told.mails):
            raise Conflict("This invitation was answered just now.", code="invite_answered")
        return self._json(fresh, now)

    def revoke(self, event_id: str, invite_id: str, *, caller: Principal) -> None:
        """Take an invitation back, once or again. Raises NotFound, Forbidden, Conflict."""
        self._authorising.require(caller, event_id, Action.MANAGE_PEOPLE)
        for _ in range(TRIES):
            invite, now = found(self._invites, event_id, invite_id), self._clock.now()
            if invite.state_at(now) in (InviteState.REVOKED, InviteState.EXPIRED):
                return
            try:
                settle(self._invites, invite, InviteState.REVOKED, now=now, user_id=caller.user_id)
            except Overtaken:  # answered in this very moment
                continue
            return
        raise Busy("Too many writers at once. Try again.")

    def listed(self, event_id: str, *, caller: Principal) -> tuple[str, str]:
        """Tag and bytes of the invitations of an event, by time; few, so made when read. Raises NotFound, Forbidden."""
        self._authorising.require(caller, event_id, Action.MANAGE_PEOPLE)
        now = int(self._clock.now())
        found = sorted(self._invites.of_event(event_id), key=lambda one: one.id, reverse=True)
        body = f'{{"items":[{",".join(self._json(one, now) for one in found)}],"next_cursor":null}}'
        return hashlib.sha256(body.encode()).hexdigest()[:32], body

    def _may_invite(self, event_id: str, role: str, caller: Principal) -> Account:
        """The account of somebody who may invite to this role."""
        self._authorising.require(caller, event_id, Action.MANAGE_PEOPLE)
        if not reaches(self._authorising.role(caller, event_id), role):
            raise Forbidden("Nobody can grant a role above their own.", code="above_own_role")
        stored = self._accounts.account(caller.user_id)
        account = self._forms.revive(stored) if stored else None
        if account is None or not account.verified:
            raise Forbidden("Confirm your e-mail address before you invite people.", code="unverified")
        return account

    def _told(self, invite: Invite, inviter: Account, stored: StoredAccount | None) -> Told:
        """To an account that proved the address as it wants it, to any other address by mail; so many a day. Raises
        TooManyAttempts.
        """
        now, event = self._clock.now(), event_of(self._programme, invite.event_id)
        if self._accounts.count_attempt(f"invites {event.id}", now=int(now), window=DAY_SECONDS) > MOST_A_DAY:
            raise TooManyAttempts("Enough invitations for one day.", retry_after=DAY_SECONDS)
        account = self._forms.revive(stored) if stored else None
        account = account if account and account.verified else None
        language = account.language if account else DEFAULT
        channels = self._preferring.channels([account.id], ACTION)[account.id] if account else Channels(in_app=False)
        place = f"/invites/{token_of(Named(invite.event_id, invite.id), self._keys()[0])}"
        words = {"role": invite.role.value, "event_name": event.name, "inviter": inviter.name}
        title, message = notifying.invite_words(language, **words)
        notification = Notification(
            id=derive_ulid(int(now * 1000), ACTION.value, invite.id),
            user_id=account.id if account else "",
            action=ACTION,
            title=title,
            message=message,
            subject=place,
            received_at=int(now),
            digest_at=channels.digest_at,
        )
        mail = notifying.invite_mail(
            to="" if account else invite.email,
            url=f"{self._public_url}{place}",
            key=f"invite {invite.id} {int(now * 1000)}",
            language=language,
            **words,
        )._replace(
            user_id=account.id if account else None,
            action=ACTION.value,
            notification_id=notification.id if channels.in_app else None,
            not_before=channels.mail_after,
        )
        return Told((notification,) if channels.in_app else (), (mail,) if channels.mail is MailChoice.EACH else ())

    @staticmethod
    def _json(invite: Invite, now: int) -> str:
        shown: dict[str, Any] = {
            "id": invite.id,
            "email": invite.email,
            "role": invite.role.value,
            "state": invite.state_at(now).value,
            "created_at": rfc3339(invite.created_at),
            "expires_at": rfc3339(invite.until),
            "invited_by": invite.invited_by,
        }
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))


def found(invites: Invites, event_id: str, invite_id: str) -> Invite:
    """An invitation. Raises NotFound."""
    for one in invites.of_event(event_id):
        if one.id == invite_id:
            return one
    raise NotFound


def event_of(programme: Programme, event_id: str) -> Event:
    """The event that somebody is invited to. Raises NotFound."""
    stored = programme.load(event_id, Kind.EVENTS, event_id)
    if stored is None:
        raise NotFound
    event: Event = revive(Kind.EVENTS, stored.body)
    return event


def settle(
    invites: Invites,
    invite: Invite,
    state: InviteState,
    *,
    now: float,
    user_id: str | None,
    grant: Grant | None = None,
    proof: Proof | None = None,
) -> None:
    """Settle an open invitation. Raises Conflict (`invite_…`) when it is not open, Overtaken, NotFound."""
    was = invite.state_at(now)
    if was is not InviteState.PENDING:
        raise Conflict(WHY_NOT[was], code=f"invite_{was.value}")
    invites.answer(invite._replace(state=state), now=int(now), user_id=user_id, grant=grant, proof=proof)
