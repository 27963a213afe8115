"""Adds to a transaction the moves of stock that a change of an order's facts requires. Used by dynamo.py."""

from pynamodb.expressions.update import Action

from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.catalog.adapters import keys as catalog_keys
from chalicelib.catalog.adapters.items import StockItem
from chalicelib.catalog.adapters.stock import move_stock, stock_name
from chalicelib.catalog.domain.demand import Opening
from chalicelib.catalog.domain.stock import Move, Piece, Place, is_ticket_type
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import move_between
from chalicelib.orders.ports import SaleChange


def move_order(transaction: Transaction, change: SaleChange) -> None:
    """Moves everything in the order's allocation as the facts before and after require."""
    move = move_between(change.before.facts if change.before else None, change.after.facts)
    openings = {opening.place: opening for opening in change.openings}
    for place, (quantity, terms) in _taken(change.after).items():
        moved = Move(move.left * quantity, move.held * quantity, move.sold * quantity)
        if place in openings:
            _open(transaction, openings[place], moved)
        else:
            takes = move.left < 0 and is_ticket_type(place[0])
            move_stock(transaction, place, moved, terms=terms if takes else None)


def _open(transaction: Transaction, opening: Opening, move: Move) -> None:
    """Creates the stock, or changes its capacity, and takes from it in one operation."""
    place, before, capacity = opening
    if before is None:
        left = capacity + move.left
        item = StockItem(*catalog_keys.stock(*place), left=left, held=move.held, sold=move.sold, capacity=capacity)
        transaction.put(stock_name(place), item, StockItem.pk.does_not_exist())
        return
    grown = capacity - before
    left = move.left + grown
    actions: list[Action] = [
        StockItem.left.add(left),
        StockItem.held.add(move.held),
        StockItem.sold.add(move.sold),
        StockItem.capacity.add(grown),
    ]
    condition = (StockItem.capacity == before) & (StockItem.left >= -left)
    transaction.update(stock_name(place), StockItem(*catalog_keys.stock(*place)), actions, condition)


def _taken(record: OrderRecord) -> dict[Place, tuple[int, int]]:
    """Returns for each shard how much the order took from it, and on which terms."""
    found: dict[Place, Piece] = {}
    for piece in record.allocation:
        place = piece.owner, piece.shard
        known = found.get(place)
        found[place] = piece if known is None else known._replace(quantity=known.quantity + piece.quantity)
    return {place: (piece.quantity, piece.terms) for place, piece in found.items()}
