"""Shapes of the items of open sockets in the connections table."""

from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from chalicelib.aws.dynamo_tables import ConnectionsTable
from chalicelib.live.ports import Connection


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


def fields_of(connection: Connection) -> dict[str, Any]:
    """What every item of a connection has."""
    return {
        "id": connection.id,
        "user_id": connection.user_id,
        "family": connection.sign_in_id,
        "endpoint": connection.endpoint,
        "expires_at": connection.expires_at,
    }


def connection_of(item: ConnectionItem | OwnerItem | WatchItem) -> Connection:
    """The connection inside an item."""
    return Connection(
        id=item.id or "",
        user_id=item.user_id or "",
        sign_in_id=item.family or "",
        endpoint=item.endpoint or "",
        expires_at=int(item.expires_at),
    )
