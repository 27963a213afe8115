"""The read path's own DynamoDB client: signed GetItem and BatchGetItem.

Reading one small item is Marquee's most frequent operation. Called by representations/read.py through the `Reader`
port; writes use PynamoDB. Wire protocol:
docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

import base64
from collections.abc import Iterable
from typing import Any

from chalicelib.aws.signature import Service
from chalicelib.aws.signed_client import ATTEMPTS, SignedClient
from chalicelib.core.errors import Busy

Item = dict[str, Any]

DYNAMODB = Service("dynamodb", "DynamoDB_20120810")
MOST_KEYS = 100
"""Keys in one BatchGetItem (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html)."""


class DynamoReader:
    """Implements the port `Reader`."""

    def __init__(self, client: SignedClient, *, table_prefix: str) -> None:
        self._client = client
        self._prefix = table_prefix

    def get(
        self, table: str, key: tuple[str, str], attributes: Iterable[str], *, consistent: bool = False
    ) -> Item | None:
        """Returns the named attributes of one item, or None when it is absent. Raises Busy, Refused."""
        request = {
            "TableName": self._prefix + table,
            "Key": _key(key),
            "ConsistentRead": consistent,
            **_projection(attributes),
        }
        item = self._client.call("GetItem", request).get("Item")
        return None if item is None else _plain(item)

    def get_many(
        self, table: str, keys: list[tuple[str, str]], attributes: Iterable[str], *, consistent: bool = False
    ) -> list[Item | None]:
        """Returns the named attributes of items in the order of `keys` (each key once), None where absent. Sends one
        BatchGetItem for 100 keys, and another whenever DynamoDB leaves some unprocessed. Raises Busy, Refused.
        """
        asked = {"ConsistentRead": consistent, **_projection({*attributes, "pk", "sk"})}
        found: dict[tuple[str, str], Item] = {}
        for start in range(0, len(keys), MOST_KEYS):
            some = [_key(key) for key in keys[start : start + MOST_KEYS]]
            found |= self._get_batch(self._prefix + table, {"Keys": some, **asked})
        return [found.get(key) for key in keys]

    def _get_batch(self, name: str, asked: Item) -> dict[tuple[str, str], Item]:
        pending: dict[str, Any] = {name: asked}
        found: dict[tuple[str, str], Item] = {}
        for attempt in range(ATTEMPTS):
            answer = self._client.call("BatchGetItem", {"RequestItems": pending})
            for raw in answer.get("Responses", {}).get(name, []):
                item = _plain(raw)
                found[item["pk"], item["sk"]] = item
            pending = answer.get("UnprocessedKeys") or {}
            if not pending:
                return found
            self._client.pause(attempt)
        raise Busy("The database is busy.")


def _key(key: tuple[str, str]) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _projection(attributes: Iterable[str]) -> dict[str, Any]:
    """Returns the parameters that select attributes. Names go through placeholders because some are reserved words."""
    names = {f"#{index}": name for index, name in enumerate(attributes)}
    return {"ProjectionExpression": ",".join(names), "ExpressionAttributeNames": names}


def _plain(item: dict[str, dict[str, Any]]) -> Item:
    return {name: _value(typed) for name, typed in item.items()}


def _value(typed: dict[str, Any]) -> Any:
    """Returns the Python value of a typed one, for the types that stored representations use (S, N, B, BOOL)."""
    ((kind, value),) = typed.items()
    if kind == "N":
        return int(value)
    return base64.b64decode(value) if kind == "B" else value
