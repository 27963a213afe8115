"""Holding: takes tickets out of stock for an order, never more than there are. Called by services/ordering.py.

Looks before it writes: when the shards show too little, the answer is "sold out" without any write. A shard that turns
out emptier than it looked is remembered and the next one tried; before saying "sold out" after a lost race, all shards
are read again with strong consistency.
"""

from collections.abc import Sequence

import msgspec

from chalicelib.domain.errors import AlreadyExists, Busy, SoldOut
from chalicelib.domain.order import OrderRecord
from chalicelib.domain.stock import Piece, Place, Short, choose
from chalicelib.ports.sales import Lost, Orders, SaleChange, SalesView

TRIES = 60


class Holding:
    """Writes new orders together with their stock."""

    def __init__(self, view: SalesView, orders: Orders) -> None:
        self._view = view
        self._orders = orders

    def hold(self, change: SaleChange, shards: dict[str, int]) -> OrderRecord:
        """Write the new order of `change` with the shards it takes from; `shards` is how many each ticket type has.
        An order that is paid already (free) takes its tickets for good. Raises SoldOut, AlreadyExists, Busy.
        """
        draft = change.after
        assert draft is not None, "a hold is of a new order"  # noqa: S101
        lefts = self._view.lefts(shards)
        first_look, busy = True, None
        for _ in range(TRIES):
            pieces = choose(draft.order.wanted, lefts, seed=draft.id)
            if isinstance(pieces, Short):
                if busy is not None:
                    raise busy
                if first_look:
                    raise _sold_out(pieces)
                lefts, first_look = self._view.lefts(shards, consistent=True), True
                continue
            record = msgspec.structs.replace(draft, allocation=tuple(pieces))
            try:
                self._orders.write(change._replace(after=record))
            except Lost as lost:
                if "order" in lost.names:
                    raise AlreadyExists("This order exists already.") from None
                lefts, first_look = {**lefts, **lost.places}, False
            except Busy as error:
                busy = error
                lefts = {**lefts, **dict.fromkeys(_places(record), 0)}
            else:
                return record
        raise busy or Busy("Too many buyers at once. Try again.")

    def find_again(self, record: OrderRecord) -> tuple[Piece, ...] | None:
        """Tickets for an order whose own went back to stock, or None when too few are left. Nothing is written."""
        shards = {}
        for line in record.order.lines:
            stored = self._view.ticket_type(record.order.event_id, line.ticket_type_id, consistent=True)
            if stored is None:
                return None
            shards[stored.id] = stored.shards
        found = choose(record.order.wanted, self._view.lefts(shards, consistent=True), seed=record.id)
        return None if isinstance(found, Short) else tuple(found)


def _places(record: OrderRecord) -> Sequence[Place]:
    return [(record.order.lines[piece.line].ticket_type_id, piece.shard) for piece in record.allocation]


def _sold_out(short: Short) -> SoldOut:
    return SoldOut(
        "Fewer tickets are left than you asked for.",
        available=short.available,
        ticket_type_id=short.ticket_type_id,
    )
