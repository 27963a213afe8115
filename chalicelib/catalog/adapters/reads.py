"""Reads of ticket types and stock with the light client. Port `CatalogView`; no PynamoDB, no msgspec."""

from typing import Any

from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.catalog.adapters.quota_text import quotas_of
from chalicelib.catalog.domain.demand import Room
from chalicelib.catalog.ports import StoredTicketType
from chalicelib.core.ids import is_ulid
from chalicelib.core.ports import Reader

_TYPE = ("id", "etag", "body", "hidden", "shards", "quotas", "terms", "waiting")


class DynamoCatalogView:
    """Ticket types and stock read from DynamoDB. Port `CatalogView`."""

    def __init__(self, reader: Reader, queries: DynamoQueries) -> None:
        self._reader = reader
        self._queries = queries

    def load_ticket_type(
        self, event_id: str, ticket_type_id: str, *, consistent: bool = False
    ) -> StoredTicketType | None:
        """Returns the ticket type; one GetItem."""
        if not is_ulid(ticket_type_id):
            return None
        key = catalog_keys.ticket_type(event_id, ticket_type_id)
        return _ticket_type(self._reader.get("sales", key, _TYPE, consistent=consistent))

    def load_ticket_types(self, event_id: str, *, consistent: bool = False) -> list[StoredTicketType]:
        """Returns all ticket types of an event, in order of id; one Query."""
        partition, prefix = catalog_keys.ticket_type(event_id, "")
        items = self._queries.query("sales", partition, prefix, _TYPE, consistent=consistent)
        return [found for found in map(_ticket_type, items) if found is not None]

    def load_lefts(self, shards: dict[str, int], *, consistent: bool = False) -> dict[tuple[str, int], int]:
        """Returns what each shard has left; one BatchGetItem for 100 shards."""
        places = [(owner, number) for owner, count in shards.items() for number in range(count)]
        items = self._reader.get_many(
            "sales", [catalog_keys.stock(*place) for place in places], ("left",), consistent=consistent
        )
        return {place: int(item["left"]) for place, item in zip(places, items, strict=True) if item}

    def load_rooms(self, owners: list[str]) -> dict[str, Room]:
        """Returns what is left of stocks with one shard, and their capacity; one strongly consistent BatchGetItem."""
        wanted = [catalog_keys.stock(owner, 0) for owner in owners]
        items = self._reader.get_many("sales", wanted, ("left", "capacity"), consistent=True)
        found = zip(owners, items, strict=True)
        return {owner: Room(int(item["left"]), int(item["capacity"])) for owner, item in found if item}


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
