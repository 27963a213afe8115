"""Reads the rows and totals of an event's sales with the light client. Port `SalesLists`; no PynamoDB."""

from collections.abc import Iterator
from typing import Any

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.catalog.domain.stock import Shard
from chalicelib.core.ports import Reader
from chalicelib.reports.adapters import keys as report_keys
from chalicelib.reports.domain.sales_totals import Tally, merged
from chalicelib.reports.ports import ListedRow

_LAST = "~"
"""A character that sorts after every id."""
_SOLD = ("orders", "tickets", "voided", "gross", "refunded", "charged_back")
_MOVED = ("charges", "refunds", "disputes", "fees", "net")
_STOCK = ("left", "held", "sold")


class DynamoSalesLists:
    """Rows and totals read from DynamoDB. Port `SalesLists`."""

    def __init__(self, reader: Reader, queries: DynamoQueries) -> None:
        self._reader = reader
        self._queries = queries

    def load_orders(self, event_id: str, *, first: str, step: int) -> Iterator[ListedRow]:
        """Yields rows of orders, newest first; one Query for `step` of them."""
        return self._rows(report_keys.order_row(event_id, ""), first, step)

    def load_charges(self, event_id: str, *, first: str, step: int) -> Iterator[ListedRow]:
        """Yields rows of charges, those of the newest order first; one Query for `step` of them."""
        return self._rows(report_keys.charge_row(event_id, "", ""), first, step)

    def load_totals(self, event_id: str) -> Tally:
        """Returns the sum of the tallies of all orders; one Query for each part."""
        found: list[Tally] = []
        for part in range(report_keys.TALLY_PARTS):
            partition, prefix = report_keys.sales_tally(event_id, part, "")
            items = self._queries.query("sales", partition, prefix, ("sk", *_SOLD, *_MOVED), consistent=True)
            found.append({item.pop("sk").removeprefix(prefix): item for item in items})
        return merged(found)

    def load_stock(self, shards: dict[str, int]) -> dict[str, Shard]:
        """Returns the stock of ticket types; one BatchGetItem for 100 shards."""
        places = [(owner, number) for owner, count in shards.items() for number in range(count)]
        found = {owner: Shard(0, 0, 0, 0) for owner in shards}
        items = self._reader.get_many("sales", [catalog_keys.stock(*one) for one in places], _STOCK, consistent=True)
        for (owner, _), item in zip(places, items, strict=True):
            found[owner] = _together(found[owner], item or {})
        return found

    def _rows(self, key: keys.Key, first: str, step: int) -> Iterator[ListedRow]:
        partition, prefix = key
        between = prefix, f"{prefix}{first or _LAST}"
        for item in self._queries.backwards("sales", partition, between, ("sk", "body"), step=step):
            yield ListedRow(item["sk"].removeprefix(prefix), item["body"])


def _together(one: Shard, item: dict[str, Any]) -> Shard:
    return Shard(0, *(getattr(one, name) + int(item.get(name, 0)) for name in _STOCK))
