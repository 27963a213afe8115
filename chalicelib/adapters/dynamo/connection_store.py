"""Open sockets and the one-time tickets that open them, in the connections table. Port `Connections`.

A socket stands twice: under its user, to push, and under its id, to hear. Both are written and removed together.
"""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import UpdateError

from chalicelib.adapters.dynamo import keys
from chalicelib.adapters.dynamo.overload import code_of
from chalicelib.adapters.dynamo.tables import Connections
from chalicelib.adapters.dynamo.transactions import ConditionLost, Transaction
from chalicelib.ports.live import Connection, Heard, Ticket

CONNECTION_PREFIX = keys.connection("", "")[1]


class TicketItem(Connections):
    """A ticket, under the hash of its secret."""


class ConnectionItem(Connections):
    """An open socket, under its user."""

    id = UnicodeAttribute()


class OwnerItem(Connections):
    """The same socket, under its id, with the number of frames it sent."""

    id = UnicodeAttribute()
    frames = NumberAttribute(default=0)


class DynamoConnections:
    """Port `Connections`."""

    def keep_ticket(self, secret: str, ticket: Ticket) -> None:
        """A new ticket."""
        TicketItem(
            *keys.socket_ticket(secret),
            user_id=ticket.user_id,
            family=ticket.family_id,
            origin=ticket.origin,
            expires_at=ticket.expires_at,
        ).save()

    def ticket(self, secret: str) -> Ticket | None:
        """The ticket, if nobody used it."""
        try:
            item = TicketItem.get(*keys.socket_ticket(secret), consistent_read=True)
        except TicketItem.DoesNotExist:
            return None
        return Ticket(item.user_id or "", item.family or "", item.origin, int(item.expires_at))

    def drop_ticket(self, secret: str) -> None:
        """Make a ticket useless."""
        TicketItem(*keys.socket_ticket(secret)).delete()

    def open(self, secret: str, connection: Connection) -> bool:
        """Exchange a ticket for a connection; of several that try, one does."""
        transaction = Transaction()
        transaction.delete("ticket", TicketItem(*keys.socket_ticket(secret)), TicketItem.pk.exists())
        transaction.put("connection", ConnectionItem(*_by_user(connection), **_fields(connection)))
        transaction.put("owner", OwnerItem(*keys.connection_owner(connection.id), **_fields(connection)))
        try:
            transaction.commit()
        except ConditionLost:
            return False
        return True

    def hear(self, connection_id: str) -> Heard | None:
        """Count a frame of a connection; None when the connection is not known."""
        item = OwnerItem(*keys.connection_owner(connection_id))
        try:
            item.update(actions=[OwnerItem.frames.add(1)], condition=OwnerItem.pk.exists())
        except UpdateError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise
            return None
        return Heard(_connection(item), int(item.frames))

    def of_user(self, user_id: str) -> list[Connection]:
        """All connections of a user."""
        partition = keys.connection(user_id, "")[0]
        prefix = ConnectionItem.sk.startswith(CONNECTION_PREFIX)
        return [_connection(item) for item in ConnectionItem.query(partition, prefix, consistent_read=True)]

    def find(self, connection_id: str) -> Connection | None:
        """The connection with this id."""
        try:
            return _connection(OwnerItem.get(*keys.connection_owner(connection_id), consistent_read=True))
        except OwnerItem.DoesNotExist:
            return None

    def forget(self, connection: Connection) -> None:
        """Remove a connection."""
        transaction = Transaction()
        transaction.delete("connection", ConnectionItem(*_by_user(connection)))
        transaction.delete("owner", OwnerItem(*keys.connection_owner(connection.id)))
        transaction.commit()


def _by_user(connection: Connection) -> keys.Key:
    return keys.connection(connection.user_id, connection.id)


def _fields(connection: Connection) -> dict[str, Any]:
    return {
        "id": connection.id,
        "user_id": connection.user_id,
        "family": connection.family_id,
        "endpoint": connection.endpoint,
        "expires_at": connection.expires_at,
    }


def _connection(item: ConnectionItem | OwnerItem) -> Connection:
    return Connection(
        id=item.id,
        user_id=item.user_id or "",
        family_id=item.family or "",
        endpoint=item.endpoint or "",
        expires_at=int(item.expires_at),
    )
