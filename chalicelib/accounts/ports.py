"""What services need of stored accounts and sign-ins."""

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from chalicelib.notifications.domain.notification import Mail


class StoredAccount(NamedTuple):
    """An account as stored; `password_hash` is for the password port only."""

    id: str
    password_hash: str
    etag: str
    body: str


class NewAccount(NamedTuple):
    """Everything of an account that is to be opened or changed."""

    id: str
    email: str
    name: str
    language: str
    password_hash: str
    verified: bool
    etag: str
    body: str
    created_at: int


class PeopleStore(Protocol):
    """Keeps accounts, sign-ins and mailed tokens. Times in Unix seconds; secrets are stored hashed."""

    def open_account(self, account: NewAccount, *, verify_secret: str, verify_until: int, mail: Mail) -> bool:
        """A new account with its verification token and mail, in one transaction. False: the address is taken."""

    def account_of(self, email: str) -> StoredAccount | None:
        """The account with this normalised address."""

    def account(self, user_id: str) -> StoredAccount | None:
        """The account with this id, strongly consistent."""

    def replace_account(self, account: NewAccount, *, expected_tag: str) -> None:
        """A changed account, if it still has the expected tag. Raises PreconditionFailed."""

    def start_family(self, family_id: str, user_id: str, *, secret: str, until: int, password_hash: str) -> bool:
        """A sign-in with its first refresh token, if the password that was checked still is the account's."""

    def rotate_family(self, family_id: str, *, old_secret: str, new_secret: str, until: int, now: int) -> str | None:
        """Exchange a refresh token and return whose it is. A token that was used before ends the family: None."""

    def end_family(self, family_id: str) -> None:
        """End a sign-in."""

    def end_families_of(self, user_id: str) -> None:
        """End all sign-ins of a user."""

    def add_reset_token(self, secret: str, account: StoredAccount, *, until: int, mail: Mail) -> None:
        """A mailed token that replaces the account's present password and no later one, with its mail."""

    def token_owner(self, purpose: str, secret: str, *, now: int) -> str | None:
        """Whose token it is; None when unknown, used or expired."""

    def drop_token(self, purpose: str, secret: str) -> None:
        """Make a token useless."""

    def reset_password(self, secret: str, account: StoredAccount, password_hash: str) -> bool:
        """A new password against a reset token, once; False when it, or the password, was used up meanwhile."""

    def count_attempt(self, subject: str, *, now: int, window: int, by: int = 1) -> int:
        """Count a guess (by -1: take one back) and return how many there were in the current window."""

    def clear_attempts(self, subject: str, *, now: int, window: int) -> None:
        """Forget the guesses after a success."""

    def roles_of(self, user_id: str) -> list[tuple[str, str]]:
        """Event ids and roles of a user, oldest event first."""


class SignIns(Protocol):
    """Knows which sign-ins stand."""

    def family_stands(self, family_id: str) -> bool:
        """Whether the sign-in has not ended."""

    def standing(self, family_ids: Iterable[str]) -> set[str]:
        """Those that have not ended."""
