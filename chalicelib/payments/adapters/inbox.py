"""The Stripe inbox: stores each webhook call once, by event id. Port `StripeInbox`.

Imports neither PynamoDB nor botocore. All other modules use `StripeInboxTable` in aws/dynamo_tables.py, which has the
same attributes.
"""

from chalicelib.aws.dynamo_writer import DynamoWriter
from chalicelib.payments.adapters import keys as payment_keys
from chalicelib.payments.inbox_port import StripeEvent


class DynamoStripeInbox:
    """The Stripe inbox in DynamoDB. Port `StripeInbox`."""

    def __init__(self, writer: DynamoWriter) -> None:
        self._writer = writer

    def put(self, event: StripeEvent, *, payload: str, received_at: int, expires_at: int) -> bool:
        """Stores an event unless it is there already. Returns whether it was new. Raises Busy."""
        attributes = {
            "kind": event.kind,
            "object_id": event.object_id,
            "livemode": event.livemode,
            "ignored": event.ignored or None,
            "account": event.account,
            "order_id": event.order_id,
            "payload": payload,
            "received_at": received_at,
            "expires_at": expires_at,
        }
        return self._writer.put_if_absent("stripe_inbox", payment_keys.stripe_inbox(event.id), attributes)
