"""The capacity model of P5: 50,000 tickets and 10,000 buyers a second, simulated with the product's own HoldStock.

Every buyer runs orders/services/hold_stock.py against a stock that answers as DynamoDB would: a partition does 1,000
write units a second, a transaction costs two for each item even when it fails, reads are stale by up to one step.
Assumes that each shard and each part of a minute's orders has its own partition and that the table is warm.
"""

from typing import Any

from chalicelib.catalog.domain.demand import Demand, Limit
from chalicelib.catalog.domain.stock import Place, shard_count, split
from chalicelib.catalog.ports import Lost
from chalicelib.core.errors import Busy, SoldOut
from chalicelib.core.ids import make_ulid
from chalicelib.core.money import Money
from chalicelib.core.times import moment
from chalicelib.orders.adapters import keys as order_keys
from chalicelib.orders.domain.order import Buyer, Line, Order, OrderRecord, links_of
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.ports import SaleChange
from chalicelib.orders.services.hold_stock import HoldStock

TICKETS, BUYERS_A_SECOND, UNITS_A_SECOND = 50_000, 10_000, 1_000
STEPS_A_SECOND = 10
WRITE_UNITS = 2
TYPE = "t"


class Stock:
    """The ports `CatalogView` and `Orders` of one big sale, as far as HoldStock uses them."""

    def __init__(self, shards: int) -> None:
        self.left: dict[Place, int] = {(TYPE, n): share for n, share in enumerate(split(TICKETS, shards))}
        self.orders: set[str] = set()
        self.lost = 0
        self.next_step()

    def next_step(self) -> None:
        """Starts the next step: partitions have units again, and stale reads show the current stock."""
        self._stale = dict(self.left)
        self._used: dict[object, int] = {}

    def is_full(self) -> bool:
        """Returns whether no shard with tickets can be written to in this step."""
        return all(self._room(place) < WRITE_UNITS for place, left in self.left.items() if left)

    def _room(self, partition: object) -> int:
        return UNITS_A_SECOND // STEPS_A_SECOND - self._used.get(partition, 0)

    def load_lefts(self, _: dict[str, int], *, consistent: bool = False) -> dict[Place, int]:
        """Returns how many tickets every shard has left, or had at the beginning of the step."""
        return dict(self.left if consistent else self._stale)

    def write_order(self, change: SaleChange) -> None:
        """Takes one ticket. Raises Busy when a partition has no units left, Lost when the shard is empty."""
        assert change.after is not None
        place = TYPE, change.after.allocation[0].shard
        partition = order_keys.order(change.after.id)[0]
        if min(self._room(place), self._room(partition)) < WRITE_UNITS:
            raise Busy("throttled")
        for used in (place, partition):
            self._used[used] = self._used.get(used, 0) + WRITE_UNITS
        if self.left[place] < 1:
            self.lost += 1
            raise Lost(frozenset(), {place: 0})
        self.left[place] -= 1
        self.orders.add(change.after.id)


def run() -> dict[str, Any]:
    """Runs the sale. Returns the seconds until the last ticket is sold, the tickets sold, the buyers who got "sold out"
    too early, the lost races, the "busy" answers and the number of shards.
    """
    shards = shard_count(TICKETS)
    stock = Stock(shards)
    holding: Any = HoldStock(stock, stock)  # type: ignore[arg-type]
    waiting = arrived = steps = turned_away = told_to_wait = 0
    while any(stock.left.values()):
        steps += 1
        stock.next_step()
        waiting += BUYERS_A_SECOND // STEPS_A_SECOND
        for _ in range(waiting):
            if stock.is_full() and any(stock.left.values()):
                break  # every further buyer of this step would get "busy"
            arrived += 1
            outcome = _buy(holding, arrived, steps, shards)
            waiting -= outcome != "busy"
            told_to_wait += outcome == "busy"
            turned_away += outcome == "sold out" and any(stock.left.values())
    return {
        "p5_model_seconds": steps / STEPS_A_SECOND,
        "p5_model_sold": len(stock.orders),
        "p5_turned_away": turned_away,
        "p5_model_lost_races": stock.lost,
        "p5_model_told_to_wait": told_to_wait,
        "p5_shards": shards,
    }


def _buy(holding: Any, number: int, step: int, shards: int) -> str:
    milliseconds = 1_800_000_000_000 + step * 1000 // STEPS_A_SECOND
    draft = _draft(make_ulid(milliseconds, number.to_bytes(10, "big")))
    try:
        holding.hold_stock(SaleChange(after=draft), [Demand(Limit.TICKETS, TYPE, 1, shards, ticket_type_id=TYPE)])
    except SoldOut:
        return "sold out"
    except Busy:
        return "busy"
    return "won"


def _draft(order_id: str) -> OrderRecord:
    price, now = Money(amount=2500, currency="EUR"), moment(1_800_000_000)
    order = Order(
        id=order_id,
        event_id="e",
        state=OrderState.RESERVED,
        lines=[Line(ticket_type_id=TYPE, name="Standard", quantity=1, price=price)],
        total=price,
        buyer=Buyer(name="Robin", email="robin@example.org"),
        created_at=now,
        updated_at=now,
        links=links_of(order_id),
    )
    return OrderRecord(order=order, version=1, deadline=0, allocation=())
