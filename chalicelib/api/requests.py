"""What a route receives and gives back, free of Chalice. Built and consumed by api/endpoint.py."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib.domain.principal import Principal

Auth = Literal["none", "optional", "required"]

PRIVATE = "private, no-cache"
PUBLIC = "public, max-age=0, s-maxage=5, must-revalidate"


@dataclass(slots=True)
class Request:
    """One request: already authenticated, its query checked and its JSON parsed as the route's contract says."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    raw_body: bytes
    request_id: str
    source_ip: str
    principal: Principal | None = None
    json: Any = None
    body: Any = None
    resource_id: str = ""

    @property
    def caller(self) -> Principal:
        """The caller, on routes that require sign-in."""
        assert self.principal is not None, "the route's contract does not require sign-in"  # noqa: S101
        return self.principal

    def header(self, name: str) -> str | None:
        """A request header by its lower-case name."""
        return self.headers.get(name)


@dataclass(slots=True)
class Answer:
    """An answer: status, text or bytes, headers. `body` is JSON text unless Content-Type says otherwise."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contract:
    """What a route promises; the endpoint enforces it and openapi.py prints it.

    `body` and `result` are dotted names below chalicelib (`domain.programme:TrackFields`), resolved late so that
    the read path does not import them. `patch` marks a merge patch of `body`. `creates` makes it take
    Idempotency-Key; with `secret` its answer holds credentials, so the id is kept but not the answer, and a repeat
    is answered anew. `raw` hands the bytes of the body over unread.
    """

    summary: str
    auth: Auth = "none"
    query: tuple[str, ...] = ()
    body: str | None = None
    patch: bool = False
    raw: bool = False
    creates: bool = False
    secret: bool = False
    if_match: bool = False
    result: str | None = None
    many: bool = False
    status: int = 200
    content_type: str = "application/json"
    problems: tuple[int, ...] = ()


def redirect(location: str) -> Answer:
    """A 303 to another place of ours."""
    return Answer(status=303, headers={"Location": location})
