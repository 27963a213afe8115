"""Key formats of waiting lists in the sales table. They follow the rules of aws/dynamo_keys.py."""

from chalicelib.aws.dynamo_keys import Key


def waiting_entry(event_id: str, entry_id: str) -> Key:
    """A person on the waiting list of an event."""
    return f"EVENT#{event_id}", f"WAITING#{entry_id}"


def queue(event_id: str, ticket_type_id: str) -> Key:
    """A ticket type that people wait for. All of them are in one partition."""
    return "QUEUES", f"QUEUE#{event_id}#{ticket_type_id}"


def queue_place(ticket_type_id: str, entry_id: str) -> Key:
    """A place in the queue for a ticket type. Ids sort by when the person joined."""
    return f"QUEUE#{ticket_type_id}", f"PLACE#{entry_id}"


def queue_member(ticket_type_id: str, member: str) -> Key:
    """A person (a hash) who waits for a ticket type."""
    return f"QUEUE#{ticket_type_id}", f"MEMBER#{member}"


def waiting_offer(deadline: int, order_id: str) -> Key:
    """An order that was made for a person on the waiting list, by its deadline (Unix seconds)."""
    return "WAITING_OFFERS", f"OFFER#{deadline:012d}#{order_id}"
