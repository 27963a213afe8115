"""What DynamoDB answers look like on the wire. Shared by `database` and `database_server`."""

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
        # accepted and forgotten at the next start:
        "TagResource",
        "UntagResource",
        "UpdateContinuousBackups",
    }
)
WRITES = frozenset({"BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"})
TABLE_CHANGES = frozenset({"CreateTable", "DeleteTable", "UpdateTable"})
"""What else ministack offers (PartiQL, backups, imports) would pass by the journal, so it is refused."""


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What goes back over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


def fault(kind: str, message: str, status: int = 400) -> WireAnswer:
    """An error in DynamoDB's words."""
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": message}).encode()
    return finished(status, {"x-amzn-errortype": kind}, body)


def finished(status: int, headers: dict[str, str], body: bytes) -> WireAnswer:
    """Add what every answer carries; clients check the CRC."""
    checked = {"content-type": "application/x-amz-json-1.0", "x-amz-crc32": str(zlib.crc32(body))}
    return WireAnswer(status, {**{name.lower(): value for name, value in headers.items()}, **checked}, body)
