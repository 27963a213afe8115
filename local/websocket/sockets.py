"""API Gateway's WebSocket API on one machine: makes events for handlers, and serves the `@connections` API for pushes.

`mount_apps` routes sockets to it, `site` the management API. A connection accepts posts as soon as `$connect` has
answered 2xx, which is before the client sees its handshake. Posted messages wait in the connection's queue.
Messages of one connection are handled one after another. AWS promises no order, so handlers must not rely on it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import secrets
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.gateway.handlers import Handler
from local.gateway.http_message import HttpRequest, Message, Receive, Scope, Send, request_of
from local.gateway.servers import MESSAGE_BYTES
from local.websocket.socket_events import connect_event, disconnect_event, message_event

log = logging.getLogger("local.sockets")

IDLE_SECONDS = 600.0
LIFE_SECONDS = 7200.0
"""API Gateway closes a socket after this time without a message, or of this age."""
WAITING_PUSHES = 1000
"""Posts that wait for one slow client. More are refused with 429."""
GOING_AWAY = 1001


@dataclass(slots=True)
class OpenSocket:
    id: str
    request: HttpRequest
    connected_at: int
    """Epoch milliseconds."""
    born: float = field(default_factory=time.monotonic)
    active: float = field(default_factory=time.monotonic)
    outgoing: asyncio.Queue[Message] = field(default_factory=lambda: asyncio.Queue(WAITING_PUSHES))
    closed: bool = False


class SocketGateway:
    """An ASGI app for WebSockets. It runs on the event loop; handlers run in threads."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        idle_seconds: float = IDLE_SECONDS,
        life_seconds: float = LIFE_SECONDS,
    ) -> None:
        self._handlers = handlers
        self._idle_seconds = idle_seconds
        self._life_seconds = life_seconds
        self._open: dict[str, OpenSocket] = {}
        self._threads = ThreadPoolExecutor(16, thread_name_prefix="socket")

    def count(self) -> int:
        """Returns how many sockets are open."""
        return len(self._open)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one socket from handshake to close."""
        await receive()
        id = base64.b64encode(secrets.token_bytes(11)).decode()
        connection = OpenSocket(id, request_of(scope), int(time.time() * 1000))
        status = await self._connect(connection)
        if not 200 <= status < 300:
            await send({"type": "websocket.http.response.start", "status": status, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b""})
            return
        self._open[connection.id] = connection
        code = 1006
        try:
            await send({"type": "websocket.accept"})
            code = await self._talk(connection, receive, send)
        finally:
            connection.closed = True
            self._open.pop(connection.id, None)
            await asyncio.shield(self._disconnect(connection, code))

    async def _connect(self, connection: OpenSocket) -> int:
        """Returns the handshake's status: what `$connect` returns, 200 without such a handler, 500 when it raises."""
        handler = self._handlers.get("$connect")
        if handler is None:
            return 200
        try:
            answer = await self._invoke(handler, connect_event(connection))
        except Exception:
            log.exception("$connect crashed")
            return 500
        status = answer.get("statusCode") if isinstance(answer, dict) else None
        return status if isinstance(status, int) and 200 <= status < 600 else 500

    async def _talk(self, connection: OpenSocket, receive: Receive, send: Send) -> int:
        """Reads and writes until either side closes. Returns the close code."""
        reader = asyncio.create_task(self._read(connection, receive))
        others = [asyncio.create_task(self._write(connection, send)), asyncio.create_task(self._expire(connection))]
        try:
            return await reader
        finally:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    async def _read(self, connection: OpenSocket, receive: Receive) -> int:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return int(message.get("code") or 1005)
            connection.active = time.monotonic()
            await self._message(connection, message)

    async def _write(self, connection: OpenSocket, send: Send) -> None:
        while True:
            message = await connection.outgoing.get()
            await send(message)
            connection.active = time.monotonic()

    async def _expire(self, connection: OpenSocket) -> None:
        """Closes a socket that is idle for 10 minutes or open for 2 hours."""
        while True:
            end = min(connection.active + self._idle_seconds, connection.born + self._life_seconds)
            left = end - time.monotonic()
            if left <= 0:
                await connection.outgoing.put({"type": "websocket.close", "code": GOING_AWAY, "reason": "Going away"})
                return
            await asyncio.sleep(left)

    async def _message(self, connection: OpenSocket, message: Message) -> None:
        text: str = message["text"]  # servers.LimitedSocket takes no binary frames
        route, handler = self._choose(text)
        event = message_event(connection, route, text)
        if handler is None:
            await self._tell(connection, event, "Forbidden")
            return
        try:
            await self._invoke(handler, event)
        except Exception:
            log.exception("%s crashed", route)
            await self._tell(connection, event, "Internal server error")

    def _choose(self, text: str) -> tuple[str, Handler | None]:
        """Returns (route key, handler or None). Chalice selects routes by `$request.body.action`."""
        try:
            action = json.loads(text).get("action")
        except (ValueError, AttributeError, RecursionError):
            action = None
        if isinstance(action, str) and action in self._handlers and not action.startswith("$"):
            return action, self._handlers[action]
        return "$default", self._handlers.get("$default")

    async def _tell(self, connection: OpenSocket, event: dict[str, Any], words: str) -> None:
        request_id = event["requestContext"]["requestId"]
        text = json.dumps({"message": words, "connectionId": connection.id, "requestId": request_id})
        await connection.outgoing.put({"type": "websocket.send", "text": text})

    async def _disconnect(self, connection: OpenSocket, code: int) -> None:
        handler = self._handlers.get("$disconnect")
        if handler is None:
            return
        try:
            await self._invoke(handler, disconnect_event(connection, code))
        except Exception:
            log.exception("$disconnect crashed")

    async def _invoke(self, handler: Handler, event: dict[str, Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, handler, event)

    async def manage(self, request: Request) -> Response:
        """Answers the management API: POST, GET and DELETE `…/@connections/{id}`."""
        body = await request.body()
        connection = self._open.get(request.path_params["id"])
        if connection is None or connection.closed:
            return _refusal(410, "GoneException", "")
        if request.method == "POST":
            return self._post(connection, body)
        if request.method in ("GET", "HEAD"):
            return JSONResponse(_description(connection))
        await connection.outgoing.put({"type": "websocket.close", "code": 1000, "reason": ""})
        return Response(status_code=204)

    def _post(self, connection: OpenSocket, body: bytes) -> Response:
        if len(body) > MESSAGE_BYTES:
            return _refusal(413, "PayloadTooLargeException", "Message over 128 KB")
        try:
            message: Message = {"type": "websocket.send", "text": body.decode()}
        except UnicodeDecodeError:
            message = {"type": "websocket.send", "bytes": body}
        try:
            connection.outgoing.put_nowait(message)
        except asyncio.QueueFull:
            return _refusal(429, "LimitExceededException", "The client does not keep up")
        return Response()

    def close(self) -> None:
        """Cancels waiting calls of handlers and starts no more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _refusal(status: int, kind: str, words: str) -> Response:
    return JSONResponse({"message": words}, status, {"x-amzn-errortype": kind})


def _description(connection: OpenSocket) -> dict[str, Any]:
    def moment(seconds: float) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))

    active = time.time() - (time.monotonic() - connection.active)
    identity = {"sourceIp": connection.request.client, "userAgent": connection.request.header("user-agent")}
    return {
        "connectedAt": moment(connection.connected_at / 1000),
        "identity": identity,
        "lastActiveAt": moment(active),
    }
