"""One write of the light DynamoDB client: puts an item unless its key is taken. The only write of the webhook's intake.

A retry after a lost reply finds its own item and reports it as already present. This is right for a caller that only
needs the item to exist. All other writes: dynamo_transactions.py.
"""

from chalicelib.aws.dynamo_errors import CONDITION_LOST
from chalicelib.aws.signed_client import Refused, SignedClient

Value = str | int | bool | None

_ABSENT = {
    "ConditionExpression": "attribute_not_exists(#pk)",
    "ExpressionAttributeNames": {"#pk": "pk"},
}


class DynamoWriter:
    """Writes items that never change."""

    def __init__(self, client: SignedClient, *, table_prefix: str) -> None:
        self._client = client
        self._prefix = table_prefix

    def put_if_absent(self, table: str, key: tuple[str, str], attributes: dict[str, Value]) -> bool:
        """Writes an item unless there is one with this key. Returns whether there was none. Raises Busy, Refused."""
        item = {"pk": key[0], "sk": key[1], **attributes}
        typed = {name: _typed(value) for name, value in item.items() if value is not None}
        request = {"TableName": self._prefix + table, "Item": typed, **_ABSENT}
        try:
            self._client.call("PutItem", request)
        except Refused as refusal:
            if str(refusal) == CONDITION_LOST:
                return False
            raise
        return True


def _typed(value: Value) -> dict[str, str | bool]:
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": str(value)}
