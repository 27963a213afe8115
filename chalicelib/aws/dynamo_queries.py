"""Queries of the light DynamoDB client: items of a partition by a prefix of the sort key or between two sort keys.

Uses the signed client; loads neither PynamoDB nor botocore.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.aws.dynamo_reader import Item, _plain, _projection
from chalicelib.aws.signed_client import SignedClient


class DynamoQueries:
    """Reads items of a partition."""

    def __init__(self, client: SignedClient, *, table_prefix: str) -> None:
        self._client = client
        self._prefix = table_prefix

    def query(
        self, table: str, partition: str, prefix: str, attributes: Iterable[str], *, consistent: bool = False
    ) -> list[Item]:
        """Returns the named attributes of the items with this prefix, by sort key. Raises Busy, Refused."""
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

    def backwards(
        self, table: str, partition: str, between: tuple[str, str], attributes: Iterable[str], *, step: int
    ) -> Iterator[Item]:
        """Yields the named attributes of the items between two sort keys (both included), last first, strongly
        consistent. Fetches `step` items a request, and only when they are needed. Raises Busy, Refused.
        """
        projection = _projection(attributes)
        names = {**projection["ExpressionAttributeNames"], "#pk": "pk", "#sk": "sk"}
        first, last = between
        request: dict[str, Any] = {
            "TableName": self._prefix + table,
            "ConsistentRead": True,
            "ScanIndexForward": False,
            "Limit": step,
            "KeyConditionExpression": "#pk = :pk AND #sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": {":pk": {"S": partition}, ":first": {"S": first}, ":last": {"S": last}},
            "ProjectionExpression": projection["ProjectionExpression"],
            "ExpressionAttributeNames": names,
        }
        while True:
            answer = self._client.call("Query", request)
            yield from map(_plain, answer.get("Items", []))
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
