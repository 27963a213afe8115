"""Ports of accounts, sign-ins and roles. Times are in Unix seconds; secrets are stored hashed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.accounts.domain.stored_account import NewAccount, StoredAccount
    from chalicelib.core.principal import Principal
    from chalicelib.notifications.domain.notification import Mail


class Accounts(Protocol):
    """Stores accounts."""

    def open_account(self, account: NewAccount, *, verify_secret: str, verify_until: int, mail: Mail) -> bool:
        """Stores a new account, its verification token and the mail in one transaction. False: the address is taken."""

    def find_account_by_email(self, email: str) -> StoredAccount | None:
        """Returns the account with this normalised address, strongly consistent."""

    def find_account(self, user_id: str) -> StoredAccount | None:
        """Returns the account with this id, strongly consistent."""

    def replace_account(self, account: NewAccount, *, expected_tag: str) -> None:
        """Writes a changed account if it still has the expected ETag. Raises PreconditionFailed."""

    def reset_password(self, secret: str, account: StoredAccount, password_hash: str) -> bool:
        """Sets a new password and uses up the reset token. False: the token was used, or the password changed,
        meanwhile.
        """

    def is_verified(self, user_id: str) -> bool:
        """Whether the account's e-mail address is verified."""


class MailedTokens(Protocol):
    """Stores the tokens of links that are mailed."""

    def add_reset_token(self, secret: str, account: StoredAccount, *, until: int, mail: Mail) -> None:
        """Stores a reset token and queues its mail. The token is valid for the account's present password only."""

    def add_verify_token(self, secret: str, user_id: str, *, until: int, mail: Mail) -> None:
        """Stores a token that verifies the account's address and queues its mail."""

    def find_token_owner(self, purpose: str, secret: str, *, now: int) -> str | None:
        """Returns the id of the token's user; None when the token is unknown, used or expired."""

    def delete_token(self, purpose: str, secret: str) -> None:
        """Deletes a token, so that it cannot be used again."""


class Attempts(Protocol):
    """Counts attempts: passwords that were tried, and other actions with a limit."""

    def count_attempt(self, subject: str, *, now: int, window: int, by: int = 1) -> int:
        """Adds `by` to the attempts in the current window of `window` seconds and returns their number."""

    def reset_attempts(self, subject: str, *, now: int, window: int) -> None:
        """Sets the attempts in the current window to none."""


class SignIns(Protocol):
    """Keeps sign-ins. Each has one refresh token at a time; every exchange makes the next one."""

    def start_sign_in(self, sign_in_id: str, user_id: str, *, secret: str, until: int, password_hash: str) -> bool:
        """Stores a sign-in with its first refresh token. False when the account has another password by now."""

    def rotate_refresh_token(
        self, sign_in_id: str, *, old_secret: str, new_secret: str, until: int, now: int
    ) -> str | None:
        """Exchanges a refresh token and returns its user's id. A token that was used before ends the sign-in: None."""

    def end_sign_in(self, sign_in_id: str) -> None:
        """Makes its refresh tokens invalid."""

    def end_sign_ins_of_user(self, user_id: str) -> None:
        """Makes the refresh tokens of all the user's sign-ins invalid."""


class ActiveSignIns(Protocol):
    """Knows which sign-ins have not ended."""

    def is_sign_in_active(self, sign_in_id: str) -> bool:
        """Whether the sign-in has not ended, strongly consistent."""

    def find_active_sign_ins(self, sign_in_ids: Iterable[str]) -> set[str]:
        """Returns those that have not ended, strongly consistent."""


class RolesOfUsers(Protocol):
    """Reads the roles of users."""

    def list_roles(self, user_id: str) -> list[tuple[str, str]]:
        """Returns event ids and roles of a user, oldest event first."""

    def list_event_ids(self, user_id: str) -> list[str]:
        """Returns the ids of the events in which the user has a role, oldest first."""


class Tokens(Protocol):
    """Makes and checks access tokens."""

    def issue_token(self, principal: Principal, *, now: float) -> tuple[str, int]:
        """Returns a token and how many seconds it is valid."""

    def verify_token(self, token: str, *, now: float) -> Principal:
        """Returns the user and sign-in that the token was issued to. Raises Unauthenticated."""


class Credentials(Protocol):
    """Reads sign-ins and roles for authorisation."""

    def is_sign_in_active(self, sign_in_id: str) -> bool:
        """Whether the sign-in has not ended, strongly consistent."""

    def find_role(self, user_id: str, event_id: str) -> str | None:
        """Returns the user's role in the event, strongly consistent; None without one."""


class Passwords(Protocol):
    """Hashes and checks passwords, slowly on purpose."""

    def hash_password(self, password: str) -> str:
        """Returns a salted hash."""

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password has this hash. Takes as long when the hash is None."""
