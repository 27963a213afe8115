"""The six tables and the shapes of their items, as PynamoDB models. Imported by stores, never by the read path.

Each noun in a table has a model with the same pk and sk; docs/data-model.md lists every access pattern. `expires_at`
(Unix seconds) is the TTL attribute of every table. TTL only deletes old items; no rule depends on the deletion.
"""

import threading
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection, TableConnection
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib import config

_CONFIG = config.load()


class _Meta:
    """Connection settings of every table. The timeouts leave room for retries inside the gateway's 29 s."""

    region = _CONFIG.region
    host = _CONFIG.dynamodb_endpoint
    billing_mode = "PAY_PER_REQUEST"
    connect_timeout_seconds = 2
    read_timeout_seconds = 5
    max_retry_attempts = 3
    max_pool_connections = 50


def _meta(name: str, stream: str | None = None) -> Any:
    attributes: dict[str, object] = {"table_name": _CONFIG.table_prefix + name}
    if stream:
        attributes["stream_view_type"] = stream
    return type("Meta", (_Meta,), attributes)


_client: Any = None
_making = threading.Lock()


def _one_client(connection: Connection) -> Any:
    """Returns the botocore client of this process, made over the first connection that needs one. PynamoDB would make
    one for each model, and sixteen when sixteen threads come first: 10 MB each, in a stream function with 256 MB.
    """
    global _client  # noqa: PLW0603 - one a process
    with _making:
        if _client is None:
            _client = connection.client
        return _client


class BaseTable(Model):
    """The parent of all tables. Their requests go over one client, which threads share."""

    @classmethod
    def _get_connection(cls) -> TableConnection:
        table = super()._get_connection()
        if table.connection._client is None:  # noqa: SLF001 - PynamoDB offers no public way to give it a client
            table.connection._client = _one_client(table.connection)  # noqa: SLF001
        return table


class ContentTable(BaseTable):
    """Events and everything they consist of. Its stream starts the reactions `CONTENT` of reactions.py."""

    Meta = _meta("content", stream="KEYS_ONLY")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class PeopleTable(BaseTable):
    """Accounts, roles, sign-ins, Idempotency-Keys, queues."""

    Meta = _meta("people")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class SalesTable(BaseTable):
    """Ticket types, stock, orders, charges, check-ins. Its stream starts the reactions `SALES`."""

    Meta = _meta("sales", stream="NEW_AND_OLD_IMAGES")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class StripeInboxTable(BaseTable):
    """Events that Stripe sent, stored once for each Stripe event id. Its stream starts the reactions `STRIPE_INBOX`."""

    Meta = _meta("stripe_inbox", stream="NEW_IMAGE")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    livemode = BooleanAttribute()
    object_id = UnicodeAttribute(null=True)
    account = UnicodeAttribute(null=True)
    order_id = UnicodeAttribute(null=True)
    payload = UnicodeAttribute()
    received_at = NumberAttribute()
    expires_at = NumberAttribute()


class NotificationLogIndex(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call] # PynamoDB's is untyped
    """Notifications by action, month and part (keys.notification_log), oldest first, for the list that administrators
    see. It holds keys only: the notifications themselves are read from the table.
    """

    class Meta:
        """The name and projection of the index."""

        index_name = "filed"
        projection = KeysOnlyProjection()

    filed = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class NotificationsTable(BaseTable):
    """Inboxes, unread counters and mails to send. Its stream starts the reactions `NOTIFICATIONS` and `MAILS`."""

    Meta = _meta("notifications", stream="NEW_AND_OLD_IMAGES")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    by_action = NotificationLogIndex()


class ConnectionsTable(BaseTable):
    """Open sockets, and the one-time tickets that open them."""

    Meta = _meta("connections")
    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute(null=True)
    endpoint = UnicodeAttribute(null=True)
    origin = UnicodeAttribute(null=True)
    family = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


TABLES: tuple[type[Model], ...] = (
    ContentTable,
    PeopleTable,
    SalesTable,
    StripeInboxTable,
    NotificationsTable,
    ConnectionsTable,
)


def create_missing() -> list[str]:
    """Creates the tables that do not exist and returns their names. For the local runner and tests; on AWS the stack in
    infra/ creates them.
    """
    created = []
    for table in TABLES:
        if not table.exists():
            table.create_table(wait=True)
            created.append(table.Meta.table_name)
    _add_index()
    return created


def _add_index() -> None:
    """Adds the index to a table that an earlier release made without it: the local database outlives releases."""
    connection = NotificationsTable._get_connection()  # noqa: SLF001 - PynamoDB offers no public way to its client
    client, table = connection.connection.client, connection.table_name
    if client.describe_table(TableName=table)["Table"].get("GlobalSecondaryIndexes"):
        return
    schema = NotificationsTable._get_schema()  # noqa: SLF001
    (index,) = schema["global_secondary_indexes"]
    create = {"IndexName": index["index_name"], "KeySchema": index["key_schema"], "Projection": index["projection"]}
    client.update_table(
        TableName=table,
        AttributeDefinitions=schema["attribute_definitions"],
        GlobalSecondaryIndexUpdates=[{"Create": create}],
    )
