"""A light client for AWS services that speak JSON: signed requests over http.client, nothing else.

botocore costs about 2 ms of CPU per operation and most of a cold start (docs/performance.md). Used by the light
DynamoDB clients (aws/dynamo_reader.py, dynamo_writer.py, dynamo_queries.py, dynamo_lines.py) and by parameter_store.py;
everything else uses PynamoDB and boto3.
"""

import http.client
import json
import time
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from chalicelib.aws.signature import Service, Signer
from chalicelib.config import AwsCredentials
from chalicelib.core.errors import Busy

ATTEMPTS = 4
TIMEOUT_SECONDS = 1.5
_RETRIED = ("Throttling", "ProvisionedThroughputExceeded", "RequestLimitExceeded", "InternalServerError")
_SPREADING = "AccessDenied"
"""A new policy takes some time to take effect everywhere:
docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html
"""
_BROKEN = (OSError, http.client.HTTPException)


class Refused(Exception):
    """AWS refused a request for a reason that a retry cannot change; the message is its error type."""


class _Again(Exception):
    """This attempt failed, but another one may succeed. `otherwise` is the exception to raise after the last one."""

    def __init__(self, otherwise: Exception) -> None:
        super().__init__(str(otherwise))
        self.otherwise = otherwise


class SignedClient:
    """Calls operations. Keeps connections open for the next call of any thread; retries a limited number of times with
    full jitter.
    """

    def __init__(
        self,
        service: Service,
        *,
        endpoint: str,
        region: str,
        credentials: Callable[[], AwsCredentials],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        patience: Callable[[int, float], float | None] | None = None,
    ) -> None:
        """Makes a client without connections. `patience` is called with the number of the failed attempt, from 0, and
        the seconds since the first attempt began. It returns the seconds to wait, or None to give up. With `patience`,
        denied access is retried too. Without it, the client makes the few quick attempts of a read.
        """
        parts = urlsplit(endpoint)
        self._secure = parts.scheme == "https"
        self._host = parts.netloc
        self._path = parts.path or "/"
        self._signer = Signer(service, host=parts.netloc, path=self._path, region=region, credentials=credentials)
        self._sleep = sleep
        self._clock = clock
        self._patience = patience or _quick
        self._bears_denial = patience is not None
        self._idle: list[http.client.HTTPConnection] = []

    def close(self) -> None:
        """Closes the idle connections."""
        while self._idle:
            self._idle.pop().close()

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Calls one operation, with retries; takes and returns a JSON document. Raises Busy, Refused."""
        body = json.dumps(request, separators=(",", ":")).encode()
        attempt, started = 0, self._clock()
        while True:
            try:
                return self._answer(*self.send(operation, body))
            except _Again as failure:
                otherwise = failure.otherwise
            except _BROKEN:
                otherwise = _busy()
            seconds = self._patience(attempt, self._clock() - started)
            if seconds is None:
                raise otherwise
            self._sleep(seconds)
            attempt += 1

    def send(self, operation: str, body: bytes) -> tuple[int, bytes]:
        """Sends one request and returns the status and body of whatever AWS answers. Raises OSError, HTTPException."""
        connection = self._connection()
        try:
            connection.request("POST", self._path, body, self._signer.headers(operation, body, now=self._clock()))
            response = connection.getresponse()
            payload = response.read()
        except BaseException:
            connection.close()
            self.close()  # other idle connections are probably stale too
            raise
        self._idle.append(connection)
        checksum = response.getheader("x-amz-crc32")
        if checksum is not None and int(checksum) != zlib.crc32(payload):
            raise http.client.HTTPException("The body is not what was sent.")
        return response.status, payload

    def _answer(self, status: int, payload: bytes) -> dict[str, Any]:
        """Returns the document of a successful answer. Raises _Again, Refused."""
        if status == 200:
            answer: dict[str, Any] = json.loads(payload)
            return answer
        try:
            name = str(json.loads(payload).get("__type", "")).rpartition("#")[2]
        except ValueError:
            name = ""
        if status >= 500 or name.startswith(_RETRIED):
            raise _Again(_busy())
        refused = Refused(name or str(status))
        raise _Again(refused) if self._bears_denial and name.startswith(_SPREADING) else refused

    def _connection(self) -> http.client.HTTPConnection:
        """Returns the idle connection that was used last, or a new one."""
        try:
            return self._idle.pop()
        except IndexError:
            make = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            return make(self._host, timeout=TIMEOUT_SECONDS)

    def pause(self, attempt: int) -> None:
        """Waits before the attempt that follows this one; `attempt` is counted from 0."""
        self._sleep(_jitter(attempt))


def _busy() -> Busy:
    return Busy("The service is busy.")


def _quick(attempt: int, _: float) -> float | None:
    return _jitter(attempt) if attempt + 1 < ATTEMPTS else None


def _jitter(attempt: int) -> float:
    import random  # only retries need it

    return random.uniform(0, 0.02 * 2**attempt)  # noqa: S311 - jitter, not a secret
