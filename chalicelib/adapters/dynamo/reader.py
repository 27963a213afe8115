"""The read path's own DynamoDB client: signed GetItem and BatchGetItem over http.client, nothing else.

botocore costs about 2 ms of CPU an operation and most of a cold start (docs/performance.md); reading one small item is
what Marquee does most. Called by services/reading.py through the `Reader` port; writes use PynamoDB.
Wire protocol: docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
"""

import base64
import http.client
import json
import time
import zlib
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from chalicelib.adapters.dynamo.signature import Signer
from chalicelib.config import Credentials
from chalicelib.domain.errors import Busy

Item = dict[str, Any]

ATTEMPTS = 4
TIMEOUT_SECONDS = 1.5
_RETRIED = ("Throttling", "ProvisionedThroughputExceeded", "RequestLimitExceeded", "InternalServerError")
_BROKEN = (OSError, http.client.HTTPException)


class ReadFailed(Exception):
    """DynamoDB refused a read for a reason that a retry cannot mend; the message is its error type."""


class _Again(Exception):
    """This attempt failed in a way that the next one may not."""


class DynamoReader:
    """Reads items by key. Keeps connections alive for the next call of any thread; bounded retries with full jitter."""

    def __init__(
        self,
        *,
        endpoint: str,
        region: str,
        table_prefix: str,
        credentials: Callable[[], Credentials],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        parts = urlsplit(endpoint)
        self._secure = parts.scheme == "https"
        self._host = parts.netloc
        self._path = parts.path or "/"
        self._prefix = table_prefix
        self._signer = Signer(host=parts.netloc, path=self._path, region=region, credentials=credentials)
        self._sleep = sleep
        self._clock = clock
        self._idle: list[http.client.HTTPConnection] = []

    def get(
        self, table: str, key: tuple[str, str], attributes: Iterable[str], *, consistent: bool = False
    ) -> Item | None:
        """The named attributes of one item, or None when it is absent. Raises Busy, ReadFailed."""
        request = {
            "TableName": self._prefix + table,
            "Key": _key(key),
            "ConsistentRead": consistent,
            **_projection(attributes),
        }
        item = self.call("GetItem", request).get("Item")
        return None if item is None else _plain(item)

    def get_many(
        self, table: str, keys: list[tuple[str, str]], attributes: Iterable[str], *, consistent: bool = False
    ) -> list[Item | None]:
        """The named attributes of up to 100 items in the order of `keys`, None where absent, in one request each
        time DynamoDB leaves some unprocessed. Raises Busy, ReadFailed.
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
            answer = self.call("BatchGetItem", {"RequestItems": pending})
            for raw in answer.get("Responses", {}).get(name, []):
                item = _plain(raw)
                found[item["pk"], item["sk"]] = item
            pending = answer.get("UnprocessedKeys") or {}
            if not pending:
                return [found.get(key) for key in keys]
            self._pause(attempt)
        raise Busy("The database is busy.")

    def close(self) -> None:
        """Close the connections that are kept alive."""
        while self._idle:
            self._idle.pop().close()

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """One operation with retries; for the light clients beside this one. Raises Busy, ReadFailed."""
        body = json.dumps(request, separators=(",", ":")).encode()
        for attempt in range(ATTEMPTS):
            try:
                return self._attempt(operation, body)
            except (_Again, *_BROKEN):
                if attempt + 1 < ATTEMPTS:
                    self._pause(attempt)
        raise Busy("The database is busy.")

    def _attempt(self, operation: str, body: bytes) -> dict[str, Any]:
        connection = self._connection()
        try:
            connection.request("POST", self._path, body, self._signer.headers(operation, body, now=self._clock()))
            response = connection.getresponse()
            payload = response.read()
        except BaseException:
            connection.close()
            self.close()  # what was idle as long is as stale
            raise
        self._idle.append(connection)
        checksum = response.getheader("x-amz-crc32")
        if checksum is not None and int(checksum) != zlib.crc32(payload):
            raise _Again("checksum")
        if response.status == 200:
            answer: dict[str, Any] = json.loads(payload)
            return answer
        raise self._refusal(response.status, payload)

    @staticmethod
    def _refusal(status: int, payload: bytes) -> Exception:
        try:
            name = str(json.loads(payload).get("__type", "")).rpartition("#")[2]
        except ValueError:
            name = ""
        if status >= 500 or name.startswith(_RETRIED):
            return _Again(name)
        return ReadFailed(name or str(status))

    def _connection(self) -> http.client.HTTPConnection:
        """An idle connection, the most recently used first, or a new one."""
        try:
            return self._idle.pop()
        except IndexError:
            make = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            return make(self._host, timeout=TIMEOUT_SECONDS)

    def _pause(self, attempt: int) -> None:
        import random  # only retries need it

        self._sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret


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
