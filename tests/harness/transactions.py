"""How full the transactions are that a test makes: none is cut short, none is more than DynamoDB takes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from local.dynamodb.dynamo_wire import WireAnswer
from tests.harness.faults import Send, wired


@contextmanager
def sizes_of_transactions() -> Iterator[list[int]]:
    """The number of items of each transaction that the database took while the block ran, in order."""
    sizes: list[int] = []

    def wire(operation: str, body: bytes, send: Send) -> WireAnswer:
        answer = send()
        if operation == "TransactWriteItems" and answer.status == 200:
            sizes.append(len(json.loads(body)["TransactItems"]))
        return answer

    with wired(wire):
        yield sizes
