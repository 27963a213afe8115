"""Adds to a transaction the moves of stock between left, held and sold of a shard. Used by adapters of catalog and
orders.

The conditions guarantee that no number falls below zero; left + held + sold stays equal to capacity. Tickets of a type
are only taken while its terms are those that the buyer's order knew (terms.py).
"""

import operator
from functools import reduce

from pynamodb.expressions.condition import Condition

from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.catalog.adapters.items import StockItem, TicketTypeItem
from chalicelib.catalog.domain.stock import Move, Place, Shard
from chalicelib.catalog.ports import Lost

_PREFIX = "stock "


def stocks(shards: dict[str, int]) -> dict[str, list[Shard]]:
    """Returns the shards of these owners by number; strongly consistent. `shards` is the number of shards of each."""
    places = {
        catalog_keys.stock(owner, number): (owner, number) for owner, count in shards.items() for number in range(count)
    }
    found: dict[str, list[Shard]] = {owner: [] for owner in shards}
    for item in StockItem.batch_get(list(places), consistent_read=True):
        owner, number = places[item.pk, item.sk]
        found[owner].append(Shard(number, int(item.left), int(item.held), int(item.sold)))
    return {owner: sorted(parts) for owner, parts in found.items()}


def move_stock(
    transaction: Transaction, place: Place, move: Move, *, capacity: int = 0, terms: int | None = None
) -> None:
    """Changes a shard, on the condition that it has enough. `capacity` is the change of the shard's capacity. With
    `terms`, the shard must still have these terms.
    """
    changes = {**move._asdict(), "capacity": capacity}
    actions = [getattr(StockItem, name).add(change) for name, change in changes.items() if change]
    if not actions:
        return
    conditions = [getattr(StockItem, name) >= -change for name, change in changes.items() if change < 0]
    if terms is not None:
        conditions.append(terms_are(StockItem, terms))
    condition = reduce(operator.and_, conditions, StockItem.pk.exists())
    transaction.update(stock_name(place, terms), StockItem(*catalog_keys.stock(*place)), actions, condition)


def add_deltas(
    transaction: Transaction,
    owner: str,
    deltas: dict[int, int],
    *,
    shards: int,
    terms: int = 0,
    awaited_in: str | None = None,
) -> None:
    """Changes the capacity of the first `shards` shards, which exist, and creates the others."""
    for number, delta in deltas.items():
        if number >= shards:
            put_stock(transaction, (owner, number), delta, terms=terms, awaited_in=awaited_in)
        else:
            move_stock(transaction, (owner, number), Move(left=delta), capacity=delta)


def put_stock(
    transaction: Transaction, place: Place, quantity: int, *, terms: int = 0, awaited_in: str | None = None
) -> None:
    """Creates a shard."""
    item = StockItem(
        *catalog_keys.stock(*place), left=quantity, capacity=quantity, terms=terms or None, awaited_in=awaited_in
    )
    transaction.put(stock_name(place), item, StockItem.pk.does_not_exist())


def delete_stock(transaction: Transaction, place: Place) -> None:
    """Deletes a shard of which nothing is held or sold."""
    unused = StockItem.pk.does_not_exist() | ((StockItem.held == 0) & (StockItem.sold == 0))
    transaction.delete(stock_name(place), StockItem(*catalog_keys.stock(*place)), unused)


def terms_are(model: type[StockItem] | type[TicketTypeItem], terms: int) -> Condition:
    """Returns the condition that a type or its shard has these terms; 0 means that they never changed."""
    return model.terms == terms if terms else model.terms.does_not_exist()


def lost_from(lost: ConditionLost) -> Lost:
    """Returns the port's error for a failed transaction: shards with what they have left, other operations by name."""
    places: dict[Place, int] = {}
    names = set()
    for name, found in lost.lost.items():
        if not name.startswith(_PREFIX):
            names.add(name)
            continue
        owner, number, terms = name.removeprefix(_PREFIX).split("/")
        places[owner, int(number)] = int(found.get("left", {}).get("N", 0))
        if terms and found and found.get("terms", {}).get("N", "0") != terms:
            names.add("terms")
    return Lost(frozenset(names), places)


def stock_name(place: Place, terms: int | None = None) -> str:
    """Returns the name of an operation on a shard. lost_from parses it."""
    return f"{_PREFIX}{place[0]}/{place[1]}/{'' if terms is None else terms}"
