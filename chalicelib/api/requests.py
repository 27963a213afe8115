"""What a route receives, returns and promises, free of Chalice. Built and consumed by api/endpoint.py.

Plain classes: importing dataclasses would take a tenth of the read path's cold start, and each NamedTuple 0.3 ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from chalicelib.core.principal import Principal

Auth = Literal["none", "optional", "required"]

PRIVATE = "private, no-cache"
PUBLIC = "public, max-age=0, s-maxage=10, must-revalidate"
PAGE = "public, max-age=0, s-maxage=60, must-revalidate"
"""Pages contain nothing that a sale depends on; their scripts ask the API for the stock (ADR 8)."""
PDF = "application/pdf"
"""The only content type whose answers are bytes; app.py registers it with Chalice."""


class Request:
    """One request: already authenticated, with its query checked and its JSON parsed as the route's contract says."""

    __slots__ = (
        "address",
        "body",
        "headers",
        "json",
        "method",
        "path",
        "principal",
        "query",
        "raw_body",
        "request_id",
        "resource_id",
    )

    def __init__(self, *, method: str, path: str, headers: Mapping[str, str], request_id: str) -> None:
        self.method = method
        self.path = path
        self.headers = headers
        self.request_id = request_id
        self.address = ""
        self.query: dict[str, str] = {}
        self.principal: Principal | None = None
        self.raw_body = b""
        self.json: Any = None
        self.body: Any = None
        self.resource_id = ""

    @property
    def caller(self) -> Principal:
        """The signed-in caller. Only for routes that require sign-in."""
        assert self.principal is not None, "the route's contract does not require sign-in"  # noqa: S101
        return self.principal

    @property
    def visitor(self) -> str:
        """The key by which limits count visitors: an IPv4 address, or the /64 of an IPv6 one. Raises Forbidden."""
        from chalicelib.limits.visitor import visitor_of

        return visitor_of(self.address)

    def header(self, name: str) -> str | None:
        """Returns a request header by its lower-case name, or None."""
        return self.headers.get(name)


class Answer:
    """An answer: status, text or bytes, headers. `body` is JSON text unless Content-Type says otherwise."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, body: str | bytes = "", status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.body = body
        self.status = status
        self.headers = headers if headers is not None else {}


class Contract:
    """The contract of a route; the endpoint enforces it and openapi.py prints it.

    `body` and `result` are dotted names below chalicelib (`content.domain.programme:TrackFields`), resolved late so
    that the read path does not import them. `patch` marks a merge patch of `body`. `creates` makes the route take
    Idempotency-Key. With `secret` the answer has credentials, so only the id is stored: a repeated request runs the
    view again. `raw` passes the bytes of the body on unparsed.
    """

    def __init__(
        self,
        summary: str,
        auth: Auth = "none",
        query: tuple[str, ...] = (),
        *,
        body: str | None = None,
        patch: bool = False,
        raw: bool = False,
        creates: bool = False,
        secret: bool = False,
        if_match: bool = False,
        result: str | None = None,
        many: bool = False,
        status: int = 200,
        content_type: str = "application/json",
        problems: tuple[int, ...] = (),
    ) -> None:
        self.summary = summary
        self.auth = auth
        self.query = query
        self.body = body
        self.patch = patch
        self.raw = raw
        self.creates = creates
        self.secret = secret
        self.if_match = if_match
        self.result = result
        self.many = many
        self.status = status
        self.content_type = content_type
        self.problems = problems


def redirect(location: str) -> Answer:
    """Returns a 303 to another path of this deployment."""
    return Answer(status=303, headers={"Location": location})
