"""Key formats of check-ins in the sales table. They follow the rules of aws/dynamo_keys.py."""

from chalicelib.aws.dynamo_keys import Key


def check_in(event_id: str, order_id: str, number: int | None) -> Key:
    """What was done with a ticket at the gate. Without a number: the prefix of an order, or (empty) of all."""
    return f"EVENT#{event_id}", f"CHECK_IN#{order_id}" if number is None else f"CHECK_IN#{order_id}#{number:03d}"


def latest_check_in(event_id: str, at: int | None, order_id: str, number: int) -> Key:
    """A used ticket, by the time (Unix ms) it was used. Without a time: the prefix of all."""
    return f"EVENT#{event_id}", "ADMITTED#" if at is None else f"ADMITTED#{at:013d}#{order_id}#{number:03d}"


def check_in_counter(event_id: str, ticket_type_id: str, part: int | None) -> Key:
    """How many tickets of a type are used, one of several parts. Without a part: the prefix of all types."""
    return f"EVENT#{event_id}", "ADMISSIONS#" if part is None else f"ADMISSIONS#{ticket_type_id}#{part:02d}"
