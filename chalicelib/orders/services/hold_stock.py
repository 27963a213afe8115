"""Takes tickets, and all else that is limited, out of stock for an order, never more than there is.

Called by orders/services/place_order.py and waiting_list/services/offer_tickets.py; charging asks where tickets are for
a payment that came late. Looks before it writes: when the shards show too little, the answer is a refusal without any
write. A shard that turns out emptier than it looked is remembered and the next one tried; before refusing after a lost
race, all shards are read again with strong consistency.
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


class TermsChanged(Exception):
    """The terms of a ticket type are not what they were when its demands were made; make them again."""


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
        """Write the new order of `change` with all that it demands, by `write` when it is more than an order. One that
        is paid already (free) takes its tickets for good. Raises SoldOut, InvalidInput (codes, a buyer's limit),
        AlreadyExists, Busy, TermsChanged.
        """
        draft, demands = change.after, merged(demands)
        lefts, openings = self._look(demands)
        first_look, busy = True, None
        for _ in range(TRIES):  # not until_settled: each goes on from what the last one found
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
        """Everything for an order whose own went back to stock, or None when too little is left. Its tickets on the
        terms of now, which may name other quotas; its codes and its buyer's part as they were. Nothing is written.
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
        """What is left of all that is demanded, and the buyer's stock that must come to be or change for it."""
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
    """Return when other shards may have what these no longer had."""
    if "terms" in lost.names:
        raise TermsChanged
    if "order" in lost.names:
        raise AlreadyExists("This order exists already.")
    if lost.names:
        raise lost


def _besides_tickets(record: OrderRecord) -> list[Wanted]:
    """What an order took that is neither tickets nor a quota of theirs."""
    found: dict[str, int] = {}
    for piece in record.allocation:
        if not is_ticket_type(piece.owner) and not is_quota(piece.owner):
            found[piece.owner] = found.get(piece.owner, 0) + piece.quantity
    return [Wanted(owner, quantity) for owner, quantity in found.items()]


def _places(record: OrderRecord) -> Sequence[Place]:
    return [(piece.owner, piece.shard) for piece in record.allocation]
