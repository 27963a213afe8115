"""Connected Stripe accounts in the sales table. Port `StripeAccounts`."""

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.aws.dynamo_tables import SalesTable
from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.core.ports import Reader
from chalicelib.payments.adapters import keys as payment_keys
from chalicelib.payments.domain.stripe_account import StripeAccount


class StripeAccountItem(SalesTable):
    """The connected Stripe account that an event is paid to."""

    body = UnicodeAttribute()


class StripeAccountUseItem(SalesTable):
    """A record that an event is paid to an account, or was until `expires_at` (Unix seconds). Its key names both."""

    expires_at = NumberAttribute(null=True)


class DynamoStripeAccounts:
    """Connected accounts in DynamoDB. Port `StripeAccounts`. An account is stored under its event, and in one list of
    all that are in use.
    """

    def __init__(self, reader: Reader, queries: DynamoQueries) -> None:
        self._reader = reader
        self._queries = queries

    def load_account(self, event_id: str) -> StripeAccount | None:
        """Returns the account of an event; one strongly consistent GetItem."""
        item = self._reader.get("sales", payment_keys.stripe_account(event_id), ("body",), consistent=True)
        return msgspec.json.decode(item["body"], type=StripeAccount) if item else None

    def list_events(self, account_id: str) -> list[str]:
        """Returns the events that are paid to an account; one Query."""
        return [event_id for _, event_id in self._uses(account_id)]

    def list_connected(self) -> list[str]:
        """Returns all accounts that events are paid to; one Query."""
        return sorted({account_id for account_id, _ in self._uses("")})

    def save(self, account: StripeAccount) -> None:
        """Stores the newly connected account of an event, and adds it to the list."""
        transaction = Transaction()
        transaction.put("account", _item(account))
        transaction.put("use", StripeAccountUseItem(*payment_keys.stripe_account_use(account.id, account.event_id)))
        transaction.commit()

    def replace(self, before: StripeAccount, after: StripeAccount) -> bool:
        """Stores a changed account, unless it changed since `before` was read. Returns whether it was stored."""
        transaction = Transaction()
        transaction.put("account", _item(after), StripeAccountItem.body == _item(before).body)
        return transaction.try_commit()

    def forget(self, account: StripeAccount, *, until: int) -> None:
        """Removes an event's account. Its entry in the list expires at `until` (Unix seconds)."""
        transaction = Transaction()
        transaction.delete("account", StripeAccountItem(*payment_keys.stripe_account(account.event_id)))
        use = StripeAccountUseItem(*payment_keys.stripe_account_use(account.id, account.event_id), expires_at=until)
        transaction.put("use", use)
        transaction.commit()

    def _uses(self, account_id: str) -> list[tuple[str, str]]:
        partition, prefix = payment_keys.stripe_account_use(account_id, "")
        prefix = prefix if account_id else prefix.removesuffix("#")
        items = self._queries.query("sales", partition, prefix, ("sk",), consistent=True)
        found = [item["sk"].split("#") for item in items]
        return [(account, event_id) for _, account, event_id in found]


def _item(account: StripeAccount) -> StripeAccountItem:
    body = msgspec.json.encode(account).decode()
    return StripeAccountItem(*payment_keys.stripe_account(account.event_id), body=body)
