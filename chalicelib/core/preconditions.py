"""Compares the version that a writer saw with the current one, and retries writes that others overtook. Light."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from chalicelib.core.errors import Busy, MarqueeError, PreconditionFailed, PreconditionRequired

T = TypeVar("T")
ANY = "*"
Match = frozenset[str] | None
"""The tags of If-Match (ANY: any version), or None when the request had no If-Match."""


class Overtaken(Exception):
    """Something changed between a read and the write that depends on it. Nothing was written; read again."""


def until_settled(attempt: Callable[[], T], *, tries: int, otherwise: MarqueeError | None = None) -> T:
    """Calls `attempt`, which reads and writes, until it does not raise Overtaken, and returns its result. Raises Busy,
    or `otherwise`, after `tries` calls.
    """
    for _ in range(tries):
        with suppress(Overtaken):
            return attempt()
    raise otherwise or Busy("Too many writers at once. Try again.")


def require_match(match: Match, *, etag: str, body: str) -> frozenset[str]:
    """Returns the match when it contains the current tag. Raises PreconditionRequired, PreconditionFailed."""
    if match is None:
        raise PreconditionRequired
    if ANY not in match and etag not in match:
        raise PreconditionFailed(etag=etag, body=body)
    return match


def require_same(match: Match, *, etag: str, represent: Callable[[], tuple[str, str]]) -> None:
    """Checks the match for something whose ETag is `<etag>-<numbers>`, where the numbers change without an edit: only
    the part of each tag before the first dash counts. `represent` returns the current ETag and body for
    PreconditionFailed.
    """
    parts = None if match is None else frozenset(tag if tag == ANY else tag.partition("-")[0] for tag in match)
    try:
        require_match(parts, etag=etag, body="")
    except PreconditionFailed:
        current, body = represent()
        raise PreconditionFailed(etag=current, body=body) from None
