"""Posts frames to sockets through API Gateway's management API. Port `Pusher`.

A slow or broken socket costs the others nothing: bounded time, bounded tries, several connections at once; the frames
of one connection stay in order. A call is at most `within` seconds late in its last try, and that one times out.
Source: docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.ports.live import Connection, Pushed

AT_ONCE = 16
ATTEMPTS = 4
TIMEOUT_SECONDS = 2
CLOSING_SECONDS = 5.0
_RETRIED = {429, 500, 502, 503, 504}
_GONE = 410
Outcome = Literal["delivered", "gone", "failed"]


class SocketPusher:
    """Pushes over one client an endpoint. `override` stands in for the endpoint kept with each connection."""

    def __init__(
        self,
        *,
        region: str,
        override: str = "",
        sleep: Callable[[float], None] = time.sleep,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._region = region
        self._override = override
        self._sleep = sleep
        self._timer = timer
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="push")

    def push(self, connections: Sequence[Connection], frames: Sequence[str], *, within: float = 5.0) -> Pushed:
        """The frames, in order, to each connection. Returns when all posts have ended, so that the frames of a next
        call come after these.
        """
        until = self._timer() + within
        deliver = partial(self._deliver, data=[frame.encode() for frame in frames], until=until)
        alone = len(connections) == 1
        outcomes = [deliver(connections[0])] if alone else list(self._threads.map(deliver, connections))
        return Pushed(
            gone=[c for c, outcome in zip(connections, outcomes, strict=True) if outcome == "gone"],
            failed=[c for c, outcome in zip(connections, outcomes, strict=True) if outcome == "failed"],
        )

    def disconnect(self, connection: Connection) -> None:
        """Close a socket, if it is open and can be reached; it dies by itself after two hours."""
        client = self._client(connection)
        self._attempted(lambda: client.delete_connection(ConnectionId=connection.id), self._timer() + CLOSING_SECONDS)

    def _deliver(self, connection: Connection, data: Sequence[bytes], until: float) -> Outcome:
        client = self._client(connection)
        for frame in data:
            post = partial(client.post_to_connection, ConnectionId=connection.id, Data=frame)
            outcome = self._attempted(post, until)
            if outcome != "delivered":
                return outcome
        return "delivered"

    def _attempted(self, call: Callable[[], object], until: float) -> Outcome:
        for attempt in range(ATTEMPTS):
            if self._timer() >= until:
                break
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
