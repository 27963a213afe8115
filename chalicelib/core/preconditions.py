"""Which version of a thing a writer saw. Light."""

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
