"""The part of a transaction that moves stock between left, held and sold of a shard. Used by the sales stores.

The conditions are the promise: no figure goes below zero, and left + held + sold = capacity stays.
"""

import operator
from functools import reduce

from chalicelib.adapters.dynamo import keys
from chalicelib.adapters.dynamo.sales_items import StockItem
from chalicelib.adapters.dynamo.transactions import ConditionLost, Transaction
from chalicelib.domain.order_facts import Move
from chalicelib.domain.stock import Place
from chalicelib.ports.sales import Lost

_PREFIX = "stock "


def move_stock(transaction: Transaction, place: Place, move: Move, *, capacity: int = 0) -> None:
    """Change a shard, if it has enough. `capacity` is by how much the shard itself grows."""
    changes = {**move._asdict(), "capacity": capacity}
    actions = [getattr(StockItem, name).add(change) for name, change in changes.items() if change]
    if not actions:
        return
    conditions = [getattr(StockItem, name) >= -change for name, change in changes.items() if change < 0]
    condition = reduce(operator.and_, conditions, StockItem.pk.exists())
    transaction.update(_name(place), StockItem(*keys.stock(*place)), actions, condition)


def put_stock(transaction: Transaction, place: Place, quantity: int) -> None:
    """A new shard."""
    item = StockItem(*keys.stock(*place), left=quantity, capacity=quantity)
    transaction.put(_name(place), item, StockItem.pk.does_not_exist())


def delete_stock(transaction: Transaction, place: Place) -> None:
    """Remove a shard of which nothing is held or sold."""
    unused = StockItem.pk.does_not_exist() | ((StockItem.held == 0) & (StockItem.sold == 0))
    transaction.delete(_name(place), StockItem(*keys.stock(*place)), unused)


def lost_from(lost: ConditionLost) -> Lost:
    """The same in the words of the port: shards with what they have left, other things by name."""
    places: dict[Place, int] = {}
    names = set()
    for name, found in lost.lost.items():
        if name.startswith(_PREFIX):
            owner, _, number = name.removeprefix(_PREFIX).partition("/")
            places[owner, int(number)] = int(found.get("left", {}).get("N", 0))
        else:
            names.add(name)
    return Lost(frozenset(names), places)


def _name(place: Place) -> str:
    return f"{_PREFIX}{place[0]}/{place[1]}"
