"""Faults at the wire of DynamoDB, for both clients: botocore (PynamoDB) and the light signed client.

`wired` puts a `Wire` between the clients and the database; `Faults` is one that throttles, cancels transactions and
loses replies after the commit, and counts what it did. `straight_to` leaves out HTTP where it is not the point.
"""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

from chalicelib.aws.signed_client import SignedClient
from local.dynamodb.database import Database
from local.dynamodb.dynamo_wire import WireAnswer, fault, finished

Send = Callable[[], WireAnswer]
Wire = Callable[[str, bytes, Send], WireAnswer]
"""Answers an operation ("PutItem") with its JSON body, by `Send` or otherwise. May raise ReplyLost."""


class ReplyLost(Exception):
    """The database did what was asked, and its answer never arrived."""


class Faults:
    """A wire of which that share of calls is throttled, conflicts (transactions only) or loses its reply."""

    def __init__(self, *, throttled: float = 0, conflicting: float = 0, lost: float = 0, seed: int = 0) -> None:
        self.fired: Counter[str] = Counter()
        self._throttled = throttled
        self._conflicting = conflicting
        self._lost = lost
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def __call__(self, operation: str, body: bytes, send: Send) -> WireAnswer:
        """One call."""
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
        """As DynamoDB cancels: a reason for every operation, one of them the conflict or the throttled partition
        (docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html).
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
    """A wire to a database in this process, without HTTP."""
    return lambda operation, body, _: database.call(operation, body)


@contextmanager
def wired(wire: Wire) -> Iterator[None]:
    """Everything that speaks to DynamoDB in this process speaks through the wire; botocore waits a fiftieth as long
    between its tries, which otherwise takes seconds.
    """
    send, attempt = URLLib3Session.send, SignedClient._attempt

    def send_through(self: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
        operation = _text(request.headers["X-Amz-Target"]).rpartition(".")[2]

        def really() -> WireAnswer:
            reply = send(self, request)
            return WireAnswer(reply.status_code, dict(reply.headers), reply.content)

        try:
            answer = wire(operation, request.body, really)
        except ReplyLost:
            raise ReadTimeoutError(endpoint_url=request.url) from None
        return AWSResponse(request.url, answer.status, answer.headers, _Body(answer.body))

    def attempt_through(self: SignedClient, operation: str, body: bytes) -> dict[str, Any]:
        def really() -> WireAnswer:
            return finished(200, {}, json.dumps(attempt(self, operation, body)).encode())

        try:
            answer = wire(operation, body, really)
        except ReplyLost:
            raise ConnectionResetError from None
        if answer.status != 200:
            raise self._refusal(answer.status, answer.body)
        read: dict[str, Any] = json.loads(answer.body)
        return read

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 50)))
        patch.setattr(URLLib3Session, "send", send_through)
        patch.setattr(SignedClient, "_attempt", attempt_through)
        yield


class _Body(BytesIO):
    """A body as urllib3 gives it."""

    def stream(self) -> Iterator[bytes]:
        """All of it."""
        yield self.read()


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
