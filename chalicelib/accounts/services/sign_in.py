"""Opens accounts, signs people in and out, and exchanges refresh tokens. Called by routes/accounts.py.

A sign-in has one refresh token at a time. Each exchange makes the next one; a token that is used twice ends the
sign-in, because two parties have it. Signing in does not show whether an address has an account. Signing up does,
because it answers with the account.
"""

from typing import cast

from chalicelib.accounts.domain.account import Account, Language, SignedIn, SignInForm, SignUpForm
from chalicelib.accounts.domain.stored_account import new_account, revive_account
from chalicelib.accounts.ports import Accounts, Passwords, SignIns, Tokens
from chalicelib.accounts.services import account_mails
from chalicelib.accounts.services.limit_attempts import (
    ATTEMPTS_FROM_EVERYWHERE,
    ATTEMPTS_PER_ACCOUNT,
    ATTEMPTS_PER_SOURCE,
    LimitAttempts,
)
from chalicelib.core.email_address import normalised
from chalicelib.core.errors import AlreadyExists, Unauthenticated
from chalicelib.core.permissions import is_administrator
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.texts import spoken

SIGN_IN_SECONDS = 30 * 24 * 3600
VERIFY_SECONDS = 3 * 24 * 3600


class SignIn:
    """Opens accounts and signs people in and out."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        sign_ins: SignIns,
        limit: LimitAttempts,
        passwords: Passwords,
        tokens: Tokens,
        clock: Clock,
        ids: Ids,
        public_url: str,
        admins: frozenset[str],
    ) -> None:
        self._accounts = accounts
        self._sign_ins = sign_ins
        self._limit = limit
        self._passwords = passwords
        self._tokens = tokens
        self._clock = clock
        self._ids = ids
        self._public_url = public_url
        self._admins = admins

    def sign_up(self, form: SignUpForm, *, new_id: str, source: str, accept_language: str | None = None) -> SignedIn:
        """Opens an account in the language that a browser asks for, mails the verification link and signs in. Raises
        AlreadyExists, TooManyAttempts.
        """
        now = self._clock.now()
        self._limit.count_attempt(f"sign-up {source}", ATTEMPTS_PER_SOURCE, now=int(now))
        account = Account(
            id=new_id,
            email=normalised(form.email),
            name=form.name,
            language=cast(Language, spoken(accept_language)),
            verified=False,
            created_at=moment(now),
            updated_at=moment(now),
        )
        secret = self._ids.new_secret()
        password_hash = self._passwords.hash_password(form.password)
        opened = self._accounts.open_account(
            new_account(account, password_hash),
            verify_secret=secret,
            verify_until=int(now) + VERIFY_SECONDS,
            mail=account_mails.compose_verify_mail(
                to=account.email,
                name=form.name,
                url=f"{self._public_url}/verify#{secret}",
                key=f"verify {new_id}",
                language=account.language,
            ),
        )
        if not opened:
            stored = self._accounts.find_account_by_email(account.email)
            # The same id and password: an earlier try of this request was cut off, or is asked for again.
            ours = stored is not None and stored.id == new_id
            if stored is None or not ours or not self._passwords.matches(stored.password_hash, form.password):
                raise AlreadyExists("This address has an account. Sign in, or reset the password.", code="email_taken")
            password_hash = stored.password_hash
        return self._signed_in(account, password_hash)

    def sign_in(self, form: SignInForm, *, source: str) -> SignedIn:
        """Signs in. Raises Unauthenticated (the same for an unknown address and a wrong password), TooManyAttempts."""
        email = normalised(form.email)
        here, now = f"sign-in {email} {source}", int(self._clock.now())
        self._limit.count_attempt(here, ATTEMPTS_PER_ACCOUNT, now=now)
        self._limit.count_attempt(f"sign-in {source}", ATTEMPTS_PER_SOURCE, now=now)
        self._limit.count_attempt(f"sign-in {email}", ATTEMPTS_FROM_EVERYWHERE, now=now)
        stored = self._accounts.find_account_by_email(email)
        if not self._passwords.matches(stored and stored.password_hash, form.password) or stored is None:
            raise Unauthenticated("The address or the password is wrong.", code="wrong_credentials")
        self._limit.forget_attempts(here, now=now)
        for subject in (f"sign-in {source}", f"sign-in {email}"):
            self._limit.take_back_attempt(subject, now=now)
        return self._signed_in(revive_account(stored), stored.password_hash)

    def refresh(self, token: str) -> SignedIn:
        """Exchanges a refresh token. Raises Unauthenticated."""
        sign_in_id, _, secret = token.partition(".")
        now = self._clock.now()
        fresh = self._ids.new_secret()
        user_id = self._sign_ins.rotate_refresh_token(
            sign_in_id, old_secret=secret, new_secret=fresh, until=int(now) + SIGN_IN_SECONDS, now=int(now)
        )
        stored = self._accounts.find_account(user_id) if user_id else None
        if stored is None:
            raise Unauthenticated("This sign-in has ended. Sign in again.")
        return self._answer(revive_account(stored), sign_in_id, fresh)

    def sign_out(self, token: str) -> None:
        """Ends the sign-in of a refresh token. A token that is not the newest ends it too, without an error."""
        sign_in_id, _, secret = token.partition(".")
        now = int(self._clock.now())
        fresh = self._ids.new_secret()
        if self._sign_ins.rotate_refresh_token(
            sign_in_id, old_secret=secret, new_secret=fresh, until=now + 60, now=now
        ):
            self._sign_ins.end_sign_in(sign_in_id)

    def _signed_in(self, account: Account, password_hash: str) -> SignedIn:
        sign_in_id, secret = self._ids.new_id(), self._ids.new_secret()
        until = int(self._clock.now()) + SIGN_IN_SECONDS
        if not self._sign_ins.start_sign_in(
            sign_in_id, account.id, secret=secret, until=until, password_hash=password_hash
        ):
            raise Unauthenticated("The password was changed just now.", code="wrong_credentials")
        return self._answer(account, sign_in_id, secret)

    def _answer(self, account: Account, sign_in_id: str, secret: str) -> SignedIn:
        token, expires_in = self._tokens.issue_token(Principal(account.id, sign_in_id), now=self._clock.now())
        return SignedIn(
            user=account,
            administrator=is_administrator(account.email, verified=account.verified, admins=self._admins),
            access_token=token,
            refresh_token=f"{sign_in_id}.{secret}",
            expires_in=expires_in,
        )
