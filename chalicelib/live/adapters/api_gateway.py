"""Posts frames to sockets through API Gateway's management API. Implements the port `Pusher`.

A slow or broken socket delays the others little: time and tries are limited, several connections are served in
parallel, and every connection gets a first try before any gets a second. The frames of one connection stay in order. A
push takes at most `within` seconds, and a last try that times out. Source:
docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.live.ports import Connection, Pushed

AT_ONCE = 16
ATTEMPTS = 4
TIMEOUT_SECONDS = 2
CLOSING_SECONDS = 5.0
_RETRIED = {429, 500, 502, 503, 504}
_GONE = 410
Outcome = Literal["done", "gone", "failed", "again"]
Call = Callable[[Any, str], object]
"""A call of a client for the connection with this id."""


@dataclass(slots=True)
class _Errand:
    """The calls for one connection, in order, and their progress."""

    connection: Connection
    calls: Sequence[Call]
    done: int = 0
    tries: int = 0
    """Tries of the next call."""
    outcome: Outcome = "again"


class SocketPusher:
    """Pushes with one client per endpoint. `override` replaces the endpoint that is stored with each connection."""

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
        """Pushes the frames, in order, to each connection. Returns after all posts have ended, so that the frames of a
        later call arrive after these.
        """
        posts = [partial(_post, frame.encode()) for frame in frames]
        errands = self._run([_Errand(one, posts) for one in connections], within)
        return Pushed(
            gone=[one.connection for one in errands if one.outcome == "gone"],
            failed=[one.connection for one in errands if one.outcome == "failed"],
        )

    def disconnect(self, connections: Sequence[Connection]) -> None:
        """Closes the sockets that can be reached. The others are closed by API Gateway after two hours."""
        self._run([_Errand(one, [_delete]) for one in connections], CLOSING_SECONDS)

    def _run(self, errands: list[_Errand], within: float) -> list[_Errand]:
        """Runs all errands to their end, in rounds. A failed call waits until the others have had a try."""
        until = self._timer() + within
        left = errands
        while left:
            if len(left) == 1:
                self._go_on(left[0], until)
            else:
                list(self._threads.map(partial(self._go_on, until=until), left))
            left = [one for one in left if one.outcome == "again"]
            if left:
                most = 0.05 * 2.0 ** (min(one.tries for one in left) - 1)
                self._sleep(random.uniform(0, most))  # noqa: S311 - jitter, not a secret
        return errands

    def _go_on(self, errand: _Errand, until: float) -> None:
        """Makes the errand's calls until one does not succeed."""
        client = self._client(errand.connection)
        while errand.done < len(errand.calls):
            call = errand.calls[errand.done]
            outcome = _attempt(call, client, errand.connection.id) if self._timer() < until else "failed"
            if outcome != "done":
                errand.tries += 1
                errand.outcome = "failed" if errand.tries == ATTEMPTS and outcome == "again" else outcome
                return
            errand.done, errand.tries = errand.done + 1, 0
        errand.outcome = "done"

    def _client(self, connection: Connection) -> Any:
        """Returns the client of an endpoint, created once. Several threads may use it."""
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


def _post(data: bytes, client: Any, connection_id: str) -> None:
    client.post_to_connection(ConnectionId=connection_id, Data=data)


def _delete(client: Any, connection_id: str) -> None:
    client.delete_connection(ConnectionId=connection_id)


def _attempt(call: Call, client: Any, connection_id: str) -> Outcome:
    """Makes one try of one call."""
    try:
        call(client, connection_id)
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == _GONE:
            return "gone"
        return "again" if status in _RETRIED else "failed"
    except BotoCoreError:
        return "again"
    return "done"
