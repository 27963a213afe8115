"""uvicorn with the limits that API Gateway has for slow, oversized and malformed traffic.

The runner and the test fixtures start their HTTP servers here. It handles sockets and bytes, and must not know events
or the product.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from typing import Any
from uuid import uuid4

import httptools
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

REQUEST_SECONDS = 30
"""The connection of a request that is not complete after this time is closed."""
HEADER_BYTES = 64 * 1024
"""Parsing stops at this size of a head. The gateway's own limit is much lower."""
FRAME_BYTES = 32 * 1024
MESSAGE_BYTES = 128 * 1024
"""API Gateway's limits for WebSockets:
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

AsgiApp = Callable[..., Any]


class PatientHttp(HttpToolsProtocol):  # type: ignore[misc]
    """HTTP/1.1 with a deadline for the whole request and a size limit for its head."""

    request_seconds = REQUEST_SECONDS
    _deadline: asyncio.TimerHandle | None = None
    _head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Starts the deadline, so that a client that connects and sends nothing is closed too."""
        super().connection_made(transport)
        self._arm()

    def _arm(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(self.request_seconds, self._give_up)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            if self.cycle is None or self.cycle.response_complete:
                self._refuse(408, "request_timeout", "Request Timeout")
            self.transport.close()

    def on_message_begin(self) -> None:
        """Parser callback: the first byte of a request."""
        self._head_bytes = 0
        self._arm()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Parser callback: a piece of the request target."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Parser callback: one header field."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > HEADER_BYTES:
            raise ValueError("head too large")

    def on_message_complete(self) -> None:
        """Parser callback: the body is complete."""
        self._disarm()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Stops the deadline: a WebSocket has its own limits."""
        self._disarm()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the deadline."""
        self._disarm()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answers what the parser could not read with a problem document."""
        error = sys.exc_info()[1]
        if isinstance(error, httptools.HttpParserInvalidMethodError) or (self.scope or {}).get("method") == "CONNECT":
            self._refuse(405, "method_not_allowed", "Method Not Allowed")
        elif self._head_bytes > HEADER_BYTES:
            self._refuse(431, "headers_too_large", "Request Header Fields Too Large")
        else:
            self._refuse(400, "bad_request", "Bad Request")
        self.transport.close()

    def _refuse(self, status: int, code: str, title: str) -> None:
        request_id = str(uuid4())
        body = (
            f'{{"type":"about:blank","title":"{title}","status":{status},"code":"{code}","request_id":"{request_id}"}}'
        ).encode()
        allow = "Allow: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\r\n" if status == 405 else ""
        head = (
            f"HTTP/1.1 {status} {title}\r\n{allow}Content-Type: application/problem+json\r\n"
            f"X-Request-Id: {request_id}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)


class LimitedSocket(WebSocketsSansIOProtocol):  # type: ignore[misc]
    """A WebSocket with the gateway's frame limit and without binary frames. The message limit is `ws_max_size`."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Reports code 1006 when the connection ends without a close frame (RFC 6455 section 7.1.5)."""
        if self.handshake_complete and self.conn.close_rcvd is None and not self.close_sent:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": 1006})
        super().connection_lost(exc)

    def handle_text(self, event: Frame) -> None:
        """Accepts the first frame of a text message within the frame limit."""
        if self._fits(event):
            super().handle_text(event)

    def handle_bytes(self, event: Frame) -> None:
        """Refuses a binary frame, which API Gateway does not accept:
        docs.aws.amazon.com/apigateway/latest/developerguide/websocket-api-develop-binary-media-types.html
        """
        if not self.close_sent:
            self._refuse(CloseCode.UNSUPPORTED_DATA, "binary frame")

    def handle_cont(self, event: Frame) -> None:
        """Accepts a following frame of a message within the frame limit."""
        if self._fits(event):
            super().handle_cont(event)

    def _fits(self, event: Frame) -> bool:
        if self.close_sent:
            return False
        if len(event.data) <= FRAME_BYTES:
            return True
        self._refuse(CloseCode.MESSAGE_TOO_BIG, "frame over 32 KB")
        return False

    def _refuse(self, code: CloseCode, reason: str) -> None:
        self.conn.fail(code, reason)
        self.handle_parser_exception()


class Server(uvicorn.Server):  # type: ignore[misc]
    """A server that shares its event loop with others and leaves signals to the runner."""

    def __init__(self, app: AsgiApp, http: type[HttpToolsProtocol] = PatientHttp) -> None:
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http=http,
            ws=LimitedSocket,
            ws_max_size=MESSAGE_BYTES,
            ws_ping_interval=None,
            ws_per_message_deflate=False,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # no proxy is in front of the runner: the peer is the client, whatever its headers say
            timeout_keep_alive=65,
            timeout_graceful_shutdown=5,
            backlog=512,
        )
        super().__init__(config)
        self.ready = threading.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Does nothing: the runner handles signals."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, then sets `ready` for a caller in another thread."""
        await super().startup(sockets)
        self.ready.set()


def quiet_uvicorn() -> None:
    """Mutes uvicorn's logs of addresses, because their query strings contain one-time tickets."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.access").setLevel(logging.CRITICAL)


def listen(port: int = 0) -> socket.socket:
    """Returns a loopback socket that is bound. Port 0 picks a free port. Raises OSError when the port is taken."""
    # asyncio sets TCP_NODELAY only when the socket names its protocol. Without it each answer waits 40 ms for an ACK.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
        sock.listen(512)
    except OSError:
        sock.close()
        raise
    return sock


@contextlib.contextmanager
def serving(app: AsgiApp, sock: socket.socket) -> Iterator[str]:
    """Serves `app` in a thread while the block runs. Yields the origin."""
    quiet_uvicorn()
    server = Server(app)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([sock])), name="http", daemon=True)
    thread.start()
    if not server.ready.wait(10):
        raise RuntimeError("the server did not start")
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        sock.close()
