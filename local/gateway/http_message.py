"""HTTP requests and answers as plain values, and their conversion from and to ASGI.

All code in this package that speaks HTTP takes an HttpRequest and returns an HttpAnswer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """An HTTP request. `path` is as sent, still percent-encoded. Names of headers are lower-case."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    client: str

    def header(self, name: str) -> str:
        """Returns all values of a field joined by commas, or an empty string. `name` is lower-case."""
        return ", ".join(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An HTTP answer. `send_answer` adds Content-Length when it is missing."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Returns the first value of a field, or None. `name` is lower-case."""
        return next((value for key, value in self.headers if key.lower() == name), None)


def request_of(scope: Scope, body: bytes = b"") -> HttpRequest:
    """Returns the request that an ASGI scope describes."""
    return HttpRequest(
        method=scope.get("method", "GET"),
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        body=body,
        client=(scope.get("client") or ("127.0.0.1", 0))[0],
    )


async def send_answer(send: Send, answer: HttpAnswer, *, method: str) -> None:
    """Sends an answer. For HEAD it sends Content-Length without the body."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    bodiless = answer.status in (204, 304)
    if not bodiless and answer.header("content-length") is None:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless or method == "HEAD" else answer.body})
