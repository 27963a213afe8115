"""Writes ticket types: one transaction of the type, its stock and the tag of the event's pages.

Implements the port `TicketTypes`. The pages show prices, so a changed type gives them a new tag, like other content.
"""

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.catalog.adapters.items import TicketTypeItem
from chalicelib.catalog.adapters.quota_text import quotas_of, quotas_text
from chalicelib.catalog.adapters.stock import (
    add_deltas,
    delete_stock,
    lost_from,
    put_stock,
    stocks,
    terms_are,
)
from chalicelib.catalog.domain.stock import Shard
from chalicelib.catalog.ports import StoredTicketType
from chalicelib.content.adapters.writes import view_tag
from chalicelib.core.kinds import REVISION, View
from chalicelib.representations.dynamo_items import VersionsItem
from chalicelib.representations.represent import Representation


class DynamoTicketTypes:
    """Ticket types in DynamoDB. Port `TicketTypes`."""

    def load(self, event_id: str, ticket_type_id: str) -> StoredTicketType | None:
        """Returns the ticket type; one strongly consistent GetItem."""
        try:
            item = TicketTypeItem.get(*catalog_keys.ticket_type(event_id, ticket_type_id), consistent_read=True)
        except TicketTypeItem.DoesNotExist:
            return None
        quotas, terms, waiting = quotas_of(item.quotas), int(item.terms or 0), bool(item.waiting)
        return StoredTicketType(item.id, item.etag, item.body, item.hidden, int(item.shards), quotas, terms, waiting)

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        """Returns the shards of these owners of stock; strongly consistent."""
        return stocks(shards)

    def create(
        self, event_id: str, ticket_type_id: str, made: Representation, *, hidden: bool, stock: list[int], tag: str
    ) -> None:
        """Writes a new ticket type with its stock. Raises Lost, Busy."""
        transaction = Transaction()
        new = StoredTicketType(ticket_type_id, made.etag, made.body, hidden, len(stock))
        item = _item(event_id, new, made, hidden=hidden, shards=len(stock))
        transaction.put("resource", item, TicketTypeItem.pk.does_not_exist())
        for number, quantity in enumerate(stock):
            put_stock(transaction, (ticket_type_id, number), quantity)
        renew_pages(transaction, event_id, tag)
        commit(transaction)

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
        """Writes a changed ticket type and capacities, if its tag and terms are still the same. Raises Lost, Busy."""
        transaction = Transaction()
        shards = max(stored.shards, len(deltas))
        item = _item(event_id, stored, made, hidden=hidden, shards=shards)
        same = (TicketTypeItem.etag == stored.etag) & terms_are(TicketTypeItem, stored.terms)
        transaction.put("resource", item, same)
        awaited_in = event_id if stored.waiting else None
        add_deltas(transaction, stored.id, deltas, shards=stored.shards, terms=stored.terms, awaited_in=awaited_in)
        renew_pages(transaction, event_id, tag)
        commit(transaction)

    def delete(self, event_id: str, stored: StoredTicketType, *, tag: str) -> None:
        """Deletes a ticket type of which nothing is held or sold. Raises Lost, Busy."""
        transaction = Transaction()
        gone = TicketTypeItem(*catalog_keys.ticket_type(event_id, stored.id), etag=stored.etag)
        same = (TicketTypeItem.etag == stored.etag) & terms_are(TicketTypeItem, stored.terms)
        transaction.delete("resource", gone, same)
        for number in range(stored.shards):
            delete_stock(transaction, (stored.id, number))
        renew_pages(transaction, event_id, tag)
        commit(transaction)


def _item(
    event_id: str, stored: StoredTicketType, made: Representation, *, hidden: bool, shards: int
) -> TicketTypeItem:
    return TicketTypeItem(
        *catalog_keys.ticket_type(event_id, stored.id),
        id=stored.id,
        rev=REVISION,
        etag=made.etag,
        body=made.body,
        hidden=hidden,
        shards=shards,
        quotas=quotas_text(dict(stored.quotas)) or None,
        terms=stored.terms or None,
        waiting=stored.waiting or None,
    )


def renew_pages(transaction: Transaction, event_id: str, tag: str) -> None:
    """Gives the event's pages a new tag, since they show prices and what is left."""
    for view in View:
        versions = VersionsItem(*keys.versions(event_id, view))
        transaction.update("event", versions, [VersionsItem.etag.set(view_tag(tag, view))], VersionsItem.pk.exists())


def commit(transaction: Transaction) -> None:
    """Writes the transaction. Raises Lost, Busy."""
    try:
        transaction.commit()
    except ConditionLost as lost:
        raise lost_from(lost) from None
