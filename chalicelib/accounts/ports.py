"""What services need of stored accounts and sign-ins. Times in Unix seconds; secrets are stored hashed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.accounts.domain.stored_account import NewAccount, StoredAccount
    from chalicelib.core.principal import Principal
    from chalicelib.notifications.domain.notification import Mail


class Accounts(Protocol):
    """Keeps accounts."""

    def open_account(self, account: NewAccount, *, verify_secret: str, verify_until: int, mail: Mail) -> bool:
        """A new account with its verification token and mail, in one transaction. False: the address is taken."""

    def find_account_by_email(self, email: str) -> StoredAccount | None:
        """The account with this normalised address."""

    def find_account(self, user_id: str) -> StoredAccount | None:
        """The account with this id, strongly consistent."""

    def replace_account(self, account: NewAccount, *, expected_tag: str) -> None:
        """A changed account, if it still has the expected tag. Raises PreconditionFailed."""

    def reset_password(self, secret: str, account: StoredAccount, password_hash: str) -> bool:
        """A new password against a reset token, once; False when it, or the password, was used up meanwhile."""

    def is_verified(self, user_id: str) -> bool:
        """Whether the account's e-mail address is proven."""


class MailedTokens(Protocol):
    """Keeps tokens in links that are mailed."""

    def add_reset_token(self, secret: str, account: StoredAccount, *, until: int, mail: Mail) -> None:
        """A mailed token that replaces the account's present password and no later one, with its mail."""

    def add_verify_token(self, secret: str, user_id: str, *, until: int, mail: Mail) -> None:
        """A mailed token that proves the account's address, with its mail."""

    def find_token_owner(self, purpose: str, secret: str, *, now: int) -> str | None:
        """Whose token it is; None when unknown, used or expired."""

    def delete_token(self, purpose: str, secret: str) -> None:
        """Make a token useless."""


class Attempts(Protocol):
    """Counts guesses, and other things that may be done only so often."""

    def count_attempt(self, subject: str, *, now: int, window: int, by: int = 1) -> int:
        """Count a guess (by -1: take one back) and return how many there were in the current window."""

    def reset_attempts(self, subject: str, *, now: int, window: int) -> None:
        """Forget the guesses after a success."""


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
    """Knows which roles users hold."""

    def list_roles(self, user_id: str) -> list[tuple[str, str]]:
        """Event ids and roles of a user, oldest event first."""

    def list_event_ids(self, user_id: str) -> list[str]:
        """Ids of the events in which the user holds a role, oldest first."""


class Tokens(Protocol):
    """Makes and checks access tokens."""

    def issue_token(self, principal: Principal, *, now: float) -> tuple[str, int]:
        """A token and the seconds it is valid."""

    def verify_token(self, token: str, *, now: float) -> Principal:
        """Who the token speaks for. Raises Unauthenticated."""


class Credentials(Protocol):
    """Looks up what credentials rest on."""

    def is_sign_in_active(self, sign_in_id: str) -> bool:
        """Whether the sign-in has not ended, strongly consistent."""

    def find_role(self, user_id: str, event_id: str) -> str | None:
        """The user's role in the event."""


class Passwords(Protocol):
    """Hashes and checks passwords, slowly on purpose."""

    def hash_password(self, password: str) -> str:
        """A salted hash."""

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; takes as long for None."""
