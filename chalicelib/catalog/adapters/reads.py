"""Reads of ticket types, stock, orders and charges on the light client. Port `SalesView`; no PynamoDB, no msgspec."""

from typing import Any

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.catalog.adapters.quota_text import quotas_of
from chalicelib.catalog.domain.demand import Room
from chalicelib.catalog.ports import StoredTicketType
from chalicelib.core.ids import is_ulid
from chalicelib.core.ports import Reader
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.ports import paid_mail_key
from chalicelib.orders.ports import StoredOrder

_TYPE = ("id", "etag", "body", "hidden", "shards", "quotas", "terms", "waiting")
_ORDER = ("etag", "body", "user_id", "access_hash", "reason")


class DynamoSalesView:
    """Port `SalesView`."""

    def __init__(self, reader: Reader, queries: DynamoQueries) -> None:
        self._reader = reader
        self._queries = queries

    def ticket_type(self, event_id: str, ticket_type_id: str, *, consistent: bool = False) -> StoredTicketType | None:
        """One ticket type; one GetItem."""
        if not is_ulid(ticket_type_id):
            return None
        key = keys.ticket_type(event_id, ticket_type_id)
        return _ticket_type(self._reader.get("sales", key, _TYPE, consistent=consistent))

    def ticket_types(self, event_id: str, *, consistent: bool = False) -> list[StoredTicketType]:
        """All ticket types of an event, by id; one Query."""
        partition, prefix = keys.ticket_type(event_id, "")
        items = self._queries.query("sales", partition, prefix, _TYPE, consistent=consistent)
        return [found for found in map(_ticket_type, items) if found is not None]

    def lefts(self, shards: dict[str, int], *, consistent: bool = False) -> dict[tuple[str, int], int]:
        """What every shard has left; one BatchGetItem for 100 shards."""
        places = [(owner, number) for owner, count in shards.items() for number in range(count)]
        items = self._reader.get_many(
            "sales", [keys.stock(*place) for place in places], ("left",), consistent=consistent
        )
        return {place: int(item["left"]) for place, item in zip(places, items, strict=True) if item}

    def rooms(self, owners: list[str]) -> dict[str, Room]:
        """How stock of one shard stands; one strongly consistent BatchGetItem."""
        wanted = [keys.stock(owner, 0) for owner in owners]
        items = self._reader.get_many("sales", wanted, ("left", "capacity"), consistent=True)
        found = zip(owners, items, strict=True)
        return {owner: Room(int(item["left"]), int(item["capacity"])) for owner, item in found if item}

    def order(self, order_id: str) -> StoredOrder | None:
        """An order; one strongly consistent GetItem."""
        if not is_ulid(order_id):
            return None
        item = self._reader.get("sales", keys.order(order_id), _ORDER, consistent=True)
        if item is None:
            return None
        return StoredOrder(item["etag"], item["body"], item.get("user_id"), item.get("access_hash"), item.get("reason"))

    def tickets_mail_state(self, order_id: str) -> str | None:
        """What became of the mail with an order's tickets; one GetItem."""
        key = notification_keys.mail(keys.digest(paid_mail_key(order_id)))
        item = self._reader.get("notifications", key, ("state",))
        return None if item is None else str(item["state"])

    def charges(self, order_id: str) -> list[str]:
        """The representations of an order's charges; one strongly consistent Query."""
        return self._bodies(keys.charge(order_id, ""))

    def refunds(self, order_id: str) -> list[str]:
        """The representations of an order's wanted refunds; one strongly consistent Query."""
        return self._bodies(keys.refund_wish(order_id, ""))

    def _bodies(self, key: keys.Key) -> list[str]:
        partition, prefix = key
        items = self._queries.query("sales", partition, prefix, ("body",), consistent=True)
        return [str(item["body"]) for item in items]


def _ticket_type(item: dict[str, Any] | None) -> StoredTicketType | None:
    if item is None:
        return None
    return StoredTicketType(
        item["id"],
        item["etag"],
        item["body"],
        bool(item["hidden"]),
        int(item["shards"]),
        quotas_of(item.get("quotas")),
        int(item.get("terms") or 0),
        bool(item.get("waiting")),
    )
