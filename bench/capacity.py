"""Capacity units by AWS's published rule, computed from item sizes, because no emulator counts them right.

Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-unit-calculations.html
"""

import math
from typing import Any

TypedItem = dict[str, dict[str, Any]]


def item_bytes(item: TypedItem) -> int:
    """The size of an item in DynamoDB's JSON: attribute names and values in UTF-8."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(typed: dict[str, Any]) -> int:
    ((kind, value),) = typed.items()
    if kind == "S":
        return len(value.encode())
    if kind == "N":
        return math.ceil(len(value.lstrip("-").strip("0")) / 2) + 1
    if kind == "B":
        return len(value) * 3 // 4
    if kind in ("BOOL", "NULL"):
        return 1
    raise ValueError(f"{kind} does not occur in these tables")


def read_units(size: int, *, consistent: bool) -> float:
    """RCU of one GetItem; a missing item costs the least there is."""
    return max(1, math.ceil(size / 4096)) * (1.0 if consistent else 0.5)


def write_units(size: int, *, transactional: bool) -> int:
    """WCU of one put or update; the larger of the item before and after counts."""
    return max(1, math.ceil(size / 1024)) * (2 if transactional else 1)
