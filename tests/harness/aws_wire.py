"""Intercepts botocore's HTTP requests to AWS (PynamoDB and boto3).

`botocore_through` gives every request of botocore to a function of the test, whichever client made it. The light signed
client (chalicelib/aws/signed_client.py) has its own connections and is not intercepted here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

from local.dynamodb.dynamo_wire import WireAnswer

Send = Callable[[], WireAnswer]
"""Sends the request to its real destination."""
Respond = Callable[[AWSPreparedRequest, Send], WireAnswer]
"""Answers a request, with `Send` or without."""


@contextmanager
def botocore_through(respond: Respond) -> Iterator[None]:
    """While the block runs, `respond` answers every request of botocore."""
    send = URLLib3Session.send

    def send_through(self: URLLib3Session, request: AWSPreparedRequest) -> AWSResponse:
        def really() -> WireAnswer:
            reply = send(self, request)
            return WireAnswer(reply.status_code, dict(reply.headers), reply.content)

        answer = respond(request, really)
        return AWSResponse(request.url, answer.status, answer.headers, _Body(answer.body))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", send_through)
        yield


def operation_of(request: AWSPreparedRequest) -> str:
    """Returns the operation of a request to DynamoDB, such as PutItem; empty for a service that uses paths."""
    target = request.headers.get("X-Amz-Target", "")
    return (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]


class _Body(BytesIO):
    """A response body with urllib3's interface."""

    def stream(self) -> Iterator[bytes]:
        """Yields the whole body."""
        yield self.read()
