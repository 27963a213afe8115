"""Injects faults between DynamoDB and both clients: botocore (PynamoDB) and the light signed client.

`wired` puts a `Wire` between the clients and the database. `Faults` is a wire that throttles, cancels transactions and
loses replies after the commit, and counts its faults. `straight_to` skips HTTP for tests that do not need it.
"""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError

from chalicelib.aws.signed_client import SignedClient
from local.dynamodb.database import Database
from local.dynamodb.dynamo_wire import WireAnswer, fault, finished
from tests.harness.aws_wire import Send, botocore_through, operation_of

BEYOND_BOTOCORE = 7
"""More failures of one transaction than botocore retries, so that the product's own retry starts."""
Wire = Callable[[str, bytes, Send], WireAnswer]
"""Answers an operation ("PutItem") with its JSON body, with `Send` or without. May raise ReplyLost."""


class ReplyLost(Exception):
    """The database carried out the operation, but its reply was lost."""


class Faults:
    """A wire that throttles, conflicts (transactions only) or loses replies, each for a given share of the calls."""

    def __init__(self, *, throttled: float = 0, conflicting: float = 0, lost: float = 0, seed: int = 0) -> None:
        self.fired: Counter[str] = Counter()
        self._throttled = throttled
        self._conflicting = conflicting
        self._lost = lost
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def __call__(self, operation: str, body: bytes, send: Send) -> WireAnswer:
        """Answers one call, with or without a fault."""
        with self._lock:
            dice = [self._random.random() for _ in range(3)]
        if dice[0] < self._throttled:
            return self._throttle(operation)
        if operation == "TransactWriteItems" and dice[1] < self._conflicting:
            return self._conflict(body)
        answer = send()
        if dice[2] < self._lost:
            self._count(f"lost reply of {operation}")
            raise ReplyLost
        return answer

    def _throttle(self, operation: str) -> WireAnswer:
        self._count(f"throttled {operation}")
        kind = "ThrottlingException" if self._random.random() < 0.5 else "ProvisionedThroughputExceededException"
        return fault(kind, "Rate exceeded")

    def _conflict(self, body: bytes) -> WireAnswer:
        """Cancels a transaction as DynamoDB does: a reason for every operation, one of which is the conflict or the
        throttled partition (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
        """
        operations = len(json.loads(body)["TransactItems"])
        hit = self._random.randrange(operations)
        code = "TransactionConflict" if self._random.random() < 0.7 else "ThrottlingError"
        self._count(f"cancelled by {code}")
        reasons = [{"Code": code if number == hit else "None"} for number in range(operations)]
        kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException"
        listed = ", ".join(reason["Code"] for reason in reasons)
        message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{listed}]"
        body = json.dumps(
            {"__type": kind, "message": message, "Message": message, "CancellationReasons": reasons}
        ).encode()
        return finished(400, {"x-amzn-errortype": "TransactionCanceledException"}, body)

    def _count(self, name: str) -> None:
        with self._lock:
            self.fired[name] += 1


def straight_to(database: Database) -> Wire:
    """Returns a wire to a database in this process, without HTTP."""
    return lambda operation, body, _: database.call(operation, body)


@contextmanager
def wired(wire: Wire) -> Iterator[None]:
    """While the block runs, all requests to DynamoDB in this process go through the wire. botocore's pauses between
    retries, otherwise seconds, are 50 times shorter.
    """
    send = SignedClient.send

    def respond(request: AWSPreparedRequest, really: Send) -> WireAnswer:
        try:
            return wire(operation_of(request), request.body, really)
        except ReplyLost:
            raise ReadTimeoutError(endpoint_url=request.url) from None

    def send_through(self: SignedClient, operation: str, body: bytes) -> tuple[int, bytes]:
        def really() -> WireAnswer:
            status, answer = send(self, operation, body)
            return finished(status, {}, answer)

        try:
            answer = wire(operation, body, really)
        except ReplyLost:
            raise ConnectionResetError from None
        return answer.status, answer.body

    with botocore_through(respond), pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 50)))
        patch.setattr(SignedClient, "send", send_through)
        yield
