"""Queries of the light DynamoDB client: items of a partition whose sort keys begin alike or lie between two.

Goes through the signed client; loads neither PynamoDB nor botocore.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.aws.dynamo_reader import Item, _plain, _projection
from chalicelib.aws.signed_client import SignedClient


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

    def backwards(
        self, table: str, partition: str, between: tuple[str, str], attributes: Iterable[str], *, step: int
    ) -> Iterator[Item]:
        """The named attributes of items between two sort keys, both included, the last first, strongly consistent;
        `step` are fetched whenever more are asked for. Raises Busy, Refused.
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
