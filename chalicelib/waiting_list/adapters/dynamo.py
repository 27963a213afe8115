"""Reads and writes waiting lists. Port `WaitingLists`.

A person who waits has three items: the entry, a place in the queue (its key sorts by when they joined), and a
membership that prevents waiting twice. An offer adds an item by its deadline, with which the timer finds it.
"""

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_tables import SalesTable
from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.catalog.adapters.terms import change_terms
from chalicelib.catalog.adapters.ticket_types import commit
from chalicelib.catalog.ports import StoredTicketType
from chalicelib.orders.adapters.dynamo import add_change
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.ports import SaleChange
from chalicelib.waiting_list.adapters import keys as waiting_keys
from chalicelib.waiting_list.domain.entry import Entry
from chalicelib.waiting_list.ports import Offer, Queue, StoredEntry


class EntryItem(SalesTable):
    """An entry of a waiting list."""

    body = UnicodeAttribute()
    user_id = UnicodeAttribute(null=True)
    access_hash = UnicodeAttribute(null=True)


class PlaceItem(SalesTable):
    """A place in a queue, a membership, or an offer. It has no attributes but its keys."""


class QueueItem(SalesTable):
    """A queue for a ticket type."""

    joined = NumberAttribute()


class DynamoWaitingLists:
    """Waiting lists in DynamoDB. Port `WaitingLists`."""

    def load_entry(self, event_id: str, entry_id: str) -> StoredEntry | None:
        """Returns the entry; one strongly consistent GetItem."""
        try:
            item = EntryItem.get(*waiting_keys.waiting_entry(event_id, entry_id), consistent_read=True)
        except EntryItem.DoesNotExist:
            return None
        return StoredEntry(msgspec.json.decode(item.body, type=Entry), item.user_id, item.access_hash)

    def load_entries(self, event_id: str) -> list[Entry]:
        """Returns all entries of an event in the order they joined."""
        partition, prefix = waiting_keys.waiting_entry(event_id, "")
        found = EntryItem.query(partition, EntryItem.sk.startswith(prefix), consistent_read=True)
        return [msgspec.json.decode(item.body, type=Entry) for item in found]

    def load_queue(self, event_id: str, ticket_type_id: str) -> Queue | None:
        """Returns the queue for a ticket type; None when nobody waits."""
        try:
            item = QueueItem.get(*waiting_keys.queue(event_id, ticket_type_id), consistent_read=True)
        except QueueItem.DoesNotExist:
            return None
        return Queue(event_id, ticket_type_id, int(item.joined))

    def list_queues(self) -> list[Queue]:
        """Returns the queues of all events; eventually consistent."""
        partition, prefix = waiting_keys.queue("", "")[0], "QUEUE#"
        found = QueueItem.query(partition, QueueItem.sk.startswith(prefix))
        named = [(str(item.sk).removeprefix(prefix).partition("#"), int(item.joined)) for item in found]
        return [Queue(event_id, ticket_type_id, joined) for (event_id, _, ticket_type_id), joined in named]

    def load_first(self, ticket_type_id: str) -> str | None:
        """Returns the id of the entry that has waited longest, or None."""
        partition, prefix = waiting_keys.queue_place(ticket_type_id, "")
        found = PlaceItem.query(partition, PlaceItem.sk.startswith(prefix), consistent_read=True, limit=1)
        return next((str(item.sk).removeprefix(prefix) for item in found), None)

    def join(self, new: StoredEntry, *, member: str, begins: StoredTicketType | None) -> None:
        """Adds a new entry at the end. Raises Lost, Busy."""
        transaction, entry = Transaction(), new.entry
        transaction.put("resource", _item(new), EntryItem.pk.does_not_exist())
        transaction.put("place", PlaceItem(*waiting_keys.queue_place(entry.ticket_type_id, entry.id)))
        membership = PlaceItem(*waiting_keys.queue_member(entry.ticket_type_id, member))
        transaction.put("member", membership, PlaceItem.pk.does_not_exist())
        queue = QueueItem(*waiting_keys.queue(entry.event_id, entry.ticket_type_id))
        if begins is None:
            transaction.update("queue", queue, [QueueItem.joined.add(1)], QueueItem.pk.exists())
        else:
            queue.joined = 1
            transaction.put("queue", queue, QueueItem.pk.does_not_exist())
            change_terms(transaction, entry.event_id, begins, quotas=dict(begins.quotas), waiting=True)
        commit(transaction)

    def step(self, after: StoredEntry, *, member: str) -> None:
        """Stores an entry that no longer waits. Raises Lost, Busy."""
        transaction = Transaction()
        _step(transaction, after, member)
        commit(transaction)

    def offer(self, change: SaleChange, after: StoredEntry, *, member: str) -> None:
        """Writes a new order for an entry, which no longer waits. Raises Lost, Busy."""
        transaction = Transaction()
        add_change(transaction, change)
        _step(transaction, after, member)
        if change.after.state is OrderState.RESERVED:
            mark = waiting_keys.waiting_offer(change.after.deadline, change.after.id)
            transaction.put("offer", PlaceItem(*mark))
        commit(transaction)

    def end(self, queue: Queue, stored: StoredTicketType) -> None:
        """Ends a queue in which nobody waits. Raises Lost, Busy."""
        transaction = Transaction()
        item = QueueItem(*waiting_keys.queue(queue.event_id, queue.ticket_type_id))
        transaction.delete("queue", item, QueueItem.joined == queue.joined)
        change_terms(transaction, queue.event_id, stored, quotas=dict(stored.quotas), waiting=False)
        commit(transaction)

    def list_offers(self, *, until: int) -> list[Offer]:
        """Returns offers whose hold ended at `until` or earlier (Unix seconds), oldest first."""
        partition, last = waiting_keys.waiting_offer(until + 1, "")
        found = PlaceItem.query(partition, PlaceItem.sk < last)
        parts = [str(item.sk).split("#") for item in found]
        return [Offer(order_id, int(deadline)) for _, deadline, order_id in parts]

    def forget(self, offer: Offer) -> None:
        """Removes an offer whose order is settled from the list of offers."""
        PlaceItem(*waiting_keys.waiting_offer(offer.deadline, offer.order_id)).delete()


def _item(stored: StoredEntry) -> EntryItem:
    entry = stored.entry
    body = msgspec.json.encode(entry).decode()
    key = waiting_keys.waiting_entry(entry.event_id, entry.id)
    return EntryItem(*key, body=body, user_id=stored.user_id, access_hash=stored.access_hash)


def _step(transaction: Transaction, after: StoredEntry, member: str) -> None:
    entry = after.entry
    transaction.put("entry", _item(after))
    place = PlaceItem(*waiting_keys.queue_place(entry.ticket_type_id, entry.id))
    transaction.delete("place", place, PlaceItem.pk.exists())
    transaction.delete("membership", PlaceItem(*waiting_keys.queue_member(entry.ticket_type_id, member)))
