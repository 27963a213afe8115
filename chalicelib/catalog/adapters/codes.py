"""Writes codes: one transaction of the code, the stock of its uses, and the item that makes its name unique.

Implements the port `Codes`.
"""

from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.catalog.adapters.items import CodeNameItem, LimitItem, limit_item, load_limit, load_limits
from chalicelib.catalog.adapters.stock import add_deltas, delete_stock, put_stock, stocks
from chalicelib.catalog.adapters.ticket_types import commit
from chalicelib.catalog.domain.stock import Shard, code_stock
from chalicelib.catalog.ports import StoredLimit
from chalicelib.core.kinds import CodeKind
from chalicelib.representations.represent import Representation


class DynamoCodes:
    """Codes in DynamoDB. Port `Codes`."""

    def load(self, event_id: str, kind: CodeKind, code_id: str) -> StoredLimit | None:
        """Returns the code; one strongly consistent GetItem."""
        return load_limit(catalog_keys.code(event_id, kind, code_id))

    def find(self, event_id: str, kind: CodeKind, name: str) -> StoredLimit | None:
        """Returns the code with this name; two strongly consistent GetItem."""
        try:
            named = CodeNameItem.get(*catalog_keys.code_name(event_id, kind, name), consistent_read=True)
        except CodeNameItem.DoesNotExist:
            return None
        return self.load(event_id, kind, named.id)

    def load_all(self, event_id: str, kind: CodeKind) -> list[StoredLimit]:
        """Returns all codes of a kind, in order of id; strongly consistent."""
        return load_limits(catalog_keys.code(event_id, kind, ""))

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        """Returns the shards of these owners of stock; strongly consistent."""
        return stocks(shards)

    def create(
        self, event_id: str, kind: CodeKind, code_id: str, made: Representation, *, name: str, stock: list[int]
    ) -> None:
        """Writes a new code with its uses and its name. Raises Lost, Busy."""
        transaction = Transaction()
        item = limit_item(catalog_keys.code(event_id, kind, code_id), code_id, made, shards=len(stock))
        transaction.put("resource", item, LimitItem.pk.does_not_exist())
        _put_name(transaction, event_id, kind, name, code_id)
        for number, quantity in enumerate(stock):
            put_stock(transaction, (code_stock(code_id), number), quantity)
        commit(transaction)

    def replace(
        self,
        event_id: str,
        kind: CodeKind,
        stored: StoredLimit,
        made: Representation,
        *,
        names: tuple[str, str],
        deltas: dict[int, int],
    ) -> None:
        """Writes a changed code, if its tag is still the same. Raises Lost, Busy."""
        transaction = Transaction()
        shards = max(stored.shards, len(deltas))
        item = limit_item(catalog_keys.code(event_id, kind, stored.id), stored.id, made, shards=shards)
        transaction.put("resource", item, LimitItem.etag == stored.etag)
        before, after = names
        if before != after:
            transaction.delete("old name", CodeNameItem(*catalog_keys.code_name(event_id, kind, before)))
            _put_name(transaction, event_id, kind, after, stored.id)
        add_deltas(transaction, code_stock(stored.id), deltas, shards=stored.shards)
        commit(transaction)

    def delete(self, event_id: str, kind: CodeKind, stored: StoredLimit, *, name: str) -> None:
        """Deletes a code that no order has used. Raises Lost, Busy."""
        transaction = Transaction()
        gone = LimitItem(*catalog_keys.code(event_id, kind, stored.id))
        transaction.delete("resource", gone, LimitItem.etag == stored.etag)
        transaction.delete("old name", CodeNameItem(*catalog_keys.code_name(event_id, kind, name)))
        for number in range(stored.shards):
            delete_stock(transaction, (code_stock(stored.id), number))
        commit(transaction)


def _put_name(transaction: Transaction, event_id: str, kind: CodeKind, name: str, code_id: str) -> None:
    item = CodeNameItem(*catalog_keys.code_name(event_id, kind, name), id=code_id)
    transaction.put("name", item, CodeNameItem.pk.does_not_exist())
