"""Computes DynamoDB capacity units from item sizes by AWS's published rule, because no emulator counts them right.

Source: docs.aws.amazon.com/amazondynamodb/latest/developerguide/capacity-unit-calculations.html
"""

import math
from typing import Any

TypedItem = dict[str, dict[str, Any]]


def item_bytes(item: TypedItem) -> int:
    """Returns the size in bytes of an item in DynamoDB's JSON: attribute names and values in UTF-8."""
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
    """Returns the RCU of one GetItem of `size` bytes. A missing item (0) costs as much as the smallest one."""
    return max(1, math.ceil(size / 4096)) * (1.0 if consistent else 0.5)


def write_units(size: int, *, transactional: bool) -> int:
    """Returns the WCU of one put or update. `size` is that of the larger of the item before and after, in bytes."""
    return max(1, math.ceil(size / 1024)) * (2 if transactional else 1)
