"""Answering: whoever has the link of an invitation sees what it is, and accepts or declines. Called by
routes/people_of_event.py.

Accepting takes the account of the invited address. The link went to that mailbox alone, so it proves the address too.
What an answer gives is in its transaction; of several at once one counts.
"""

import json
from collections.abc import Callable, Sequence

import msgspec

from chalicelib.domain.errors import Busy, Forbidden, NotFound
from chalicelib.domain.invite import Invite, InviteState, masked, reaches
from chalicelib.domain.invite_link import named_by
from chalicelib.domain.principal import Principal
from chalicelib.domain.times import moment
from chalicelib.live.protocol import rfc3339
from chalicelib.ports import Clock
from chalicelib.ports.people import StoredAccount
from chalicelib.ports.people_of_event import Grant, Invites, Overtaken, Proof, Roster
from chalicelib.services.inviting import AccountForms, Accounts, Programme, event_of, found, settle

TRIES = 10


class Answering:
    """Follows the links of invitations."""

    def __init__(
        self,
        *,
        invites: Invites,
        roster: Roster,
        accounts: Accounts,
        forms: AccountForms,
        programme: Programme,
        keys: Callable[[], Sequence[bytes]],
        clock: Clock,
    ) -> None:
        self._invites = invites
        self._roster = roster
        self._accounts = accounts
        self._forms = forms
        self._programme = programme
        self._keys = keys
        self._clock = clock

    def shown(self, token: str) -> str:
        """What an invitation is, for whoever has its link; JSON. Raises NotFound."""
        invite = self._followed(token)
        event = event_of(self._programme, invite.event_id)
        inviter = self._accounts.account(invite.invited_by)
        return json.dumps(
            {
                "event": {"id": event.id, "name": event.name, "slug": event.slug},
                "role": invite.role.value,
                "email": masked(invite.email),
                "state": invite.state_at(self._clock.now()).value,
                "expires_at": rfc3339(invite.until),
                "invited_by": self._forms.revive(inviter).name if inviter else "",
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    def accept(self, token: str, *, caller: Principal) -> str:
        """Take the role that is offered; the JSON of what one holds then. Whoever holds more keeps it. Raises NotFound,
        Forbidden (`other_account`), Conflict (`invite_…`).
        """
        for _ in range(TRIES):
            invite = self._followed(token)
            stored = self._own(invite, caller)
            held = dict(self._roster.holders(invite.event_id)).get(caller.user_id)
            if invite.state is InviteState.ACCEPTED and invite.answered_by == caller.user_id and held:
                return _role_json(invite.event_id, held)
            grant = None if reaches(held, invite.role) else Grant(invite.role.value, held)
            try:
                self._settle(invite, InviteState.ACCEPTED, caller.user_id, grant, self._proof(stored))
            except Overtaken:
                continue
            return _role_json(invite.event_id, grant.role if grant else str(held))
        raise Busy("Too many writers at once. Try again.")

    def decline(self, token: str, *, caller: Principal | None) -> None:
        """Refuse it, once or again, with its link alone. Raises NotFound, Forbidden (`other_account`), Conflict."""
        for _ in range(TRIES):
            invite = self._followed(token)
            if caller is not None:
                self._own(invite, caller)
            if invite.state is InviteState.DECLINED:
                return
            try:
                self._settle(invite, InviteState.DECLINED, caller.user_id if caller else None)
            except Overtaken:
                continue
            return
        raise Busy("Too many writers at once. Try again.")

    def _settle(
        self,
        invite: Invite,
        state: InviteState,
        user_id: str | None,
        grant: Grant | None = None,
        proof: Proof | None = None,
    ) -> None:
        now = self._clock.now()
        settle(self._invites, invite, state, now=now, user_id=user_id, grant=grant, proof=proof)

    def _own(self, invite: Invite, caller: Principal) -> StoredAccount:
        """The caller's account, if it has the address."""
        stored = self._accounts.account(caller.user_id)
        if stored is None or self._forms.revive(stored).email != invite.email:
            raise Forbidden(f"This invitation is for {masked(invite.email)}.", code="other_account")
        return stored

    def _proof(self, stored: StoredAccount) -> Proof | None:
        account = self._forms.revive(stored)
        if account.verified:
            return None
        proven = msgspec.structs.replace(account, verified=True, updated_at=moment(self._clock.now()))
        return Proof(self._forms.new(proven, stored.password_hash), stored.etag)

    def _followed(self, token: str) -> Invite:
        """The invitation that a token names. Raises NotFound."""
        named = named_by(token, self._keys())
        if named is None:
            raise NotFound
        return found(self._invites, named.event_id, named.invite_id)


def _role_json(event_id: str, role: str) -> str:
    return json.dumps({"event_id": event_id, "role": role}, separators=(",", ":"))
