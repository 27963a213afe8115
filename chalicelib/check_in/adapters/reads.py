"""What is looked up around admissions: orders, names of people, what is sold. Port `GateView`."""

from collections.abc import Iterable, Sequence

from chalicelib.accounts.adapters import keys as account_keys
from chalicelib.accounts.adapters.roles import list_users_allowed
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Reader
from chalicelib.orders.adapters import keys as order_keys
from chalicelib.orders.adapters.dynamo import load_orders
from chalicelib.orders.adapters.items import TicketedItem
from chalicelib.orders.domain.order import OrderRecord

_LAST = "~"
"""Sorts behind every id."""


class DynamoGateView:
    """Port `GateView`."""

    def __init__(self, reader: Reader, queries: DynamoQueries) -> None:
        self._reader = reader
        self._queries = queries

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        """Orders by id; one BatchGetItem for 100."""
        return load_orders(order_ids)

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        """Ids of orders of an event that have or had tickets, behind one of them; one Query."""
        partition, prefix = order_keys.order_of_event(event_id, "")
        condition = TicketedItem.sk.between(f"{prefix}{after}", f"{prefix}{_LAST}")
        items = TicketedItem.query(partition, condition, limit=limit + 1, consistent_read=True)
        found = [str(item.sk).removeprefix(prefix) for item in items]
        return [order_id for order_id in found if order_id != after][:limit]

    def list_gatekeepers(self, event_id: str) -> list[str]:
        """Ids of users who may check in at an event; one Query."""
        return list_users_allowed(self._queries, event_id, Action.CHECK_IN)

    def load_names(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Names of accounts by id."""
        wanted = sorted(set(user_ids))
        items = self._reader.get_many("people", [account_keys.account(one) for one in wanted], ("name",))
        return {user_id: str(item["name"]) for user_id, item in zip(wanted, items, strict=True) if item}

    def count_sold(self, shards: dict[str, int]) -> dict[str, int]:
        """How many tickets of each type are sold; one BatchGetItem for 100 shards."""
        places = [(owner, number) for owner, count in shards.items() for number in range(count)]
        found = dict.fromkeys(shards, 0)
        items = self._reader.get_many("sales", [catalog_keys.stock(*place) for place in places], ("sold",))
        for (owner, _), item in zip(places, items, strict=True):
            found[owner] += int(item["sold"]) if item and "sold" in item else 0
        return found
