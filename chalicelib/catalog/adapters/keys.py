"""Key formats of quotas, codes and waiting lists in the sales table. aws/dynamo_keys.py has what others share.

Parts are ids, hashes or fixed words, as there.
"""

from chalicelib.aws.dynamo_keys import Key, digest
from chalicelib.core.kinds import CodeKind

_CODE_WORD = {CodeKind.ACCESS: "ACCESS_CODE", CodeKind.DISCOUNT: "DISCOUNT"}


def quota(event_id: str, quota_id: str) -> Key:
    """A quota that ticket types of an event share."""
    return f"EVENT#{event_id}", f"QUOTA#{quota_id}"


def code(event_id: str, kind: CodeKind, code_id: str) -> Key:
    """A discount or an access code of an event."""
    return f"EVENT#{event_id}", f"{_CODE_WORD[kind]}#{code_id}"


def code_name(event_id: str, kind: CodeKind, name: str) -> Key:
    """The code that has a name, by the hash of the name. Makes names unique."""
    return f"CODE#{digest(event_id, kind.value, name)}", "CODE"


def waiting_entry(event_id: str, entry_id: str) -> Key:
    """Somebody on the waiting list of an event."""
    return f"EVENT#{event_id}", f"WAITING#{entry_id}"


def queue(event_id: str, ticket_type_id: str) -> Key:
    """A ticket type that people wait for. All of them are in one partition."""
    return "QUEUES", f"QUEUE#{event_id}#{ticket_type_id}"


def queue_place(ticket_type_id: str, entry_id: str) -> Key:
    """A place in the queue for a ticket type. Ids sort by the time somebody came."""
    return f"QUEUE#{ticket_type_id}", f"PLACE#{entry_id}"


def queue_member(ticket_type_id: str, member: str) -> Key:
    """A person (a hash) who waits for a ticket type."""
    return f"QUEUE#{ticket_type_id}", f"MEMBER#{member}"


def waiting_offer(deadline: int, order_id: str) -> Key:
    """An order that was made for somebody who waited, by its deadline (Unix seconds)."""
    return "WAITING_OFFERS", f"OFFER#{deadline:012d}#{order_id}"
