"""Which version of a thing a writer saw, and what follows when it is another by now. Light."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from chalicelib.core.errors import Busy, MarqueeError, PreconditionFailed, PreconditionRequired

T = TypeVar("T")
ANY = "*"
Match = frozenset[str] | None
"""The tags of If-Match (ANY: whatever there is), or None when the writer named none."""


class Overtaken(Exception):
    """Something changed between a look and the write that rests on it; nothing was written. Look again."""


def until_settled(attempt: Callable[[], T], *, tries: int, otherwise: MarqueeError | None = None) -> T:
    """What an attempt returns. It looks and writes; when it raises Overtaken, it is made again. Raises Busy, or
    `otherwise`, after so many tries.
    """
    for _ in range(tries):
        with suppress(Overtaken):
            return attempt()
    raise otherwise or Busy("Too many writers at once. Try again.")


def require_match(match: Match, *, etag: str, body: str) -> frozenset[str]:
    """The match, if the current tag is among it. Raises PreconditionRequired, PreconditionFailed."""
    if match is None:
        raise PreconditionRequired
    if ANY not in match and etag not in match:
        raise PreconditionFailed(etag=etag, body=body)
    return match


def require_same(match: Match, *, etag: str, represent: Callable[[], tuple[str, str]]) -> None:
    """The same for something that is read under `<etag>-<numbers>`, where the numbers change without an editor: of each
    tag the part before the first dash counts. `represent` gives what is read now, to whoever saw another version.
    """
    parts = None if match is None else frozenset(tag if tag == ANY else tag.partition("-")[0] for tag in match)
    try:
        require_match(parts, etag=etag, body="")
    except PreconditionFailed:
        current, body = represent()
        raise PreconditionFailed(etag=current, body=body) from None
