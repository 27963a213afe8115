"""What is looked up around admissions: orders, names of people, what is sold. Port `GateView`."""

from collections.abc import Iterable, Sequence

from chalicelib.adapters.dynamo import keys
from chalicelib.adapters.dynamo.queries import DynamoQueries
from chalicelib.adapters.dynamo.sales_items import TicketedItem
from chalicelib.adapters.dynamo.sales_store import load_orders
from chalicelib.domain.order import OrderRecord
from chalicelib.domain.permission import Action, allows
from chalicelib.ports import Reader

_BATCH = 100
_LAST = "~"
"""Sorts behind every id."""


class DynamoGateView:
    """Port `GateView`."""

    def __init__(self, reader: Reader, queries: DynamoQueries) -> None:
        self._reader = reader
        self._queries = queries

    def orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        """Orders by id; one BatchGetItem for 100."""
        return load_orders(order_ids)

    def order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        """Ids of orders of an event that have or had tickets, behind one of them; one Query."""
        partition, prefix = keys.order_of_event(event_id, "")
        condition = TicketedItem.sk.between(f"{prefix}{after}", f"{prefix}{_LAST}")
        items = TicketedItem.query(partition, condition, limit=limit + 1, consistent_read=True)
        found = [str(item.sk).removeprefix(prefix) for item in items]
        return [order_id for order_id in found if order_id != after][:limit]

    def gatekeepers(self, event_id: str) -> list[str]:
        """Ids of users who may check in at an event; one Query."""
        partition, prefix = keys.role_in_event(event_id, "")
        items = self._queries.query("people", partition, prefix, ("sk", "role"), consistent=True)
        return [str(item["sk"]).removeprefix(prefix) for item in items if allows(item["role"], Action.CHECK_IN)]

    def people(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Names of accounts by id."""
        wanted = sorted(set(user_ids))
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            items = self._reader.get_many("people", [keys.account(one) for one in batch], ("name",))
            found |= {user_id: str(item["name"]) for user_id, item in zip(batch, items, strict=True) if item}
        return found

    def sold(self, shards: dict[str, int]) -> dict[str, int]:
        """How many tickets of each type are sold; one BatchGetItem for 100 shards."""
        places = [(owner, number) for owner, count in shards.items() for number in range(count)]
        found = dict.fromkeys(shards, 0)
        for start in range(0, len(places), _BATCH):
            batch = places[start : start + _BATCH]
            items = self._reader.get_many("sales", [keys.stock(*place) for place in batch], ("sold",))
            for (owner, _), item in zip(batch, items, strict=True):
                found[owner] += int(item["sold"]) if item and "sold" in item else 0
        return found
