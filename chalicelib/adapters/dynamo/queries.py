"""Queries of the light DynamoDB client: all items of a partition whose sort key begins alike. Used by sales_view.py.

Goes through the signed client; loads neither PynamoDB nor botocore.
"""

from collections.abc import Iterable
from typing import Any

from chalicelib.adapters.dynamo.reader import Item, _plain, _projection
from chalicelib.adapters.signed_client import SignedClient


class DynamoQueries:
    """Reads whole collections."""

    def __init__(self, client: SignedClient, *, table_prefix: str) -> None:
        self._client = client
        self._prefix = table_prefix

    def query(
        self, table: str, partition: str, prefix: str, attributes: Iterable[str], *, consistent: bool = False
    ) -> list[Item]:
        """The named attributes of all items of a partition with this prefix, by sort key. Raises Busy, Refused."""
        projection = _projection(attributes)
        names = {**projection["ExpressionAttributeNames"], "#pk": "pk", "#sk": "sk"}
        request: dict[str, Any] = {
            "TableName": self._prefix + table,
            "ConsistentRead": consistent,
            "KeyConditionExpression": "#pk = :pk AND begins_with(#sk, :sk)",
            "ExpressionAttributeValues": {":pk": {"S": partition}, ":sk": {"S": prefix}},
            "ProjectionExpression": projection["ProjectionExpression"],
            "ExpressionAttributeNames": names,
        }
        found: list[Item] = []
        while True:
            answer = self._client.call("Query", request)
            found += [_plain(item) for item in answer.get("Items", [])]
            if "LastEvaluatedKey" not in answer:
                return found
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
