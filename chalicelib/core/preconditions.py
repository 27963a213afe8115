"""Which version of a thing a writer saw. Light."""

from collections.abc import Callable

from chalicelib.core.errors import PreconditionFailed, PreconditionRequired

ANY = "*"
Match = frozenset[str] | None
"""The tags of If-Match (ANY: whatever there is), or None when the writer named none."""


class Overtaken(Exception):
    """Something changed between a look and the write that rests on it; nothing was written. Look again."""


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
