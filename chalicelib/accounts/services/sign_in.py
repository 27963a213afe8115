"""Opening accounts, passwords, sign-ins and the refresh tokens that keep them alive. Called by
routes/accounts.py.

A sign-in is a family of refresh tokens: each exchange makes the next one, and one used twice ends the family, since
then two parties hold it. Signing in and asking for a reset never tell whether an address has an account; signing up
must, since it answers with the account.
"""

import hashlib
from collections.abc import Callable
from typing import Protocol, cast

import msgspec

from chalicelib.accounts.credentials_port import Tokens
from chalicelib.accounts.domain.account import Account, AccountFields, Language, PasswordReset, SignedIn, SignIn, SignUp
from chalicelib.accounts.ports import NewAccount, PeopleStore, StoredAccount
from chalicelib.accounts.services import account_mails
from chalicelib.core.email_address import normalised
from chalicelib.core.errors import AlreadyExists, NotFound, TooManyAttempts, Unauthenticated
from chalicelib.core.permissions import is_administrator
from chalicelib.core.ports import Clock, Ids
from chalicelib.core.preconditions import Match, require_match
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.core.validation import merge, validate
from chalicelib.texts import spoken

FAMILY_SECONDS = 30 * 24 * 3600
VERIFY_SECONDS = 3 * 24 * 3600
RESET_SECONDS = 3600
ATTEMPTS_PER_ACCOUNT = 10
"""From one source, so that nobody can lock somebody else out."""
ATTEMPTS_PER_SOURCE = 60
"""Failures on all accounts together, so that a venue full of people behind one address can sign in."""
ATTEMPTS_FROM_EVERYWHERE = 300
"""On one account, by a crowd of sources."""
WINDOW_SECONDS = 300


class Passwords(Protocol):
    """Hashes and checks passwords, slowly on purpose."""

    def hash(self, password: str) -> str:
        """A salted hash."""

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password belongs to the hash; takes as long for None."""


class Mailboxes(Protocol):
    """Knows whether mails arrive (mail/services/suppress_bounces.py)."""

    def proven(self, user_id: str, email: str) -> None:
        """A link that was mailed to the address was followed."""


class SignPeopleIn:
    def __init__(
        self,
        *,
        store: PeopleStore,
        mailboxes: Callable[[], Mailboxes],
        passwords: Passwords,
        tokens: Tokens,
        clock: Clock,
        ids: Ids,
        public_url: str,
        admins: frozenset[str],
    ) -> None:
        self._store = store
        self._mailboxes = mailboxes
        self._passwords = passwords
        self._tokens = tokens
        self._clock = clock
        self._ids = ids
        self._public_url = public_url
        self._admins = admins

    def sign_up(self, form: SignUp, *, new_id: str, source: str, accept_language: str | None = None) -> str:
        """Open an account, in the language that a browser asks for, mail the verification link and sign in; the JSON of
        SignedIn. Raises AlreadyExists, TooManyAttempts.
        """
        self._count(f"sign-up {source}", ATTEMPTS_PER_SOURCE)
        now = self._clock.now()
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
        password_hash = self._passwords.hash(form.password)
        opened = self._store.open_account(
            new_account(account, password_hash),
            verify_secret=secret,
            verify_until=int(now) + VERIFY_SECONDS,
            mail=account_mails.verify_mail(
                to=account.email,
                name=form.name,
                url=f"{self._public_url}/verify#{secret}",
                key=f"verify {new_id}",
                language=account.language,
            ),
        )
        if not opened:
            stored = self._store.account_of(account.email)
            # The same id and password: an earlier try of this request was cut off, or is asked for again.
            ours = stored is not None and stored.id == new_id
            if stored is None or not ours or not self._passwords.matches(stored.password_hash, form.password):
                raise AlreadyExists("This address has an account. Sign in, or reset the password.", code="email_taken")
            password_hash = stored.password_hash
        return self._signed_in(account, password_hash)

    def sign_in(self, form: SignIn, *, source: str) -> str:
        """Sign in; the JSON of SignedIn. Raises Unauthenticated (the same for an unknown address and a wrong
        password), TooManyAttempts.
        """
        email = normalised(form.email)
        here = f"sign-in {email} {source}"
        self._count(here, ATTEMPTS_PER_ACCOUNT)
        self._count(f"sign-in {source}", ATTEMPTS_PER_SOURCE)
        self._count(f"sign-in {email}", ATTEMPTS_FROM_EVERYWHERE)
        stored = self._store.account_of(email)
        if not self._passwords.matches(stored and stored.password_hash, form.password) or stored is None:
            raise Unauthenticated("The address or the password is wrong.", code="wrong_credentials")
        now = int(self._clock.now())
        self._store.clear_attempts(here, now=now, window=WINDOW_SECONDS)
        for subject in (f"sign-in {source}", f"sign-in {email}"):  # this one was no guess; earlier ones still count
            self._store.count_attempt(subject, now=now, window=WINDOW_SECONDS, by=-1)
        return self._signed_in(revive_account(stored), stored.password_hash)

    def refresh(self, token: str) -> str:
        """Exchange a refresh token; the JSON of SignedIn. Raises Unauthenticated."""
        family_id, _, secret = token.partition(".")
        now = self._clock.now()
        fresh = self._ids.new_secret()
        user_id = self._store.rotate_family(
            family_id, old_secret=secret, new_secret=fresh, until=int(now) + FAMILY_SECONDS, now=int(now)
        )
        stored = self._store.account(user_id) if user_id else None
        if stored is None:
            raise Unauthenticated("This sign-in has ended. Sign in again.")
        return self._answer(revive_account(stored), family_id, fresh)

    def sign_out(self, token: str) -> None:
        """End the sign-in that a refresh token belongs to; a token that is not current ends nothing."""
        family_id, _, secret = token.partition(".")
        now = int(self._clock.now())
        fresh = self._ids.new_secret()
        if self._store.rotate_family(family_id, old_secret=secret, new_secret=fresh, until=now + 60, now=now):
            self._store.end_family(family_id)

    def verify(self, token: str) -> None:
        """Prove an address by the token mailed to it. Raises NotFound."""
        user_id = self._store.token_owner("verify", token, now=int(self._clock.now()))
        stored = self._store.account(user_id) if user_id else None
        if stored is None:
            raise NotFound("This link is not valid any more.", code="token_not_valid")
        account = revive_account(stored)
        self._replace(stored, msgspec.structs.replace(account, verified=True))
        self._mailboxes().proven(stored.id, account.email)
        self._store.drop_token("verify", token)

    def forget_password(self, email: str, *, source: str) -> None:
        """Mail a reset link if the address has an account; nobody can tell whether. Raises TooManyAttempts."""
        self._count(f"forgot {source}", ATTEMPTS_PER_SOURCE)
        self._count(f"forgot {normalised(email)}", ATTEMPTS_PER_ACCOUNT)
        stored = self._store.account_of(normalised(email))
        if stored is None:
            return
        secret = self._ids.new_secret()
        account = revive_account(stored)
        url = f"{self._public_url}/reset#{secret}"
        mail = account_mails.reset_mail(
            to=account.email,
            name=account.name,
            url=url,
            key=f"reset {self._ids.new_id()}",
            language=account.language,
        )
        until = int(self._clock.now()) + RESET_SECONDS
        self._store.add_reset_token(secret, stored, until=until, mail=mail)

    def reset_password(self, form: PasswordReset) -> None:
        """Set a new password by a mailed token and end every sign-in. Raises NotFound."""
        user_id = self._store.token_owner("reset", form.token, now=int(self._clock.now()))
        stored = self._store.account(user_id) if user_id else None
        if stored is None or not self._store.reset_password(form.token, stored, self._passwords.hash(form.password)):
            raise NotFound("This link is not valid any more.", code="token_not_valid")
        self._store.end_families_of(stored.id)

    def account(self, principal: Principal) -> StoredAccount:
        """The caller's account. Raises Unauthenticated when it was erased."""
        stored = self._store.account(principal.user_id)
        if stored is None:
            raise Unauthenticated("This account does not exist any more.")
        return stored

    def change(self, patch: object, *, caller: Principal, match: Match) -> StoredAccount:
        """A merge patch of the caller's account. Raises PreconditionRequired, PreconditionFailed, InvalidInput."""
        stored = self.account(caller)
        require_match(match, etag=stored.etag, body=stored.body)
        account = revive_account(stored)
        fields = validate(merge({"name": account.name, "language": account.language}, patch), AccountFields)
        return self._replace(stored, msgspec.structs.replace(account, name=fields.name, language=fields.language))

    def roles(self, caller: Principal) -> tuple[str, str]:
        """Tag and bytes of the list of the caller's roles; few a person, so made when read."""
        items = [{"event_id": event_id, "role": role} for event_id, role in self._store.roles_of(caller.user_id)]
        body = msgspec.json.encode({"items": items, "next_cursor": None}).decode()
        return hashlib.sha256(body.encode()).hexdigest()[:32], body

    def _replace(self, stored: StoredAccount, account: Account) -> StoredAccount:
        account = msgspec.structs.replace(account, updated_at=moment(self._clock.now()))
        fresh = new_account(account, stored.password_hash)
        self._store.replace_account(fresh, expected_tag=stored.etag)
        return StoredAccount(stored.id, stored.password_hash, fresh.etag, fresh.body)

    def _signed_in(self, account: Account, password_hash: str) -> str:
        family_id, secret = self._ids.new_id(), self._ids.new_secret()
        until = int(self._clock.now()) + FAMILY_SECONDS
        if not self._store.start_family(family_id, account.id, secret=secret, until=until, password_hash=password_hash):
            raise Unauthenticated("The password was changed just now.", code="wrong_credentials")
        return self._answer(account, family_id, secret)

    def _answer(self, account: Account, family_id: str, secret: str) -> str:
        token, expires_in = self._tokens.issue(Principal(account.id, family_id), now=self._clock.now())
        answer = SignedIn(
            user=account,
            administrator=is_administrator(account.email, verified=account.verified, admins=self._admins),
            access_token=token,
            refresh_token=f"{family_id}.{secret}",
            expires_in=expires_in,
        )
        return msgspec.json.encode(answer).decode()

    def _count(self, subject: str, limit: int) -> None:
        if self._store.count_attempt(subject, now=int(self._clock.now()), window=WINDOW_SECONDS) > limit:
            raise TooManyAttempts(retry_after=WINDOW_SECONDS)


def new_account(account: Account, password_hash: str) -> NewAccount:
    """The account with its representation."""
    body = msgspec.json.encode(account).decode()
    return NewAccount(
        id=account.id,
        email=account.email,
        name=account.name,
        language=account.language,
        password_hash=password_hash,
        verified=account.verified,
        etag=hashlib.sha256(body.encode()).hexdigest()[:32],
        body=body,
        created_at=int(account.created_at.timestamp()),
    )


def revive_account(stored: StoredAccount) -> Account:
    """The account inside its stored representation."""
    return msgspec.json.decode(stored.body, type=Account)
