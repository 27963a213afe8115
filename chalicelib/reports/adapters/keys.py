"""Key formats of an event's lists and totals in the sales table. They follow the rules of aws/dynamo_keys.py."""

from chalicelib.aws.dynamo_keys import Key

TALLY_PARTS = 4
"""Items over which each sum of an event is distributed, in as many partitions."""


def order_row(event_id: str, order_id: str) -> Key:
    """An order in the list of its event's orders."""
    return f"SALES#{event_id}", f"ORDER_ROW#{order_id}"


def charge_row(event_id: str, order_id: str, charge_id: str) -> Key:
    """A charge in the list of its event's charges. Without an order: the prefix of all."""
    return f"SALES#{event_id}", f"CHARGE_ROW#{order_id}#{charge_id}" if order_id else "CHARGE_ROW#"


def sales_tally(event_id: str, part: int, name: str) -> Key:
    """Sums of an event's sales under a name, one of several parts. Without a name: the prefix of all."""
    return f"TALLY#{event_id}#{part:02d}", f"TALLY#{name}"
