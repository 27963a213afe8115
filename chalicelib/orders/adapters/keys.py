"""Key formats of orders, charges and refunds in the sales table. They follow the rules of aws/dynamo_keys.py."""

import hashlib

from chalicelib.aws.dynamo_keys import Key
from chalicelib.core.ids import milliseconds_of

ORDER_SPREAD = 32
"""Partitions for the orders of one minute: 32 x 500 transactional writes a second."""


def order(order_id: str) -> Key:
    """An order. Its id contains the minute it was made in, so the timer finds holds without an index (ADR 0004)."""
    return orders_of_minute(milliseconds_of(order_id) // 60_000, _part_of(order_id)), f"ORDER#{order_id}"


def orders_of_minute(minute: int, part: int) -> str:
    """The partition of orders made in one minute (Unix minutes); `part` is below ORDER_SPREAD."""
    return f"ORDERS#{minute}#{part:02d}"


def _part_of(order_id: str) -> int:
    return int.from_bytes(hashlib.sha256(order_id.encode()).digest()[:4], "big") % ORDER_SPREAD


def charge(order_id: str, charge_id: str) -> Key:
    """A charge record of an order."""
    return f"ORDER#{order_id}", f"CHARGE#{charge_id}"


def refund_wish(order_id: str, key: str) -> Key:
    """A refund of an order that was asked for."""
    return f"ORDER#{order_id}", f"REFUND#{key}"


def wanted_refund(order_id: str, key: str) -> Key:
    """A refund that still has to be made."""
    return "REFUNDS", f"WANTED#{order_id}#{key}"


def stripe_marker(stripe_event_id: str) -> Key:
    """A record that a Stripe event was applied."""
    return f"STRIPE_EVENT#{stripe_event_id}", "MARKER"


def order_of_event(event_id: str, order_id: str) -> Key:
    """An order that has or had tickets, found by its event."""
    return f"EVENT#{event_id}", f"TICKETED#{order_id}"
