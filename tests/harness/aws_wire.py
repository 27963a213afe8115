"""Where requests to AWS leave this process: through botocore's HTTP session (PynamoDB and boto3), and through the light
signed client, which has one of its own (chalicelib/aws/signed_client.py).

`botocore_through` gives every request of botocore to a function of the test's, whatever client made it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session

from local.dynamodb.dynamo_wire import WireAnswer

Send = Callable[[], WireAnswer]
"""Really sends the request."""
Respond = Callable[[AWSPreparedRequest, Send], WireAnswer]
"""Answers a request, by `Send` or otherwise."""


@contextmanager
def botocore_through(respond: Respond) -> Iterator[None]:
    """Every client of botocore gets its answers from here."""
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
    """The operation that a request to DynamoDB names, such as PutItem; nothing for a service that has paths."""
    target = request.headers.get("X-Amz-Target", "")
    return (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]


class _Body(BytesIO):
    """A body as urllib3 gives it."""

    def stream(self) -> Iterator[bytes]:
        """All of it."""
        yield self.read()
