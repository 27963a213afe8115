"""The caller's own account and roles, for /me. Called by routes/accounts.py."""

import msgspec

from chalicelib.accounts.domain.account import Account, AccountFields
from chalicelib.accounts.domain.stored_account import StoredAccount, new_account, revive_account
from chalicelib.accounts.ports import Accounts, RolesOfUsers
from chalicelib.core.errors import Unauthenticated
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import Match, require_match
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.core.validation import merge, validate
from chalicelib.representations.json_text import as_found, write_json, write_list
from chalicelib.representations.read import Found


class Profile:
    """Reads and changes the caller's account."""

    def __init__(self, *, accounts: Accounts, roles: RolesOfUsers, clock: Clock) -> None:
        self._accounts = accounts
        self._roles = roles
        self._clock = clock

    def read_account(self, principal: Principal) -> StoredAccount:
        """Returns the caller's account. Raises Unauthenticated when it was erased."""
        stored = self._accounts.find_account(principal.user_id)
        if stored is None:
            raise Unauthenticated("This account does not exist any more.")
        return stored

    def update_account(self, patch: object, *, caller: Principal, match: Match) -> StoredAccount:
        """Applies a merge patch to the account. Raises PreconditionRequired, PreconditionFailed, InvalidInput."""
        stored = self.read_account(caller)
        require_match(match, etag=stored.etag, body=stored.body)
        account = revive_account(stored)
        fields = validate(merge({"name": account.name, "language": account.language}, patch), AccountFields)
        changed = msgspec.structs.replace(account, name=fields.name, language=fields.language)
        return replace_account(self._accounts, stored, changed, now=self._clock.now())

    def list_roles(self, caller: Principal) -> Found:
        """Returns the list of the caller's roles. It is short, so it is made at each read."""
        items = ({"event_id": event_id, "role": role} for event_id, role in self._roles.list_roles(caller.user_id))
        return as_found(write_list(map(write_json, items)))


def replace_account(accounts: Accounts, stored: StoredAccount, account: Account, *, now: float) -> StoredAccount:
    """Writes a changed account over the one that was read. Raises PreconditionFailed."""
    fresh = new_account(msgspec.structs.replace(account, updated_at=moment(now)), stored.password_hash)
    accounts.replace_account(fresh, expected_tag=stored.etag)
    return StoredAccount(stored.id, stored.password_hash, fresh.etag, fresh.body)
