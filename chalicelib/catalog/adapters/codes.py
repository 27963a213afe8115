"""Writes of codes: each one transaction of the code, its uses, and the name that makes it unique. Port `Codes`."""

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
    """Port `Codes`."""

    def load(self, event_id: str, kind: CodeKind, code_id: str) -> StoredLimit | None:
        """A code, strongly consistent."""
        return load_limit(catalog_keys.code(event_id, kind, code_id))

    def find(self, event_id: str, kind: CodeKind, name: str) -> StoredLimit | None:
        """A code by what buyers type: two GetItem."""
        try:
            named = CodeNameItem.get(*catalog_keys.code_name(event_id, kind, name), consistent_read=True)
        except CodeNameItem.DoesNotExist:
            return None
        return self.load(event_id, kind, named.id)

    def load_all(self, event_id: str, kind: CodeKind) -> list[StoredLimit]:
        """All codes of a kind, by id, strongly consistent."""
        return load_limits(catalog_keys.code(event_id, kind, ""))

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        """The shards of all these owners of stock, strongly consistent."""
        return stocks(shards)

    def create(
        self, event_id: str, kind: CodeKind, code_id: str, made: Representation, *, name: str, stock: list[int]
    ) -> None:
        """A new code. Raises Lost."""
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
        """A changed code. Raises Lost."""
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
        """Remove a code of which no order made use. Raises Lost."""
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
