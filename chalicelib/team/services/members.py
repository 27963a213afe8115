"""Who is staff of an event, and who is no more. Called by routes/team.py.

An event keeps an owner: the last one can neither leave nor be removed. A role that is gone counts no more within
accounts/services/authorise.CACHE_SECONDS; watches of what only staff may see end with the next change
(live/services/watch_event.py).
"""

from chalicelib.accounts.domain.stored_account import revive_account
from chalicelib.accounts.ports import Accounts
from chalicelib.accounts.services.authorise import Authorise
from chalicelib.core.errors import Conflict, Forbidden, NotFound
from chalicelib.core.permissions import Action, Role
from chalicelib.core.preconditions import until_settled
from chalicelib.core.principal import Principal
from chalicelib.representations.json_text import as_found, encode, write_list
from chalicelib.representations.read import Found
from chalicelib.team.domain.invitation import reaches
from chalicelib.team.domain.views import Member
from chalicelib.team.ports import Roster

TRIES = 10


class Members:
    def __init__(
        self,
        roster: Roster,
        accounts: Accounts,
        authorise: Authorise,
    ) -> None:
        self._roster = roster
        self._accounts = accounts
        self._authorise = authorise

    def list_members(self, event_id: str, *, caller: Principal) -> Found:
        """An event's staff, highest role first. Raises NotFound."""
        self._authorise.require(caller, event_id, Action.READ_ALL)
        ranks = list(Role)
        holders = sorted(self._roster.holders(event_id), key=lambda one: (ranks.index(Role(one[1])), one[0]))
        return as_found(write_list(encode(self._member(user_id, role)) for user_id, role in holders))

    def _member(self, user_id: str, role: str) -> Member:
        """One of a few, so read one by one; name and address are null when the account is gone."""
        stored = self._accounts.find_account(user_id)
        account = revive_account(stored) if stored else None
        name, email = (account.name, account.email) if account else (None, None)
        return Member(user_id=user_id, name=name, email=email, role=role)

    def remove_member(self, event_id: str, user_id: str, *, caller: Principal) -> None:
        """Take somebody's role away, or give up one's own. Raises NotFound, Forbidden (also `above_own_role`), Conflict
        (`last_owner`).
        """
        own = user_id == caller.user_id
        self._authorise.require(caller, event_id, Action.READ_ALL if own else Action.MANAGE_PEOPLE)

        def attempt() -> None:
            holders = dict(self._roster.holders(event_id))
            role = holders.get(user_id)
            if role is None:
                raise NotFound
            if not own and not reaches(holders.get(caller.user_id), role):
                raise Forbidden("Nobody can take a role above their own.", code="above_own_role")
            owners = [one for one, held in holders.items() if held == Role.OWNER and one != user_id]
            if role == Role.OWNER and not owners:
                raise Conflict("An event keeps an owner: make somebody else one first.", code="last_owner")
            other = owners[0] if role == Role.OWNER else None
            self._roster.remove(event_id, user_id, role=role, other_owner=other)

        until_settled(attempt, tries=TRIES)
