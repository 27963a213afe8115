"""What a route receives and gives back, free of Chalice. Built and consumed by api/endpoint.py.

Plain classes: the dataclasses module alone would cost the read path a tenth of its cold start, and a NamedTuple 0.3 ms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from chalicelib.core.principal import Principal

Auth = Literal["none", "optional", "required"]

PRIVATE = "private, no-cache"
PUBLIC = "public, max-age=0, s-maxage=10, must-revalidate"
PAGE = "public, max-age=0, s-maxage=60, must-revalidate"
"""Pages show nothing that a sale depends on; what they say of stock their scripts ask the API for (ADR 8)."""
PDF = "application/pdf"
"""The one type of answers that are bytes; app.py tells Chalice so."""


class Request:
    """One request: already authenticated, its query checked and its JSON parsed as the route's contract says."""

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
        """The caller, on routes that require sign-in."""
        assert self.principal is not None, "the route's contract does not require sign-in"  # noqa: S101
        return self.principal

    @property
    def visitor(self) -> str:
        """Who asks, as limits count: an IPv4 address, or the /64 of an IPv6 one. Raises Forbidden when unknown."""
        from chalicelib.limits.visitor import visitor_of

        return visitor_of(self.address)

    def header(self, name: str) -> str | None:
        """A request header by its lower-case name."""
        return self.headers.get(name)


class Answer:
    """An answer: status, text or bytes, headers. `body` is JSON text unless Content-Type says otherwise."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, body: str | bytes = "", status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.body = body
        self.status = status
        self.headers = headers if headers is not None else {}


class Contract:
    """What a route promises; the endpoint enforces it and openapi.py prints it.

    `body` and `result` are dotted names below chalicelib (`content.domain.programme:TrackFields`), resolved late so
    that the read path does not import them. `patch` marks a merge patch of `body`. `creates` makes it take
    Idempotency-Key; with `secret` its answer holds credentials, so the id is kept but not the answer, and a repeat
    is answered anew. `raw` hands the bytes of the body over unread.
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
    """A 303 to another place of ours."""
    return Answer(status=303, headers={"Location": location})
