"""Shapes of push subscriptions in the connections table. Used by dynamo.py when somebody writes."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.aws.dynamo_tables import ConnectionsTable


class PushSubscriptionsItem(ConnectionsTable):
    """All browsers of a person, as push/domain/subscription.write gives them. `etag` is what writers condition on."""

    subscriptions = UnicodeAttribute()
    etag = UnicodeAttribute()


class PushOwnerItem(ConnectionsTable):
    """Whose browser that is (`user_id`)."""
