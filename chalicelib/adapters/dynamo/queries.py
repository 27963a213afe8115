"""Queries of the light DynamoDB client: all items of a partition whose sort key begins alike. Used by sales_view.py.

Shares signing, keep-alive and retries with the reader; loads neither PynamoDB nor botocore.
"""

from collections.abc import Iterable
from typing import Any

from chalicelib.adapters.dynamo.reader import DynamoReader, Item, _plain, _projection


class DynamoQueries(DynamoReader):
    """Reads whole collections."""

    def query(
        self, table: str, partition: str, prefix: str, attributes: Iterable[str], *, consistent: bool = False
    ) -> list[Item]:
        """The named attributes of all items of a partition with this prefix, by sort key. Raises Busy, ReadFailed."""
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
            answer = self._call("Query", request)
            found += [_plain(item) for item in answer.get("Items", [])]
            if "LastEvaluatedKey" not in answer:
                return found
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
