"""Finds the account that a mailed link is for. Called by recover_password.py and verify_address.py. Light: links that
unsubscribe from mails use the same error (mail/services/unsubscribe.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.errors import NotFound

if TYPE_CHECKING:
    from chalicelib.accounts.domain.stored_account import StoredAccount
    from chalicelib.accounts.ports import Accounts, MailedTokens


def follow_link(
    purpose: str, token: str, *, accounts: Accounts, mailed_tokens: MailedTokens, now: float
) -> StoredAccount:
    """Returns the account of a token that was mailed for this purpose. Raises NotFound (`token_not_valid`)."""
    user_id = mailed_tokens.find_token_owner(purpose, token, now=int(now))
    stored = accounts.find_account(user_id) if user_id else None
    if stored is None:
        raise link_not_valid()
    return stored


def link_not_valid() -> NotFound:
    """The error for a link that is unknown, used or expired."""
    return NotFound("This link is not valid any more.", code="token_not_valid")
