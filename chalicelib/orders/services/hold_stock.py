"""Takes tickets and other limited stock for an order, and never more than there is.

Called by orders/services/place_order.py and waiting_list/services/offer_tickets.py; payments/services/record_payment.py
uses `find_again` for late payments. It reads before it writes: when the shards have too little, it refuses without a
write. A shard that has less than was read is noted and the next one tried. Before it refuses after a lost race, it
reads all shards again, strongly consistent.
"""

from collections.abc import Callable, Sequence

import msgspec

from chalicelib.catalog.domain.demand import Demand, Opening, merged, refusal, room_for
from chalicelib.catalog.domain.stock import MAX_SHARDS, Piece, Place, Short, Wanted, choose, is_quota, is_ticket_type
from chalicelib.catalog.ports import CatalogView, Lost
from chalicelib.core.errors import AlreadyExists, Busy
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.ports import Orders, SaleChange
from chalicelib.orders.services.demands import demands_of_type

TRIES = 60
"""Attempts to write an order while others take the same stock."""


class TermsChanged(Exception):
    """Raised when the terms of a ticket type changed after the demands were made. Make the demands again."""


class HoldStock:
    """Writes new orders together with their stock."""

    def __init__(self, view: CatalogView, orders: Orders) -> None:
        self._view = view
        self._orders = orders

    def hold_stock(
        self,
        change: SaleChange,
        demands: Sequence[Demand],
        *,
        write: Callable[[SaleChange], None] | None = None,
    ) -> OrderRecord:
        """Writes the new order of `change` with the stock of its demands, and returns it. `write` replaces the usual
        write, for callers that write more than the order. A free order takes its tickets as sold. Raises SoldOut,
        InvalidInput (codes, a buyer's limit), AlreadyExists, Busy, TermsChanged.
        """
        draft, demands = change.after, merged(demands)
        lefts, openings = self._look(demands)
        first_look, busy = True, None
        for _ in range(TRIES):  # not until_settled: each try uses what the last one read
            pieces = choose([one.wanted for one in demands], lefts, seed=draft.id)
            if isinstance(pieces, Short):
                if busy is not None:
                    raise busy
                if first_look:
                    raise refusal(next(one for one in demands if one.owner == pieces.owner), pieces.available)
                (lefts, openings), first_look = self._look(demands, consistent=True), True
                continue
            record = msgspec.structs.replace(draft, allocation=tuple(pieces))
            try:
                (write or self._orders.write_order)(change._replace(after=record, openings=tuple(openings)))
            except Lost as lost:
                _raise_unless_stock(lost)
                lefts, first_look = {**lefts, **lost.places}, False
                if any(one.most is not None for one in demands):
                    lefts, openings = self._look(demands, consistent=True)
            except Busy as error:
                busy = error
                lefts = {**lefts, **dict.fromkeys(_places(record), 0)}
            else:
                return record
        raise busy or Busy("Too many buyers at once. Try again.")

    def find_again(self, record: OrderRecord) -> tuple[Piece, ...] | None:
        """Returns pieces for an order whose own returned to the stock, or None when too little is left. Tickets are on
        the current terms, which may name other quotas; uses of codes and the buyer's limits are as before. Writes
        nothing.
        """
        demands = []
        for index, line in enumerate(record.order.lines):
            stored = self._view.load_ticket_type(record.order.event_id, line.ticket_type_id, consistent=True)
            if stored is None:
                return None
            demands += demands_of_type(stored, line.quantity, line=index)
        wanted = [one.wanted for one in merged(demands)]
        wanted += _besides_tickets(record)
        shards = {one.owner: MAX_SHARDS for one in wanted} | {one.owner: one.shards for one in demands}
        found = choose(wanted, self._view.load_lefts(shards, consistent=True), seed=record.id)
        return None if isinstance(found, Short) else tuple(found)

    def _look(self, demands: Sequence[Demand], *, consistent: bool = False) -> tuple[dict[Place, int], list[Opening]]:
        """Returns what is left in each shard of the demands, and the buyer's stocks that must be created or changed."""
        shards = {one.owner: one.shards for one in demands if one.most is None}
        lefts = self._view.load_lefts(shards, consistent=consistent)
        openings = []
        limits = [one for one in demands if one.most is not None]
        rooms = self._view.load_rooms([one.owner for one in limits]) if limits else {}
        for one in limits:
            left, opening = room_for(one, rooms.get(one.owner))
            lefts[one.owner, 0] = left
            openings += [opening] if opening else []
        return lefts, openings


def _raise_unless_stock(lost: Lost) -> None:
    """Returns when only shards were lost, so that others can be tried. Raises TermsChanged, AlreadyExists, Lost."""
    if "terms" in lost.names:
        raise TermsChanged
    if "order" in lost.names:
        raise AlreadyExists("This order exists already.")
    if lost.names:
        raise lost


def _besides_tickets(record: OrderRecord) -> list[Wanted]:
    """Returns what an order took besides tickets and their quotas: uses of codes, and the buyer's limits."""
    found: dict[str, int] = {}
    for piece in record.allocation:
        if not is_ticket_type(piece.owner) and not is_quota(piece.owner):
            found[piece.owner] = found.get(piece.owner, 0) + piece.quantity
    return [Wanted(owner, quantity) for owner, quantity in found.items()]


def _places(record: OrderRecord) -> Sequence[Place]:
    return [(piece.owner, piece.shard) for piece in record.allocation]
