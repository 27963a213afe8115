"""Accounts, sign-ins, mailed tokens and roles in the people table. Ports `PeopleStore` and `Hosts`."""

from pynamodb.exceptions import UpdateError
from pynamodb.expressions.update import Action

from chalicelib.accounts.adapters.items import (
    AccountItem,
    AttemptsItem,
    EmailItem,
    FamilyItem,
    FamilyOfUserItem,
    OneTimeTokenItem,
    RoleItem,
)
from chalicelib.accounts.ports import NewAccount, StoredAccount
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_errors import code_of
from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.core.errors import PreconditionFailed
from chalicelib.core.kinds import REVISION
from chalicelib.notifications.adapters.writes import add_mail
from chalicelib.notifications.domain.notification import Mail

_CONDITION_FAILED = "ConditionalCheckFailedException"


class DynamoPeopleStore:
    """Ports `PeopleStore` and `Hosts`."""

    def open_account(self, account: NewAccount, *, verify_secret: str, verify_until: int, mail: Mail) -> bool:
        """A new account with its verification token and mail. False: the address (or id) is taken."""
        transaction = Transaction()
        item = AccountItem(*keys.account(account.id), rev=REVISION, **account._asdict())
        transaction.put("account", item, AccountItem.pk.does_not_exist())
        address = EmailItem(*keys.email(account.email), user_id=account.id)
        transaction.put("email", address, EmailItem.pk.does_not_exist())
        token = OneTimeTokenItem(
            *keys.one_time_token("verify", verify_secret), user_id=account.id, expires_at=verify_until
        )
        transaction.put("token", token)
        add_mail(transaction, mail)
        return transaction.try_commit()

    def account_of(self, email: str) -> StoredAccount | None:
        """The account with this normalised address."""
        try:
            address = EmailItem.get(*keys.email(email), consistent_read=True)
        except EmailItem.DoesNotExist:
            return None
        return self.account(address.user_id)

    def account(self, user_id: str) -> StoredAccount | None:
        """The account with this id."""
        try:
            item = AccountItem.get(*keys.account(user_id), consistent_read=True)
        except AccountItem.DoesNotExist:
            return None
        return StoredAccount(item.id, item.password_hash, item.etag, item.body)

    def replace_account(self, account: NewAccount, *, expected_tag: str) -> None:
        """A changed account, if it still has the expected tag. Raises PreconditionFailed."""
        actions: list[Action] = [
            AccountItem.etag.set(account.etag),
            AccountItem.body.set(account.body),
            AccountItem.name.set(account.name),
            AccountItem.language.set(account.language),
            AccountItem.verified.set(account.verified),
        ]
        try:
            AccountItem(*keys.account(account.id)).update(actions, AccountItem.etag == expected_tag)
        except UpdateError as error:
            if code_of(error) != _CONDITION_FAILED:
                raise
            now = self.account(account.id)
            raise PreconditionFailed(etag=now and now.etag, body=now and now.body) from None

    def start_family(self, family_id: str, user_id: str, *, secret: str, until: int, password_hash: str) -> bool:
        """A sign-in with its first refresh token, found by id and by user, if the password that was checked still is
        the account's.
        """
        transaction = Transaction()
        same = AccountItem.password_hash == password_hash
        transaction.check("account", AccountItem, keys.account(user_id), same)
        hashed = keys.digest(secret)
        family = FamilyItem(*keys.token_family(family_id), user_id=user_id, secret_hash=hashed, expires_at=until)
        transaction.put("family", family, FamilyItem.pk.does_not_exist())
        transaction.put("of_user", FamilyOfUserItem(*keys.family_of_user(user_id, family_id), expires_at=until))
        return transaction.try_commit()

    def rotate_family(self, family_id: str, *, old_secret: str, new_secret: str, until: int, now: int) -> str | None:
        """Exchange a refresh token and return whose it is. One that is not the newest ends the family: None."""
        item = FamilyItem(*keys.token_family(family_id))
        current = (FamilyItem.secret_hash == keys.digest(old_secret)) & (FamilyItem.expires_at > now)
        try:
            item.update(
                [FamilyItem.secret_hash.set(keys.digest(new_secret)), FamilyItem.expires_at.set(until)], current
            )
        except UpdateError as error:
            if code_of(error) != _CONDITION_FAILED:
                raise
            if self._rotated_to(item, new_secret):
                return item.user_id
            self.end_family(family_id)
            return None
        return item.user_id

    @staticmethod
    def _rotated_to(item: FamilyItem, new_secret: str) -> bool:
        """Whether an earlier try of this very exchange went through and only its reply was lost."""
        try:
            item.refresh(consistent_read=True)
        except FamilyItem.DoesNotExist:
            return False
        return bool(item.secret_hash == keys.digest(new_secret))

    def end_family(self, family_id: str) -> None:
        """End a sign-in."""
        FamilyItem(*keys.token_family(family_id)).delete()

    def end_families_of(self, user_id: str) -> None:
        """End all sign-ins of a user."""
        pk, prefix = keys.family_of_user(user_id, "")
        for item in FamilyOfUserItem.query(pk, FamilyOfUserItem.sk.startswith(prefix), consistent_read=True):
            self.end_family(item.sk.removeprefix(prefix))
            item.delete()

    def add_reset_token(self, secret: str, account: StoredAccount, *, until: int, mail: Mail) -> None:
        """A mailed token that replaces the account's present password and no later one, with its mail."""
        transaction = Transaction()
        item = OneTimeTokenItem(
            *keys.one_time_token("reset", secret),
            user_id=account.id,
            replaces=keys.digest(account.password_hash),
            expires_at=until,
        )
        transaction.put("token", item)
        add_mail(transaction, mail)
        transaction.commit()

    def add_verify_token(self, secret: str, user_id: str, *, until: int, mail: Mail) -> None:
        """A mailed token that proves the account's address, with its mail."""
        transaction = Transaction()
        token = OneTimeTokenItem(*keys.one_time_token("verify", secret), user_id=user_id, expires_at=until)
        transaction.put("token", token)
        add_mail(transaction, mail)
        transaction.commit()

    def token_owner(self, purpose: str, secret: str, *, now: int) -> str | None:
        """Whose token it is; None when unknown, used or expired."""
        try:
            item = OneTimeTokenItem.get(*keys.one_time_token(purpose, secret), consistent_read=True)
        except OneTimeTokenItem.DoesNotExist:
            return None
        return item.user_id if item.expires_at > now else None

    def drop_token(self, purpose: str, secret: str) -> None:
        """Make a token useless."""
        OneTimeTokenItem(*keys.one_time_token(purpose, secret)).delete()

    def reset_password(self, secret: str, account: StoredAccount, password_hash: str) -> bool:
        """A new password against a reset token made for the present one, in one transaction; of two racers one wins,
        and the tokens of other mails are void with it.
        """
        transaction = Transaction()
        token = OneTimeTokenItem(*keys.one_time_token("reset", secret))
        transaction.delete("token", token, OneTimeTokenItem.replaces == keys.digest(account.password_hash))
        transaction.update(
            "account",
            AccountItem(*keys.account(account.id)),
            [AccountItem.password_hash.set(password_hash)],
            AccountItem.password_hash == account.password_hash,
        )
        return transaction.try_commit()

    def count_attempt(self, subject: str, *, now: int, window: int, by: int = 1) -> int:
        """Count a guess and return how many there were in the current window. A lost reply may count one twice,
        which only errs on the safe side.
        """
        item = AttemptsItem(*keys.attempts(f"{subject} {now // window}"))
        item.update([AttemptsItem.attempts.add(by), AttemptsItem.expires_at.set(now + 2 * window)])
        return int(item.attempts)

    def clear_attempts(self, subject: str, *, now: int, window: int) -> None:
        """Forget the guesses after a success."""
        AttemptsItem(*keys.attempts(f"{subject} {now // window}")).delete()

    def is_verified(self, user_id: str) -> bool:
        """Whether the account's e-mail address is proven."""
        try:
            return bool(AccountItem.get(*keys.account(user_id), consistent_read=True).verified)
        except AccountItem.DoesNotExist:
            return False

    def events_of(self, user_id: str) -> list[str]:
        """Ids of the events in which the user holds a role, oldest first."""
        return [event_id for event_id, _ in self.roles_of(user_id)]

    def roles_of(self, user_id: str) -> list[tuple[str, str]]:
        """Event ids and roles of a user."""
        pk, prefix = keys.role_of_user(user_id, "")
        found = RoleItem.query(pk, RoleItem.sk.startswith(prefix), consistent_read=True)
        return [(item.sk.removeprefix(prefix), item.role) for item in found]
