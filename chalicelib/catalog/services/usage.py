"""Figuring: what is limited as staff read it, with how much of it is used at the moment. Called by services of limits.

Like a ticket type, its ETag is `<stored tag>-<figures>`, and If-Match looks at the part before the first dash: an order
placed meanwhile does not get in an editor's way.
"""

from collections.abc import Sequence

from chalicelib.catalog.domain.stock import Shard
from chalicelib.catalog.ports import StoredLimit
from chalicelib.core.errors import PreconditionFailed
from chalicelib.core.preconditions import ANY, Match, require_match
from chalicelib.representations.json_text import add_members, as_found, write_list
from chalicelib.representations.read import Found
from chalicelib.representations.represent import Representation


def of_quota(stored: StoredLimit, shards: Sequence[Shard]) -> Representation:
    """A quota with how many of it are available, held and sold."""
    return _with(stored, available=sum(s.left for s in shards), **_taken(shards, "sold"))


def of_code(stored: StoredLimit, shards: Sequence[Shard]) -> Representation:
    """A code with how often it was used and is held by orders that are not paid."""
    return _with(stored, **_taken(shards, "used"))


def as_list(shown: Sequence[Representation]) -> Found:
    """All of them, to be sent."""
    return as_found(write_list(one.body for one in shown))


def require_same(match: Match, shown: Representation) -> None:
    """Raise PreconditionRequired, PreconditionFailed unless one of `match` names the version that is shown."""
    parts = None if match is None else frozenset(tag if tag == ANY else tag.partition("-")[0] for tag in match)
    try:
        require_match(parts, etag=shown.etag.partition("-")[0], body=shown.body)
    except PreconditionFailed:
        raise PreconditionFailed(etag=shown.etag, body=shown.body) from None


def _taken(shards: Sequence[Shard], sold: str) -> dict[str, int]:
    return {"held": sum(shard.held for shard in shards), sold: sum(shard.sold for shard in shards)}


def _with(stored: StoredLimit, **figures: int) -> Representation:
    tag = "-".join([stored.etag, *map(str, figures.values())])
    return Representation(tag, add_members(stored.body, {**figures}))
