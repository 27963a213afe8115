"""Adds to quotas and codes how much of them is used now. Called by limited_quotas.py and limited_codes.py."""

from collections.abc import Sequence

from chalicelib.catalog.domain.stock import Shard
from chalicelib.catalog.ports import StoredLimit
from chalicelib.representations.json_text import add_members
from chalicelib.representations.represent import Representation


def with_numbers(stored: StoredLimit, **numbers: int) -> Representation:
    """Returns the JSON with these numbers as members, and the tag with the numbers appended."""
    tag = "-".join([stored.etag, *map(str, numbers.values())])
    return Representation(tag, add_members(stored.body, numbers))


def held(shards: Sequence[Shard]) -> int:
    """Returns how many are held by unpaid orders."""
    return sum(shard.held for shard in shards)


def sold(shards: Sequence[Shard]) -> int:
    """Returns how many are sold, or used."""
    return sum(shard.sold for shard in shards)
