"""Shapes of push subscriptions in the connections table. Used by dynamo.py when somebody writes."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.aws.dynamo_tables import Connections


class PushSubscriptionsItem(Connections):
    """All browsers of a person, as push/domain/subscription.write gives them. `etag` is what writers condition on."""

    subscriptions = UnicodeAttribute()
    etag = UnicodeAttribute()


class PushOwnerItem(Connections):
    """Whose browser that is (`user_id`)."""
