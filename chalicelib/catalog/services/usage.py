"""What is limited, with how much of it is used at the moment. Called by the descriptions of limits."""

from collections.abc import Sequence

from chalicelib.catalog.domain.stock import Shard
from chalicelib.catalog.ports import StoredLimit
from chalicelib.representations.json_text import add_members
from chalicelib.representations.represent import Representation


def with_numbers(stored: StoredLimit, **numbers: int) -> Representation:
    """It with these numbers behind its members, and behind its tag."""
    tag = "-".join([stored.etag, *map(str, numbers.values())])
    return Representation(tag, add_members(stored.body, numbers))


def held(shards: Sequence[Shard]) -> int:
    """How many are held by orders that are not paid."""
    return sum(shard.held for shard in shards)


def sold(shards: Sequence[Shard]) -> int:
    """How many are sold, or used."""
    return sum(shard.sold for shard in shards)
