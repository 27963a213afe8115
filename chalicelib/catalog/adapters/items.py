"""Items of ticket types, stock, quotas and codes in the sales table. Used by the adapters of catalog and orders."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_keys import Key
from chalicelib.aws.dynamo_tables import SalesTable
from chalicelib.catalog.ports import StoredLimit
from chalicelib.core.kinds import REVISION
from chalicelib.representations.represent import Representation


class LimitItem(SalesTable):
    """A quota or a code. `body` is its JSON without the numbers of use; `shards` is how many shards its stock has."""

    id = UnicodeAttribute()
    rev = NumberAttribute()
    etag = UnicodeAttribute()
    body = UnicodeAttribute()
    shards = NumberAttribute()


class CodeNameItem(SalesTable):
    """The id of the code that has a name. Its key makes names unique."""

    id = UnicodeAttribute()


def limit_item(key: Key, limit_id: str, made: Representation, *, shards: int) -> LimitItem:
    """Returns the item of a quota or a code."""
    return LimitItem(*key, id=limit_id, rev=REVISION, etag=made.etag, body=made.body, shards=shards)


def load_limit(key: Key) -> StoredLimit | None:
    """Returns the quota or code with this key, read strongly consistent, or None."""
    try:
        return stored_limit(LimitItem.get(*key, consistent_read=True))
    except LimitItem.DoesNotExist:
        return None


def load_limits(prefix: Key) -> list[StoredLimit]:
    """Returns all quotas or codes of a partition whose sort key begins with the prefix, read strongly consistent."""
    partition, beginning = prefix
    found = LimitItem.query(partition, LimitItem.sk.startswith(beginning), consistent_read=True)
    return [stored_limit(item) for item in found]


def stored_limit(item: LimitItem) -> StoredLimit:
    """Returns the quota or code that an item holds."""
    return StoredLimit(item.id, item.etag, item.body, int(item.shards))


class TicketTypeItem(SalesTable):
    """A ticket type. `body` is its JSON without availability; `shards` is how many shards its stock has; `quotas` names
    the quotas it shares (quota_text.py); `terms` is described in terms.py.
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
    """A shard of stock; left + held + sold = capacity. `terms` is the number of its ticket type's terms; `awaited_in`
    is the event's id while the type has a waiting list.
    """

    left = NumberAttribute()
    held = NumberAttribute(default=0)
    sold = NumberAttribute(default=0)
    capacity = NumberAttribute()
    terms = NumberAttribute(null=True)
    awaited_in = UnicodeAttribute(null=True)
