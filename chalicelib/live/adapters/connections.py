"""Open sockets, and the one-time tickets that open them. Port `Connections`.

A socket stands twice: under its user, to push, and under its id, to hear. Both are written and removed together.
"""

from pynamodb.expressions.update import Action

from chalicelib.aws.dynamo_keys import Key
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.aws.dynamo_transactions import Transaction, try_update
from chalicelib.core.preconditions import Overtaken, until_settled
from chalicelib.live.adapters import keys as connection_keys
from chalicelib.live.adapters.items import (
    ConnectionItem,
    OwnerItem,
    TicketItem,
    WatchItem,
    connection_of,
    fields_of,
)
from chalicelib.live.domain.listening import Listening, Window
from chalicelib.live.ports import Connection, Heard, SocketTicket

TRIES = 5
_CONNECTION = ("id", "user_id", "family", "endpoint", "expires_at")


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
            family=ticket.sign_in_id,
            origin=ticket.origin,
            expires_at=ticket.expires_at,
        ).save()

    def load_ticket(self, secret: str) -> SocketTicket | None:
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
        transaction.put("connection", ConnectionItem(*_by_user(connection), **fields_of(connection)))
        transaction.put("owner", OwnerItem(*connection_keys.connection_owner(connection.id), **fields_of(connection)))
        return transaction.try_commit()

    def charge_frame(self, connection_id: str, cost: int) -> Heard | None:
        """Charge a connection for a frame; one write."""
        item = OwnerItem(*connection_keys.connection_owner(connection_id))
        if not try_update(item, [OwnerItem.spent.add(cost)], OwnerItem.pk.exists()):
            return None
        window = Window(int(item.window_since), int(item.window_before))
        return Heard(connection_of(item), Listening(frozenset(item.watches or ()), int(item.spent), window))

    def renew(self, connection_id: str, window: Window, *, instead_of: Window) -> None:
        """Begin another window, unless a racing frame did."""
        actions: list[Action] = [OwnerItem.window_since.set(window.since), OwnerItem.window_before.set(window.before)]
        item = OwnerItem(*connection_keys.connection_owner(connection_id))
        try_update(item, actions, OwnerItem.window_before == instead_of.before)

    def list_connections(self, user_id: str) -> list[Connection]:
        """All connections of a user; one Query."""
        partition, prefix = connection_keys.connection(user_id, "")
        items = self._queries.query("connections", partition, prefix, _CONNECTION, consistent=True)
        return [
            Connection(
                id=item["id"],
                user_id=item["user_id"],
                sign_in_id=item["family"],
                endpoint=item["endpoint"],
                expires_at=item["expires_at"],
            )
            for item in items
        ]

    def find(self, connection_id: str) -> Connection | None:
        """The connection with this id."""
        try:
            return connection_of(OwnerItem.get(*connection_keys.connection_owner(connection_id), consistent_read=True))
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


def _by_user(connection: Connection) -> Key:
    return connection_keys.connection(connection.user_id, connection.id)
