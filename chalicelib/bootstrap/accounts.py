"""Wires accounts, sign-in and authorisation: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.accounts.adapters.accounts import DynamoAccounts
    from chalicelib.accounts.adapters.argon2 import Argon2Passwords
    from chalicelib.accounts.adapters.attempts import DynamoAttempts
    from chalicelib.accounts.adapters.contacts import DynamoContacts
    from chalicelib.accounts.adapters.credentials import DynamoCredentials
    from chalicelib.accounts.adapters.jwt import AccessTokens
    from chalicelib.accounts.adapters.mailed_tokens import DynamoMailedTokens
    from chalicelib.accounts.adapters.roles import DynamoRoles
    from chalicelib.accounts.adapters.sign_ins import DynamoSignIns
    from chalicelib.accounts.services.authorise import Authorise
    from chalicelib.accounts.services.limit_attempts import LimitAttempts
    from chalicelib.accounts.services.profile import Profile
    from chalicelib.accounts.services.recover_password import RecoverPassword
    from chalicelib.accounts.services.sign_in import SignIn
    from chalicelib.accounts.services.verify_address import VerifyAddress
    from chalicelib.bootstrap import Services


class AccountsWiring:
    """The adapters and services of accounts, sign-in and authorisation."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def administrators(self) -> frozenset[str]:
        """The addresses of the deployment's administrators, normalised."""
        from chalicelib.core.email_address import normalised

        return frozenset(normalised(one) for one in self._services.config.admin_email.split(",") if one.strip())

    @cached_property
    def credentials(self) -> DynamoCredentials:
        from chalicelib.accounts.adapters.credentials import DynamoCredentials

        return DynamoCredentials(self._services.aws.reader)

    @cached_property
    def authorise(self) -> Authorise:
        """Anonymous calls need no tokens, so the token service is built at the first call that has one."""
        from chalicelib.accounts.services.authorise import Authorise

        return Authorise(lambda: self.tokens, self.credentials, self._services.clock)

    @cached_property
    def tokens(self) -> AccessTokens:
        from chalicelib.accounts.adapters.jwt import AccessTokens

        return AccessTokens(self._services.keys.token_keys, self._services.config.public_url)

    @cached_property
    def contacts(self) -> DynamoContacts:
        from chalicelib.accounts.adapters.contacts import DynamoContacts

        return DynamoContacts(self._services.aws.reader)

    @cached_property
    def store(self) -> DynamoAccounts:
        from chalicelib.accounts.adapters.accounts import DynamoAccounts

        return DynamoAccounts()

    @cached_property
    def mailed_tokens(self) -> DynamoMailedTokens:
        from chalicelib.accounts.adapters.mailed_tokens import DynamoMailedTokens

        return DynamoMailedTokens()

    @cached_property
    def sign_ins(self) -> DynamoSignIns:
        from chalicelib.accounts.adapters.sign_ins import DynamoSignIns

        return DynamoSignIns()

    @cached_property
    def attempts(self) -> DynamoAttempts:
        from chalicelib.accounts.adapters.attempts import DynamoAttempts

        return DynamoAttempts()

    @cached_property
    def roles(self) -> DynamoRoles:
        from chalicelib.accounts.adapters.roles import DynamoRoles

        return DynamoRoles(self._services.aws.queries)

    @cached_property
    def limit_attempts(self) -> LimitAttempts:
        from chalicelib.accounts.services.limit_attempts import LimitAttempts

        return LimitAttempts(self.attempts)

    @cached_property
    def passwords(self) -> Argon2Passwords:
        from chalicelib.accounts.adapters.argon2 import Argon2Passwords

        return Argon2Passwords()

    @cached_property
    def sign_in(self) -> SignIn:
        from chalicelib.accounts.services.sign_in import SignIn

        return SignIn(
            accounts=self.store,
            sign_ins=self.sign_ins,
            limit=self.limit_attempts,
            passwords=self.passwords,
            tokens=self.tokens,
            clock=self._services.clock,
            ids=self._services.ids,
            public_url=self._services.config.public_url,
            admins=self.administrators,
        )

    @cached_property
    def recover_password(self) -> RecoverPassword:
        """Sets new passwords for users who forgot theirs."""
        from chalicelib.accounts.services.recover_password import RecoverPassword

        return RecoverPassword(
            accounts=self.store,
            mailed_tokens=self.mailed_tokens,
            sign_ins=self.sign_ins,
            limit=self.limit_attempts,
            passwords=self.passwords,
            clock=self._services.clock,
            ids=self._services.ids,
            public_url=self._services.config.public_url,
        )

    @cached_property
    def verify_address(self) -> VerifyAddress:
        """Verifies addresses by mailed links."""
        from chalicelib.accounts.services.verify_address import VerifyAddress

        return VerifyAddress(
            accounts=self.store,
            mailed_tokens=self.mailed_tokens,
            addresses=lambda: self._services.mail.suppress_bounces,
            clock=self._services.clock,
        )

    @cached_property
    def profile(self) -> Profile:
        """Reads and changes the caller's own account."""
        from chalicelib.accounts.services.profile import Profile

        return Profile(accounts=self.store, roles=self.roles, clock=self._services.clock)
