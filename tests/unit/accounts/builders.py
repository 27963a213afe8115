"""Accounts with defaults: Ada, who proved her address."""

from datetime import UTC, datetime
from typing import Any

from chalicelib.accounts.domain.account import Account
from chalicelib.accounts.domain.stored_account import StoredAccount, new_account

MOMENT = datetime(2030, 1, 1, tzinfo=UTC)


def account(id: str = "ada", **fields: Any) -> Account:
    given: dict[str, Any] = {"email": f"{id}@example.org", "name": id.title(), "verified": True}
    return Account(**{"id": id, **given, "created_at": MOMENT, "updated_at": MOMENT, **fields})


def stored_account(of: Account) -> StoredAccount:
    made = new_account(of, "hash")
    return StoredAccount(made.id, made.password_hash, made.etag, made.body)


class FakeAccounts:
    """Port `Accounts` in memory, as far as accounts are found."""

    def __init__(self, *accounts: Account) -> None:
        self.kept = {one.id: one for one in accounts}

    def find_account(self, user_id: str) -> StoredAccount | None:
        found = self.kept.get(user_id)
        return stored_account(found) if found else None

    def find_account_by_email(self, email: str) -> StoredAccount | None:
        return next((stored_account(one) for one in self.kept.values() if one.email == email), None)
