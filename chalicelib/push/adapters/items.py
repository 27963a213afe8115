"""Items of push subscriptions in the connections table. Used by dynamo.py for writes."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.aws.dynamo_tables import ConnectionsTable


class PushSubscriptionsItem(ConnectionsTable):
    """All subscriptions of a person, as text from push/domain/subscription.write. Writes are conditional on `etag`."""

    subscriptions = UnicodeAttribute()
    etag = UnicodeAttribute()


class PushOwnerItem(ConnectionsTable):
    """The owner (`user_id`) of a browser."""
