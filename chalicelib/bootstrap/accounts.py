"""Accounts, sign-in, who may do what: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.accounts.adapters.contacts import DynamoContacts
    from chalicelib.accounts.adapters.credentials import DynamoCredentials
    from chalicelib.accounts.adapters.dynamo import DynamoPeopleStore
    from chalicelib.accounts.adapters.jwt import AccessTokens
    from chalicelib.accounts.adapters.roles import DynamoStaff
    from chalicelib.accounts.services.authorise import Authorise
    from chalicelib.accounts.services.sign_in import SignPeopleIn
    from chalicelib.bootstrap import Services


class AccountsWiring:
    """Accounts, sign-in, who may do what."""

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
        """Who is calling and what they may do. Anonymous calls need no tokens, so those are built when first needed."""
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
    def store(self) -> DynamoPeopleStore:
        from chalicelib.accounts.adapters.dynamo import DynamoPeopleStore

        return DynamoPeopleStore()

    @cached_property
    def roles(self) -> DynamoStaff:
        from chalicelib.accounts.adapters.roles import DynamoStaff

        return DynamoStaff(self._services.aws.queries)

    @cached_property
    def sign_in(self) -> SignPeopleIn:
        """Accounts and sign-ins."""
        from chalicelib.accounts.adapters.argon2 import Argon2Passwords
        from chalicelib.accounts.services.sign_in import SignPeopleIn

        return SignPeopleIn(
            store=self.store,
            mailboxes=lambda: self._services.mail.suppress_bounces,
            passwords=Argon2Passwords(),
            tokens=self.tokens,
            clock=self._services.clock,
            ids=self._services.ids,
            public_url=self._services.config.public_url,
            admins=self.administrators,
        )
