"""Sign-ins, each a family of refresh tokens, in the people table. Port `SignIns`."""

from chalicelib.accounts.adapters import keys as account_keys
from chalicelib.accounts.adapters.items import AccountItem, FamilyItem, FamilyOfUserItem
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import Transaction, try_update


class DynamoSignIns:
    """Port `SignIns`."""

    def start_family(self, family_id: str, user_id: str, *, secret: str, until: int, password_hash: str) -> bool:
        """A sign-in with its first refresh token, found by id and by user, if the password that was checked still is
        the account's.
        """
        transaction = Transaction()
        same = AccountItem.password_hash == password_hash
        transaction.check("account", AccountItem, account_keys.account(user_id), same)
        hashed = keys.digest(secret)
        family = FamilyItem(*keys.token_family(family_id), user_id=user_id, secret_hash=hashed, expires_at=until)
        transaction.put("family", family, FamilyItem.pk.does_not_exist())
        transaction.put("of_user", FamilyOfUserItem(*account_keys.family_of_user(user_id, family_id), expires_at=until))
        return transaction.try_commit()

    def rotate_family(self, family_id: str, *, old_secret: str, new_secret: str, until: int, now: int) -> str | None:
        """Exchange a refresh token and return whose it is. One that is not the newest ends the family: None."""
        item = FamilyItem(*keys.token_family(family_id))
        current = (FamilyItem.secret_hash == keys.digest(old_secret)) & (FamilyItem.expires_at > now)
        fresh = [FamilyItem.secret_hash.set(keys.digest(new_secret)), FamilyItem.expires_at.set(until)]
        if try_update(item, fresh, current) or self._rotated_to(item, new_secret):
            return item.user_id
        self.end_family(family_id)
        return None

    @staticmethod
    def _rotated_to(item: FamilyItem, new_secret: str) -> bool:
        """Whether an earlier try of this very exchange went through and only its reply was lost."""
        try:
            item.refresh(consistent_read=True)
        except FamilyItem.DoesNotExist:
            return False
        return bool(item.secret_hash == keys.digest(new_secret))

    def end_family(self, family_id: str) -> None:
        FamilyItem(*keys.token_family(family_id)).delete()

    def end_families_of(self, user_id: str) -> None:
        """End all sign-ins of a user."""
        pk, prefix = account_keys.family_of_user(user_id, "")
        for item in FamilyOfUserItem.query(pk, FamilyOfUserItem.sk.startswith(prefix), consistent_read=True):
            self.end_family(item.sk.removeprefix(prefix))
            item.delete()
