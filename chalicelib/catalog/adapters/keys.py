"""Key formats of ticket types, stock, quotas and codes in the sales table. The rules are in aws/dynamo_keys.py."""

from chalicelib.aws.dynamo_keys import Key, digest
from chalicelib.core.kinds import CodeKind

_CODE_WORD = {CodeKind.ACCESS: "ACCESS_CODE", CodeKind.DISCOUNT: "DISCOUNT"}


def ticket_type(event_id: str, ticket_type_id: str) -> Key:
    """A ticket type of an event."""
    return f"EVENT#{event_id}", f"TICKET_TYPE#{ticket_type_id}"


def stock(owner: str, shard: int) -> Key:
    """A shard of stock of a ticket type, quota, code or buyer's limit. catalog/domain/stock.py names the owners."""
    return f"STOCK#{owner}#{shard:03d}", "STOCK"


def quota(event_id: str, quota_id: str) -> Key:
    """A quota that ticket types of an event share."""
    return f"EVENT#{event_id}", f"QUOTA#{quota_id}"


def code(event_id: str, kind: CodeKind, code_id: str) -> Key:
    """A discount or an access code of an event."""
    return f"EVENT#{event_id}", f"{_CODE_WORD[kind]}#{code_id}"


def code_name(event_id: str, kind: CodeKind, name: str) -> Key:
    """The code that has a name, by the hash of the name. Makes names unique."""
    return f"CODE#{digest(event_id, kind.value, name)}", "CODE"
