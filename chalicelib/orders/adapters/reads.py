"""Reads of orders, charges and refunds with the light client. Port `OrdersView`; no PynamoDB, no msgspec."""

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.core.ids import is_ulid
from chalicelib.core.ports import Reader
from chalicelib.mail.ports import paid_mail_key
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.orders.adapters import keys as order_keys
from chalicelib.orders.ports import StoredOrder

_ORDER = ("etag", "body", "user_id", "access_hash", "reason")


class DynamoOrdersView:
    """Orders read from DynamoDB. Port `OrdersView`."""

    def __init__(self, reader: Reader, queries: DynamoQueries) -> None:
        self._reader = reader
        self._queries = queries

    def load_order(self, order_id: str) -> StoredOrder | None:
        """Returns the order; one strongly consistent GetItem."""
        if not is_ulid(order_id):
            return None
        item = self._reader.get("sales", order_keys.order(order_id), _ORDER, consistent=True)
        if item is None:
            return None
        return StoredOrder(item["etag"], item["body"], item.get("user_id"), item.get("access_hash"), item.get("reason"))

    def load_mail_state(self, order_id: str) -> str | None:
        """Returns the state of the mail with an order's tickets; one GetItem."""
        key = notification_keys.mail(keys.digest(paid_mail_key(order_id)))
        item = self._reader.get("notifications", key, ("state",))
        return None if item is None else str(item["state"])

    def load_charges(self, order_id: str) -> list[str]:
        """Returns the JSON of an order's charges; one strongly consistent Query."""
        return self._bodies(order_keys.charge(order_id, ""))

    def load_refunds(self, order_id: str) -> list[str]:
        """Returns the JSON of an order's refund wishes; one strongly consistent Query."""
        return self._bodies(order_keys.refund_wish(order_id, ""))

    def _bodies(self, key: keys.Key) -> list[str]:
        partition, prefix = key
        items = self._queries.query("sales", partition, prefix, ("body",), consistent=True)
        return [str(item["body"]) for item in items]
