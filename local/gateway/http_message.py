"""Requests and answers as plain values, and their way in and out of ASGI.

Everything in this package that speaks HTTP takes an HttpRequest and gives an HttpAnswer back.
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
    """One request. `path` is as sent, still percent-encoded; header names are lower-case."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    client: str

    def header(self, name: str) -> str:
        """All values of a field joined by a comma, or an empty string."""
        return ", ".join(value for key, value in self.headers if key == name)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One answer. Content-Length is added on the way out unless it is given."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first value of a field."""
        return next((value for key, value in self.headers if key.lower() == name), None)


def request_of(scope: Scope, body: bytes = b"") -> HttpRequest:
    """The request that an ASGI scope describes."""
    return HttpRequest(
        method=scope.get("method", "GET"),
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        body=body,
        client=(scope.get("client") or ("127.0.0.1", 0))[0],
    )


async def send_answer(send: Send, answer: HttpAnswer, *, method: str) -> None:
    """Send an answer; for HEAD the length is told and the body kept back."""
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    bodiless = answer.status in (204, 304)
    if not bodiless and answer.header("content-length") is None:
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if bodiless or method == "HEAD" else answer.body})
