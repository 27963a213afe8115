"""Posts frames to sockets through API Gateway's management API. Port `Pusher`.

A slow or broken socket costs the others nothing: bounded time, bounded tries, several connections at once; the frames
of one connection stay in order.
Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.ports.live import Connection, Pushed

AT_ONCE = 16
ATTEMPTS = 4
TIMEOUT_SECONDS = 2
_RETRIED = {429, 500, 502, 503, 504}
_GONE = 410
Outcome = Literal["delivered", "gone", "failed"]


class SocketPusher:
    """Pushes over one client an endpoint. `override` stands in for the endpoint kept with each connection."""

    def __init__(self, *, region: str, override: str = "", sleep: Callable[[float], None] = time.sleep) -> None:
        self._region = region
        self._override = override
        self._sleep = sleep
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="push")

    def push(self, connections: Sequence[Connection], frames: Sequence[str]) -> Pushed:
        """The frames, in order, to each connection."""
        if len(connections) == 1:
            outcomes = [self._deliver(connections[0], frames)]
        else:
            outcomes = list(self._threads.map(lambda connection: self._deliver(connection, frames), connections))
        return Pushed(
            gone=[c for c, outcome in zip(connections, outcomes, strict=True) if outcome == "gone"],
            failed=[c for c, outcome in zip(connections, outcomes, strict=True) if outcome == "failed"],
        )

    def disconnect(self, connection: Connection) -> None:
        """Close a socket, if it is open and can be reached; it dies by itself after two hours."""
        self._attempted(lambda: self._client(connection).delete_connection(ConnectionId=connection.id))

    def _deliver(self, connection: Connection, frames: Sequence[str]) -> Outcome:
        for frame in frames:
            outcome = self._post(connection, frame.encode())
            if outcome != "delivered":
                return outcome
        return "delivered"

    def _post(self, connection: Connection, data: bytes) -> Outcome:
        client = self._client(connection)
        return self._attempted(lambda: client.post_to_connection(ConnectionId=connection.id, Data=data))

    def _attempted(self, call: Callable[[], object]) -> Outcome:
        for attempt in range(ATTEMPTS):
            try:
                call()
            except ClientError as error:
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
                if status == _GONE:
                    return "gone"
                if status not in _RETRIED:
                    return "failed"
            except BotoCoreError:
                pass
            else:
                return "delivered"
            if attempt + 1 < ATTEMPTS:
                self._sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311 - jitter, not a secret
        return "failed"

    def _client(self, connection: Connection) -> Any:
        """Made once an endpoint; a made client may be used by several threads."""
        endpoint = self._override or connection.endpoint
        with self._lock:
            if endpoint not in self._clients:
                self._clients[endpoint] = boto3.session.Session().client(
                    "apigatewaymanagementapi",
                    region_name=self._region,
                    endpoint_url=endpoint,
                    config=Config(
                        connect_timeout=TIMEOUT_SECONDS,
                        read_timeout=TIMEOUT_SECONDS,
                        retries={"total_max_attempts": 1},
                        max_pool_connections=AT_ONCE,
                    ),
                )
            return self._clients[endpoint]
