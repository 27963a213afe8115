"""Stores which events open sockets watch. Implements the port `Watches`."""

import json

from pynamodb.expressions.condition import size

from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.core.kinds import View
from chalicelib.live.adapters import keys as connection_keys
from chalicelib.live.adapters.items import (
    OwnerItem,
    WatchItem,
    connection_of,
    fields_of,
)
from chalicelib.live.ports import Versions, Watched, Watcher


class DynamoWatches:
    """Implements the port `Watches`. A watch is stored under its event, for pushes, and in the connection's item, so
    that watches are counted and end with the connection. Both are written together.
    """

    def keep(self, watcher: Watcher, event_id: str, *, most: int) -> bool:
        """One transaction of two items."""
        connection = watcher.connection
        watches = OwnerItem.watches
        room = size(watches) < most  # type: ignore[no-untyped-call]
        free = watches.does_not_exist() | room | watches.contains(event_id)
        item = WatchItem(
            *connection_keys.watch(event_id, connection.id),
            view=watcher.view.value,
            versions=json.dumps(watcher.known),
            **fields_of(connection),
        )
        transaction = Transaction()
        transaction.put("watch", item)
        owner = OwnerItem(*connection_keys.connection_owner(connection.id))
        transaction.update("owner", owner, [watches.add({event_id})], OwnerItem.pk.exists() & free)
        return transaction.try_commit()

    def drop(self, connection_id: str, event_id: str) -> None:
        """One transaction of two items, or one DeleteItem when the connection is gone."""
        item = WatchItem(*connection_keys.watch(event_id, connection_id))
        transaction = Transaction()
        transaction.delete("watch", item)
        owner = OwnerItem(*connection_keys.connection_owner(connection_id))
        transaction.update("owner", owner, [OwnerItem.watches.delete({event_id})], OwnerItem.pk.exists())
        if not transaction.try_commit():
            item.delete()

    def load_watched(self, event_id: str) -> Watched:
        """Returns the watchers of an event and the versions they were sent; one Query."""
        partition, prefix = connection_keys.watch(event_id, "")
        watchers: list[Watcher] = []
        told: dict[View, Versions] = {}
        for item in WatchItem.query(partition, consistent_read=True):
            versions = json.loads(item.versions)
            if item.sk.startswith(prefix):
                watchers.append(Watcher(connection_of(item), View(item.view), versions))
            else:
                told = {View(view): known for view, known in versions.items()}
        return Watched(watchers, told)

    def remember(self, event_id: str, told: dict[View, Versions], *, expires_at: int) -> None:
        """One PutItem."""
        WatchItem(*connection_keys.told_watchers(event_id), versions=json.dumps(told), expires_at=expires_at).save()
