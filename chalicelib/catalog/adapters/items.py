"""Shapes of the items of quotas and codes in the sales table. Used by quotas.py and codes.py."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_keys import Key
from chalicelib.aws.dynamo_tables import SalesTable
from chalicelib.catalog.ports import StoredLimit
from chalicelib.core.kinds import REVISION
from chalicelib.representations.represent import Representation


class LimitItem(SalesTable):
    """A quota or a code: its representation without what was used of it, and how many shards its stock has."""

    id = UnicodeAttribute()
    rev = NumberAttribute()
    etag = UnicodeAttribute()
    body = UnicodeAttribute()
    shards = NumberAttribute()


class CodeNameItem(SalesTable):
    """Which code has a name; makes names unique."""

    id = UnicodeAttribute()


def limit_item(key: Key, limit_id: str, made: Representation, *, shards: int) -> LimitItem:
    """The item of a quota or a code."""
    return LimitItem(*key, id=limit_id, rev=REVISION, etag=made.etag, body=made.body, shards=shards)


def load_limit(key: Key) -> StoredLimit | None:
    """What an item says, strongly consistent."""
    try:
        return stored_limit(LimitItem.get(*key, consistent_read=True))
    except LimitItem.DoesNotExist:
        return None


def load_limits(prefix: Key) -> list[StoredLimit]:
    """What all items of a partition say whose sort key begins so, strongly consistent."""
    partition, beginning = prefix
    found = LimitItem.query(partition, LimitItem.sk.startswith(beginning), consistent_read=True)
    return [stored_limit(item) for item in found]


def stored_limit(item: LimitItem) -> StoredLimit:
    """What an item says."""
    return StoredLimit(item.id, item.etag, item.body, int(item.shards))


class TicketTypeItem(SalesTable):
    """A ticket type: its representation without availability, and how many shards its stock has. `quotas` names those
    it shares (catalog/adapters/terms.py).
    """

    id = UnicodeAttribute()
    rev = NumberAttribute()
    etag = UnicodeAttribute()
    body = UnicodeAttribute()
    hidden = BooleanAttribute()
    shards = NumberAttribute()
    quotas = UnicodeAttribute(null=True)
    terms = NumberAttribute(null=True)
    waiting = BooleanAttribute(null=True)


class StockItem(SalesTable):
    """A shard of somebody's stock; left + held + sold = capacity. `terms` are those of its ticket type; `awaited_in` is
    the event while people wait for the type.
    """

    left = NumberAttribute()
    held = NumberAttribute(default=0)
    sold = NumberAttribute(default=0)
    capacity = NumberAttribute()
    terms = NumberAttribute(null=True)
    awaited_in = UnicodeAttribute(null=True)
