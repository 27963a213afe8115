"""Writes of ticket types: each one transaction of the type, its stock and the tag of the event's pages.

Port `TicketTypes`. The pages show prices, so a changed type gives them a fresh tag like any other content.
"""

from chalicelib.adapters.dynamo import keys
from chalicelib.adapters.dynamo.content_items import VersionsItem
from chalicelib.adapters.dynamo.content_store import view_tag
from chalicelib.adapters.dynamo.sales_items import StockItem, TicketTypeItem
from chalicelib.adapters.dynamo.stock_writes import delete_stock, lost_from, move_stock, put_stock
from chalicelib.adapters.dynamo.transactions import ConditionLost, Transaction
from chalicelib.domain.kinds import REVISION, View
from chalicelib.domain.order_facts import Move
from chalicelib.domain.representation import Representation
from chalicelib.domain.stock import Shard
from chalicelib.ports.sales import StoredTicketType


class DynamoTicketTypes:
    """Port `TicketTypes`."""

    def load(self, event_id: str, ticket_type_id: str) -> StoredTicketType | None:
        """A ticket type, strongly consistent."""
        try:
            item = TicketTypeItem.get(*keys.ticket_type(event_id, ticket_type_id), consistent_read=True)
        except TicketTypeItem.DoesNotExist:
            return None
        return StoredTicketType(item.id, item.etag, item.body, item.hidden, int(item.shards))

    def shards(self, ticket_type_id: str, count: int) -> list[Shard]:
        """The stock of a ticket type, strongly consistent."""
        places = [keys.stock(ticket_type_id, number) for number in range(count)]
        numbers = {key: number for number, key in enumerate(places)}
        found = StockItem.batch_get(places, consistent_read=True)
        shards = [Shard(numbers[s.pk, s.sk], int(s.left), int(s.held), int(s.sold)) for s in found]
        return sorted(shards)

    def create(
        self, event_id: str, ticket_type_id: str, made: Representation, *, hidden: bool, stock: list[int], tag: str
    ) -> None:
        """A new ticket type with its stock. Raises Lost."""
        transaction = Transaction()
        item = _item(event_id, ticket_type_id, made, hidden=hidden, shards=len(stock))
        transaction.put("resource", item, TicketTypeItem.pk.does_not_exist())
        for number, quantity in enumerate(stock):
            put_stock(transaction, (ticket_type_id, number), quantity)
        _renew_pages(transaction, event_id, tag)
        _commit(transaction)

    def replace(
        self,
        event_id: str,
        stored: StoredTicketType,
        made: Representation,
        *,
        hidden: bool,
        deltas: dict[int, int],
        tag: str,
    ) -> None:
        """A changed ticket type with changed capacities. Raises Lost."""
        transaction = Transaction()
        shards = max(stored.shards, len(deltas))
        item = _item(event_id, stored.id, made, hidden=hidden, shards=shards)
        transaction.put("resource", item, TicketTypeItem.etag == stored.etag)
        for number, delta in deltas.items():
            if number >= stored.shards:
                put_stock(transaction, (stored.id, number), delta)
            else:
                move_stock(transaction, (stored.id, number), Move(left=delta), capacity=delta)
        _renew_pages(transaction, event_id, tag)
        _commit(transaction)

    def delete(self, event_id: str, stored: StoredTicketType, *, tag: str) -> None:
        """Remove a ticket type of which nothing is held or sold. Raises Lost."""
        transaction = Transaction()
        gone = TicketTypeItem(*keys.ticket_type(event_id, stored.id), etag=stored.etag)
        transaction.delete("resource", gone, TicketTypeItem.etag == stored.etag)
        for number in range(stored.shards):
            delete_stock(transaction, (stored.id, number))
        _renew_pages(transaction, event_id, tag)
        _commit(transaction)


def _item(event_id: str, ticket_type_id: str, made: Representation, *, hidden: bool, shards: int) -> TicketTypeItem:
    return TicketTypeItem(
        *keys.ticket_type(event_id, ticket_type_id),
        id=ticket_type_id,
        rev=REVISION,
        etag=made.etag,
        body=made.body,
        hidden=hidden,
        shards=shards,
    )


def _renew_pages(transaction: Transaction, event_id: str, tag: str) -> None:
    for view in View:
        versions = VersionsItem(*keys.versions(event_id, view))
        transaction.update("event", versions, [VersionsItem.etag.set(view_tag(tag, view))], VersionsItem.pk.exists())


def _commit(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except ConditionLost as lost:
        raise lost_from(lost) from None
