"""An account as it is stored: with its representation of /me, made at each write, and its password hash. Pure."""

from typing import NamedTuple

import msgspec

from chalicelib.accounts.domain.account import Account
from chalicelib.representations.json_text import encode, tagged


class StoredAccount(NamedTuple):
    """An account as stored. `password_hash` is only for the port `Passwords`."""

    id: str
    password_hash: str
    etag: str
    body: str


class NewAccount(NamedTuple):
    """Everything that is stored of an account that is opened or changed."""

    id: str
    email: str
    name: str
    language: str
    password_hash: str
    verified: bool
    etag: str
    body: str
    created_at: int


def new_account(account: Account, password_hash: str) -> NewAccount:
    """Returns what to store of an account."""
    etag, body = tagged(encode(account))
    return NewAccount(
        id=account.id,
        email=account.email,
        name=account.name,
        language=account.language,
        password_hash=password_hash,
        verified=account.verified,
        etag=etag,
        body=body,
        created_at=int(account.created_at.timestamp()),
    )


def revive_account(stored: StoredAccount) -> Account:
    """Decodes the account from its stored representation."""
    return msgspec.json.decode(stored.body, type=Account)
