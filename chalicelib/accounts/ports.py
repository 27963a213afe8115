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

    def account_of(self, email: str) -> StoredAccount | None:
        """The account with this normalised address."""

    def account(self, user_id: str) -> StoredAccount | None:
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

    def token_owner(self, purpose: str, secret: str, *, now: int) -> str | None:
        """Whose token it is; None when unknown, used or expired."""

    def drop_token(self, purpose: str, secret: str) -> None:
        """Make a token useless."""


class Attempts(Protocol):
    """Counts guesses, and other things that may be done only so often."""

    def count_attempt(self, subject: str, *, now: int, window: int, by: int = 1) -> int:
        """Count a guess (by -1: take one back) and return how many there were in the current window."""

    def reset_attempts(self, subject: str, *, now: int, window: int) -> None:
        """Forget the guesses after a success."""


class SignIns(Protocol):
    """Keeps sign-ins, each a family of refresh tokens."""

    def start_family(self, family_id: str, user_id: str, *, secret: str, until: int, password_hash: str) -> bool:
        """A sign-in with its first refresh token, if the password that was checked still is the account's."""

    def rotate_family(self, family_id: str, *, old_secret: str, new_secret: str, until: int, now: int) -> str | None:
        """Exchange a refresh token and return whose it is. A token that was used before ends the family: None."""

    def end_family(self, family_id: str) -> None:
        """Its refresh tokens count no more."""

    def end_families_of(self, user_id: str) -> None:
        """End all sign-ins of a user."""


class StandingSignIns(Protocol):
    """Knows which sign-ins stand."""

    def family_stands(self, family_id: str) -> bool:
        """Whether the sign-in has not ended."""

    def standing(self, family_ids: Iterable[str]) -> set[str]:
        """Those that have not ended."""


class RolesOfUsers(Protocol):
    """Knows which roles users hold."""

    def roles_of(self, user_id: str) -> list[tuple[str, str]]:
        """Event ids and roles of a user, oldest event first."""

    def events_of(self, user_id: str) -> list[str]:
        """Ids of the events in which the user holds a role, oldest first."""


class Tokens(Protocol):
    """Makes and checks access tokens."""

    def issue(self, principal: Principal, *, now: float) -> tuple[str, int]:
        """A token and the seconds it is valid."""

    def verify(self, token: str, *, now: float) -> Principal:
        """Who the token speaks for. Raises Unauthenticated."""


class Credentials(Protocol):
    """Looks up what credentials rest on."""

    def family_stands(self, family_id: str) -> bool:
        """Whether the sign-in has not ended."""

    def role(self, user_id: str, event_id: str) -> str | None:
        """The user's role in the event."""


class Passwords(Protocol):
    """Hashes and checks passwords, slowly on purpose."""

    def hash(self, password: str) -> str:
        """A salted hash."""

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; takes as long for None."""
