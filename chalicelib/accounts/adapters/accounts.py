"""Accounts in the people table. Port `Accounts`."""

from pynamodb.expressions.update import Action

from chalicelib.accounts.adapters import keys as account_keys
from chalicelib.accounts.adapters.items import AccountItem, EmailItem, OneTimeTokenItem
from chalicelib.accounts.domain.stored_account import NewAccount, StoredAccount
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import Transaction, try_update
from chalicelib.core.errors import PreconditionFailed
from chalicelib.core.kinds import REVISION
from chalicelib.notifications.adapters.writes import add_mail
from chalicelib.notifications.domain.notification import Mail


class DynamoAccounts:
    """Port `Accounts`."""

    def open_account(self, account: NewAccount, *, verify_secret: str, verify_until: int, mail: Mail) -> bool:
        """Stores a new account, its verification token and the mail in one transaction. False: the address or id is
        taken.
        """
        transaction = Transaction()
        item = AccountItem(*account_keys.account(account.id), rev=REVISION, **account._asdict())
        transaction.put("account", item, AccountItem.pk.does_not_exist())
        address = EmailItem(*account_keys.email(account.email), user_id=account.id)
        transaction.put("email", address, EmailItem.pk.does_not_exist())
        token = OneTimeTokenItem(
            *account_keys.one_time_token("verify", verify_secret), user_id=account.id, expires_at=verify_until
        )
        transaction.put("token", token)
        add_mail(transaction, mail)
        return transaction.try_commit()

    def find_account_by_email(self, email: str) -> StoredAccount | None:
        """Two strongly consistent reads: the address, then its account."""
        try:
            address = EmailItem.get(*account_keys.email(email), consistent_read=True)
        except EmailItem.DoesNotExist:
            return None
        return self.find_account(address.user_id)

    def find_account(self, user_id: str) -> StoredAccount | None:
        try:
            item = AccountItem.get(*account_keys.account(user_id), consistent_read=True)
        except AccountItem.DoesNotExist:
            return None
        return StoredAccount(item.id, item.password_hash, item.etag, item.body)

    def is_verified(self, user_id: str) -> bool:
        try:
            return bool(AccountItem.get(*account_keys.account(user_id), consistent_read=True).verified)
        except AccountItem.DoesNotExist:
            return False

    def replace_account(self, account: NewAccount, *, expected_tag: str) -> None:
        """Writes a changed account if it still has the expected ETag. Raises PreconditionFailed."""
        actions: list[Action] = [
            AccountItem.etag.set(account.etag),
            AccountItem.body.set(account.body),
            AccountItem.name.set(account.name),
            AccountItem.language.set(account.language),
            AccountItem.verified.set(account.verified),
        ]
        if not try_update(AccountItem(*account_keys.account(account.id)), actions, AccountItem.etag == expected_tag):
            now = self.find_account(account.id)
            raise PreconditionFailed(etag=now and now.etag, body=now and now.body)

    def reset_password(self, secret: str, account: StoredAccount, password_hash: str) -> bool:
        """Sets a new password in one transaction with the reset token that was made for the present one. Of two
        requests at the same time one succeeds, and the tokens of other mails are no longer valid.
        """
        transaction = Transaction()
        token = OneTimeTokenItem(*account_keys.one_time_token("reset", secret))
        transaction.delete("token", token, OneTimeTokenItem.replaces == keys.digest(account.password_hash))
        transaction.update(
            "account",
            AccountItem(*account_keys.account(account.id)),
            [AccountItem.password_hash.set(password_hash)],
            AccountItem.password_hash == account.password_hash,
        )
        return transaction.try_commit()
