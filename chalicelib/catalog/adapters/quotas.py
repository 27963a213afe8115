"""Writes quotas: one transaction of the quota, its stock and the ticket types that share it. Port `Quotas`."""

from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.catalog.adapters.items import LimitItem, limit_item, load_limit, load_limits
from chalicelib.catalog.adapters.stock import add_deltas, delete_stock, put_stock, stocks
from chalicelib.catalog.adapters.terms import change_terms
from chalicelib.catalog.adapters.ticket_types import commit, renew_pages
from chalicelib.catalog.domain.stock import Shard, quota_stock
from chalicelib.catalog.ports import Joining, StoredLimit
from chalicelib.representations.represent import Representation


class DynamoQuotas:
    """Quotas in DynamoDB. Port `Quotas`."""

    def load(self, event_id: str, quota_id: str) -> StoredLimit | None:
        """Returns the quota; one strongly consistent GetItem."""
        return load_limit(catalog_keys.quota(event_id, quota_id))

    def load_all(self, event_id: str) -> list[StoredLimit]:
        """Returns all quotas of an event, in order of id; strongly consistent."""
        return load_limits(catalog_keys.quota(event_id, ""))

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        """Returns the shards of these owners of stock; strongly consistent."""
        return stocks(shards)

    def create(
        self, event_id: str, quota_id: str, made: Representation, *, stock: list[int], joining: Joining, tag: str
    ) -> None:
        """Writes a new quota with its stock. Raises Lost, Busy."""
        transaction = Transaction()
        item = limit_item(catalog_keys.quota(event_id, quota_id), quota_id, made, shards=len(stock))
        transaction.put("resource", item, LimitItem.pk.does_not_exist())
        for number, quantity in enumerate(stock):
            put_stock(transaction, (quota_stock(quota_id), number), quantity)
        _join(transaction, event_id, quota_id, joining, shards=len(stock))
        renew_pages(transaction, event_id, tag)
        commit(transaction)

    def replace(
        self,
        event_id: str,
        stored: StoredLimit,
        made: Representation,
        *,
        deltas: dict[int, int],
        joining: Joining,
        tag: str,
    ) -> None:
        """Writes a changed quota, if its tag is still the same. Raises Lost, Busy."""
        transaction = Transaction()
        shards = max(stored.shards, len(deltas))
        item = limit_item(catalog_keys.quota(event_id, stored.id), stored.id, made, shards=shards)
        transaction.put("resource", item, LimitItem.etag == stored.etag)
        add_deltas(transaction, quota_stock(stored.id), deltas, shards=stored.shards)
        _join(transaction, event_id, stored.id, joining, shards=shards)
        renew_pages(transaction, event_id, tag)
        commit(transaction)

    def delete(self, event_id: str, stored: StoredLimit, *, joining: Joining, tag: str) -> None:
        """Deletes a quota of which nothing is held or sold. Raises Lost, Busy."""
        transaction = Transaction()
        gone = LimitItem(*catalog_keys.quota(event_id, stored.id))
        transaction.delete("resource", gone, LimitItem.etag == stored.etag)
        for number in range(stored.shards):
            delete_stock(transaction, (quota_stock(stored.id), number))
        _join(transaction, event_id, stored.id, joining, shards=0)
        renew_pages(transaction, event_id, tag)
        commit(transaction)


def _join(transaction: Transaction, event_id: str, quota_id: str, joining: Joining, *, shards: int) -> None:
    """Stores on every ticket type of the change which quotas it shares now. A quota with many shards leaves little room
    in the transaction for its types.
    """
    for stored in (*joining.joins, *joining.stays):
        quotas = {**dict(stored.quotas), quota_id: shards}
        unsold = stored in joining.joins
        change_terms(transaction, event_id, stored, quotas=quotas, waiting=stored.waiting, unsold=unsold)
    for stored in joining.leaves:
        quotas = {name: count for name, count in stored.quotas if name != quota_id}
        change_terms(transaction, event_id, stored, quotas=quotas, waiting=stored.waiting)
