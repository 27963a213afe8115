"""One write of the light DynamoDB client: put an item unless its key is taken. The webhook intake's only write.

A retry after a lost reply finds its own item and counts as "already there", which is right for a caller that only
needs it to be there. Everything else: dynamo_transactions.py.
"""

from chalicelib.aws.dynamo_errors import CONDITION_LOST
from chalicelib.aws.signed_client import Refused, SignedClient

Value = str | int | bool | None

_ABSENT = {
    "ConditionExpression": "attribute_not_exists(#pk)",
    "ExpressionAttributeNames": {"#pk": "pk"},
}


class DynamoWriter:
    """Writes items that are never changed."""

    def __init__(self, client: SignedClient, *, table_prefix: str) -> None:
        self._client = client
        self._prefix = table_prefix

    def put_if_absent(self, table: str, key: tuple[str, str], attributes: dict[str, Value]) -> bool:
        """Write an item unless there is one. Whether there was none. Raises Busy, Refused."""
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
