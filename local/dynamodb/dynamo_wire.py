"""The format of DynamoDB's answers, and the operations that are supported. Used by `database` and `database_server`."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass

READS = frozenset(
    {
        "BatchGetItem",
        "DescribeContinuousBackups",
        "DescribeEndpoints",
        "DescribeLimits",
        "DescribeTable",
        "GetItem",
        "ListTables",
        "ListTagsOfResource",
        "Query",
        "Scan",
        "TransactGetItems",
        # accepted, but their effects are lost at the next start:
        "TagResource",
        "UntagResource",
        "UpdateContinuousBackups",
    }
)
WRITES = frozenset({"BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"})
TABLE_CHANGES = frozenset({"CreateTable", "DeleteTable", "UpdateTable"})
"""ministack's other operations (PartiQL, backups, imports) would bypass the journal, so they are refused."""


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """An HTTP answer of DynamoDB."""

    status: int
    headers: dict[str, str]
    body: bytes


def fault(kind: str, message: str, status: int = 400) -> WireAnswer:
    """Returns an error in DynamoDB's format."""
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": message}).encode()
    return finished(status, {"x-amzn-errortype": kind}, body)


def finished(status: int, headers: dict[str, str], body: bytes) -> WireAnswer:
    """Returns an answer with the headers that every answer has. Clients check the CRC."""
    checked = {"content-type": "application/x-amz-json-1.0", "x-amz-crc32": str(zlib.crc32(body))}
    return WireAnswer(status, {**{name.lower(): value for name, value in headers.items()}, **checked}, body)
