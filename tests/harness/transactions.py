"""Observes the transactions of a test: their sizes, and what happens when another write comes first."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local.dynamodb.dynamo_wire import WireAnswer
from tests.harness.aws_wire import Send
from tests.harness.faults import wired


@contextmanager
def sizes_of_transactions() -> Iterator[list[int]]:
    """Yields a list that collects the number of items of each transaction that the database accepts in the block."""
    sizes: list[int] = []

    def wire(operation: str, body: bytes, send: Send) -> WireAnswer:
        answer = send()
        if operation == "TransactWriteItems" and answer.status == 200:
            sizes.append(len(json.loads(body)["TransactItems"]))
        return answer

    with wired(wire):
        yield sizes


@contextmanager
def overtaken_once(others: Callable[[], object]) -> Iterator[None]:
    """Calls `others` just before the first transaction of the block reaches the database."""
    began = False

    def wire(operation: str, body: bytes, send: Send) -> WireAnswer:
        nonlocal began
        if operation == "TransactWriteItems" and not began:
            began = True
            others()
        return send()

    with wired(wire):
        yield
