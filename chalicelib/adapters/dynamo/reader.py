"""The read path's own DynamoDB client: signed GetItem and BatchGetItem.

Reading one small item is what Marquee does most. Called by services/reading.py through the `Reader` port; writes use
PynamoDB. Wire protocol: docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

import base64
from collections.abc import Iterable
from typing import Any

from chalicelib.adapters.signature import Service
from chalicelib.adapters.signed_client import ATTEMPTS, SignedClient
from chalicelib.domain.errors import Busy

Item = dict[str, Any]

DYNAMODB = Service("dynamodb", "DynamoDB_20120810")


class DynamoReader:
    """Reads items by key."""

    def __init__(self, client: SignedClient, *, table_prefix: str) -> None:
        self._client = client
        self._prefix = table_prefix

    def get(
        self, table: str, key: tuple[str, str], attributes: Iterable[str], *, consistent: bool = False
    ) -> Item | None:
        """The named attributes of one item, or None when it is absent. Raises Busy, Refused."""
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
        """The named attributes of up to 100 items in the order of `keys`, None where absent, in one request each
        time DynamoDB leaves some unprocessed. Raises Busy, Refused.
        """
        name = self._prefix + table
        pending: dict[str, Any] = {
            name: {
                "Keys": [_key(key) for key in keys],
                "ConsistentRead": consistent,
                **_projection({*attributes, "pk", "sk"}),
            }
        }
        found: dict[tuple[str, str], Item] = {}
        for attempt in range(ATTEMPTS):
            answer = self._client.call("BatchGetItem", {"RequestItems": pending})
            for raw in answer.get("Responses", {}).get(name, []):
                item = _plain(raw)
                found[item["pk"], item["sk"]] = item
            pending = answer.get("UnprocessedKeys") or {}
            if not pending:
                return [found.get(key) for key in keys]
            self._client.pause(attempt)
        raise Busy("The database is busy.")


def _key(key: tuple[str, str]) -> dict[str, Any]:
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _projection(attributes: Iterable[str]) -> dict[str, Any]:
    """Every name goes through a placeholder: several of ours are reserved words."""
    names = {f"#{index}": name for index, name in enumerate(attributes)}
    return {"ProjectionExpression": ",".join(names), "ExpressionAttributeNames": names}


def _plain(item: dict[str, dict[str, Any]]) -> Item:
    return {name: _value(typed) for name, typed in item.items()}


def _value(typed: dict[str, Any]) -> Any:
    """A Python value for the attribute types that stored representations use (S, N, B, BOOL)."""
    ((kind, value),) = typed.items()
    if kind == "N":
        return int(value)
    return base64.b64decode(value) if kind == "B" else value
