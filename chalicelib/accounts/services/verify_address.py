"""Verifies an address by a mailed link. Called by routes/accounts.py."""

from collections.abc import Callable
from typing import Protocol

import msgspec

from chalicelib.accounts.domain.stored_account import revive_account
from chalicelib.accounts.ports import Accounts, MailedTokens
from chalicelib.accounts.services.follow_link import follow_link
from chalicelib.accounts.services.profile import replace_account
from chalicelib.core.ports import Clock


class ProvenAddresses(Protocol):
    """Knows which addresses mails may be sent to (mail/services/suppress_bounces.py)."""

    def restore_address(self, user_id: str, email: str) -> None:
        """Allows mails to an address again, since a link that was mailed to it was followed."""


class VerifyAddress:
    """Follows links that verify addresses."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        mailed_tokens: MailedTokens,
        addresses: Callable[[], ProvenAddresses],
        clock: Clock,
    ) -> None:
        self._accounts = accounts
        self._mailed_tokens = mailed_tokens
        self._addresses = addresses
        self._clock = clock

    def verify_address(self, token: str) -> None:
        """Verifies an address by the token mailed to it. Raises NotFound."""
        now = self._clock.now()
        stored = follow_link("verify", token, accounts=self._accounts, mailed_tokens=self._mailed_tokens, now=now)
        account = revive_account(stored)
        replace_account(self._accounts, stored, msgspec.structs.replace(account, verified=True), now=now)
        self._addresses().restore_address(stored.id, account.email)
        self._mailed_tokens.delete_token("verify", token)
