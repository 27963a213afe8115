"""Open sockets, the one-time tickets that open them, and what they watch, in the connections table. Ports
`Connections` and `Watches`.

A socket stands twice: under its user, to push, and under its id, to hear. Both are written and removed together.
"""

import json
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.exceptions import UpdateError
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action

from chalicelib.aws.dynamo_errors import is_condition_lost
from chalicelib.aws.dynamo_keys import Key
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.aws.dynamo_tables import ConnectionsTable
from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.core.kinds import View
from chalicelib.core.preconditions import Overtaken, until_settled
from chalicelib.live.adapters import keys as connection_keys
from chalicelib.live.domain.listening import Listening, Window
from chalicelib.live.ports import Connection, Heard, SocketTicket, Versions, Watched, Watcher

TRIES = 5
_CONNECTION = ("id", "user_id", "family", "endpoint", "expires_at")


class TicketItem(ConnectionsTable):
    """A ticket, under the hash of its secret."""


class ConnectionItem(ConnectionsTable):
    """An open socket, under its user."""

    id = UnicodeAttribute()


class OwnerItem(ConnectionsTable):
    """The same socket, under its id, with what it has done: live/domain/listening.py."""

    id = UnicodeAttribute()
    spent = NumberAttribute(default=0)
    window_since = NumberAttribute(default=0)
    window_before = NumberAttribute(default=0)
    watches = UnicodeSetAttribute(null=True)


class WatchItem(ConnectionsTable):
    """That a socket watches an event (`id`, `view`, and the `versions` it knew), or (`told`) what of an event all were
    told. Both stand in the event's partition and are read together.
    """

    id = UnicodeAttribute(null=True)
    view = UnicodeAttribute(null=True)
    versions = UnicodeAttribute()


class DynamoConnections:
    """Port `Connections`. Whose sockets there are is asked for everybody who is told anything, most of whom have none:
    that goes through the light client.
    """

    def __init__(self, queries: DynamoQueries) -> None:
        self._queries = queries

    def keep_ticket(self, secret: str, ticket: SocketTicket) -> None:
        """A new ticket."""
        TicketItem(
            *connection_keys.socket_ticket(secret),
            user_id=ticket.user_id,
            family=ticket.family_id,
            origin=ticket.origin,
            expires_at=ticket.expires_at,
        ).save()

    def ticket(self, secret: str) -> SocketTicket | None:
        """The ticket, if nobody used it."""
        try:
            item = TicketItem.get(*connection_keys.socket_ticket(secret), consistent_read=True)
        except TicketItem.DoesNotExist:
            return None
        return SocketTicket(item.user_id or "", item.family or "", item.origin, int(item.expires_at))

    def drop_ticket(self, secret: str) -> None:
        """Make a ticket useless."""
        TicketItem(*connection_keys.socket_ticket(secret)).delete()

    def open(self, secret: str, connection: Connection) -> bool:
        """Exchange a ticket for a connection; of several that try, one does."""
        transaction = Transaction()
        transaction.delete("ticket", TicketItem(*connection_keys.socket_ticket(secret)), TicketItem.pk.exists())
        transaction.put("connection", ConnectionItem(*_by_user(connection), **_fields(connection)))
        transaction.put("owner", OwnerItem(*connection_keys.connection_owner(connection.id), **_fields(connection)))
        return transaction.try_commit()

    def hear(self, connection_id: str, cost: int) -> Heard | None:
        """Charge a connection for a frame; one write."""
        item = OwnerItem(*connection_keys.connection_owner(connection_id))
        if not _updated(item, [OwnerItem.spent.add(cost)], OwnerItem.pk.exists()):
            return None
        window = Window(int(item.window_since), int(item.window_before))
        return Heard(_connection(item), Listening(frozenset(item.watches or ()), int(item.spent), window))

    def renew(self, connection_id: str, window: Window, *, instead_of: Window) -> None:
        """Begin another window, unless a racing frame did."""
        actions: list[Action] = [OwnerItem.window_since.set(window.since), OwnerItem.window_before.set(window.before)]
        item = OwnerItem(*connection_keys.connection_owner(connection_id))
        _updated(item, actions, OwnerItem.window_before == instead_of.before)

    def of_user(self, user_id: str) -> list[Connection]:
        """All connections of a user; one Query."""
        partition, prefix = connection_keys.connection(user_id, "")
        items = self._queries.query("connections", partition, prefix, _CONNECTION, consistent=True)
        return [
            Connection(
                id=item["id"],
                user_id=item["user_id"],
                family_id=item["family"],
                endpoint=item["endpoint"],
                expires_at=item["expires_at"],
            )
            for item in items
        ]

    def find(self, connection_id: str) -> Connection | None:
        """The connection with this id."""
        try:
            return _connection(OwnerItem.get(*connection_keys.connection_owner(connection_id), consistent_read=True))
        except OwnerItem.DoesNotExist:
            return None

    def forget(self, connection: Connection) -> None:
        """Remove a connection and its watches, as they are when it goes: one that comes meanwhile goes too."""

        def attempt() -> None:
            watches = self._watches(connection.id)
            transaction = Transaction()
            transaction.delete("connection", ConnectionItem(*_by_user(connection)))
            same = OwnerItem.watches == watches if watches else OwnerItem.watches.does_not_exist()
            transaction.delete("owner", OwnerItem(*connection_keys.connection_owner(connection.id)), same)
            for event_id in watches:
                transaction.delete("watch", WatchItem(*connection_keys.watch(event_id, connection.id)))
            if not transaction.try_commit():
                raise Overtaken

        until_settled(attempt, tries=TRIES)

    @staticmethod
    def _watches(connection_id: str) -> set[str]:
        try:
            owner = OwnerItem.get(*connection_keys.connection_owner(connection_id), consistent_read=True)
        except OwnerItem.DoesNotExist:
            return set()
        return set(owner.watches or ())


class DynamoWatches:
    """Port `Watches`. A watch stands under its event, to tell, and with its connection, to be counted and to end with
    it; the two are written together.
    """

    def keep(self, watcher: Watcher, event_id: str, *, most: int) -> bool:
        """Remember that a connection watches an event; a transaction of two."""
        connection = watcher.connection
        watches = OwnerItem.watches
        room = size(watches) < most  # type: ignore[no-untyped-call]
        free = watches.does_not_exist() | room | watches.contains(event_id)
        item = WatchItem(
            *connection_keys.watch(event_id, connection.id),
            view=watcher.view.value,
            versions=json.dumps(watcher.known),
            **_fields(connection),
        )
        transaction = Transaction()
        transaction.put("watch", item)
        owner = OwnerItem(*connection_keys.connection_owner(connection.id))
        transaction.update("owner", owner, [watches.add({event_id})], OwnerItem.pk.exists() & free)
        return transaction.try_commit()

    def drop(self, connection_id: str, event_id: str) -> None:
        """Forget that; a transaction of two, or, when the connection is gone, one delete."""
        item = WatchItem(*connection_keys.watch(event_id, connection_id))
        transaction = Transaction()
        transaction.delete("watch", item)
        owner = OwnerItem(*connection_keys.connection_owner(connection_id))
        transaction.update("owner", owner, [OwnerItem.watches.delete({event_id})], OwnerItem.pk.exists())
        if not transaction.try_commit():
            item.delete()

    def of_event(self, event_id: str) -> Watched:
        """Who watches an event and what they were told; one Query."""
        partition, prefix = connection_keys.watch(event_id, "")
        watchers: list[Watcher] = []
        told: dict[View, Versions] = {}
        for item in WatchItem.query(partition, consistent_read=True):
            versions = json.loads(item.versions)
            if item.sk.startswith(prefix):
                watchers.append(Watcher(_connection(item), View(item.view), versions))
            else:
                told = {View(view): known for view, known in versions.items()}
        return Watched(watchers, told)

    def tell(self, event_id: str, told: dict[View, Versions], *, expires_at: int) -> None:
        """Remember what all watchers of an event were told."""
        WatchItem(*connection_keys.told_watchers(event_id), versions=json.dumps(told), expires_at=expires_at).save()


def _updated(item: OwnerItem, actions: list[Action], condition: Condition) -> bool:
    """Whether the condition held."""
    try:
        item.update(actions=actions, condition=condition)
    except UpdateError as error:
        if not is_condition_lost(error):
            raise
        return False
    return True


def _by_user(connection: Connection) -> Key:
    return connection_keys.connection(connection.user_id, connection.id)


def _fields(connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.id,
        "user_id": connection.user_id,
        "family": connection.family_id,
        "endpoint": connection.endpoint,
        "expires_at": connection.expires_at,
    }


def _connection(item: ConnectionItem | OwnerItem | WatchItem) -> Connection:
    return Connection(
        id=item.id or "",
        user_id=item.user_id or "",
        family_id=item.family or "",
        endpoint=item.endpoint or "",
        expires_at=int(item.expires_at),
    )
