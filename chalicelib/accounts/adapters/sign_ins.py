"""Sign-ins and their refresh tokens, in the people table. Port `SignIns`."""

from chalicelib.accounts.adapters import keys as account_keys
from chalicelib.accounts.adapters.items import AccountItem, SignInItem, SignInOfUserItem
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import Transaction, try_update


class DynamoSignIns:
    """Port `SignIns`."""

    def start_sign_in(self, sign_in_id: str, user_id: str, *, secret: str, until: int, password_hash: str) -> bool:
        """Stores a sign-in with its first refresh token, by id and by user, if the account still has this password
        hash.
        """
        transaction = Transaction()
        same = AccountItem.password_hash == password_hash
        transaction.check("account", AccountItem, account_keys.account(user_id), same)
        hashed = keys.digest(secret)
        sign_in = SignInItem(*keys.sign_in(sign_in_id), user_id=user_id, secret_hash=hashed, expires_at=until)
        transaction.put("sign_in", sign_in, SignInItem.pk.does_not_exist())
        transaction.put(
            "of_user", SignInOfUserItem(*account_keys.sign_in_of_user(user_id, sign_in_id), expires_at=until)
        )
        return transaction.try_commit()

    def rotate_refresh_token(
        self, sign_in_id: str, *, old_secret: str, new_secret: str, until: int, now: int
    ) -> str | None:
        """Exchanges a refresh token and returns its user's id. One that is not the newest ends the sign-in: None."""
        item = SignInItem(*keys.sign_in(sign_in_id))
        current = (SignInItem.secret_hash == keys.digest(old_secret)) & (SignInItem.expires_at > now)
        fresh = [SignInItem.secret_hash.set(keys.digest(new_secret)), SignInItem.expires_at.set(until)]
        if try_update(item, fresh, current) or self._rotated_to(item, new_secret):
            return item.user_id
        self.end_sign_in(sign_in_id)
        return None

    @staticmethod
    def _rotated_to(item: SignInItem, new_secret: str) -> bool:
        """Whether an earlier try of this exchange was written and only its reply was lost."""
        try:
            item.refresh(consistent_read=True)
        except SignInItem.DoesNotExist:
            return False
        return bool(item.secret_hash == keys.digest(new_secret))

    def end_sign_in(self, sign_in_id: str) -> None:
        SignInItem(*keys.sign_in(sign_in_id)).delete()

    def end_sign_ins_of_user(self, user_id: str) -> None:
        pk, prefix = account_keys.sign_in_of_user(user_id, "")
        for item in SignInOfUserItem.query(pk, SignInOfUserItem.sk.startswith(prefix), consistent_read=True):
            self.end_sign_in(item.sk.removeprefix(prefix))
            item.delete()
