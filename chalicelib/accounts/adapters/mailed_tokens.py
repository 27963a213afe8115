"""Tokens in links that are mailed, stored hashed in the people table. Port `MailedTokens`."""

from chalicelib.accounts.adapters import keys as account_keys
from chalicelib.accounts.adapters.items import OneTimeTokenItem
from chalicelib.accounts.domain.stored_account import StoredAccount
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.notifications.adapters.writes import add_mail
from chalicelib.notifications.domain.notification import Mail


class DynamoMailedTokens:
    """Port `MailedTokens`."""

    def add_reset_token(self, secret: str, account: StoredAccount, *, until: int, mail: Mail) -> None:
        """Stores a reset token, with the digest of the password that it may replace, and queues its mail."""
        transaction = Transaction()
        item = OneTimeTokenItem(
            *account_keys.one_time_token("reset", secret),
            user_id=account.id,
            replaces=keys.digest(account.password_hash),
            expires_at=until,
        )
        transaction.put("token", item)
        add_mail(transaction, mail)
        transaction.commit()

    def add_verify_token(self, secret: str, user_id: str, *, until: int, mail: Mail) -> None:
        """Stores a token that verifies the account's address and queues its mail."""
        transaction = Transaction()
        token = OneTimeTokenItem(*account_keys.one_time_token("verify", secret), user_id=user_id, expires_at=until)
        transaction.put("token", token)
        add_mail(transaction, mail)
        transaction.commit()

    def find_token_owner(self, purpose: str, secret: str, *, now: int) -> str | None:
        try:
            item = OneTimeTokenItem.get(*account_keys.one_time_token(purpose, secret), consistent_read=True)
        except OneTimeTokenItem.DoesNotExist:
            return None
        return item.user_id if item.expires_at > now else None

    def delete_token(self, purpose: str, secret: str) -> None:
        OneTimeTokenItem(*account_keys.one_time_token(purpose, secret)).delete()
