"""Tickets are neither lost nor made, whatever DynamoDB does: throttles, conflicts, lost replies, and kill -9.

The faults are at the wire of both clients (tests/harness/faults.py) while twenty buyers order, pay, cancel, leave and
are refunded at once. A buyer may be told that the service is busy; who is told of an order has it.
"""

import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from chalicelib.domain.errors import Busy, SoldOut
from chalicelib.domain.order import OrderRecord
from chalicelib.domain.order_facts import OrderState
from chalicelib.domain.refund import RefundForm, RefundStanding
from tests.harness.faults import Faults, wired
from tests.integration.sales.builders import BUYER, OWNER, Shop, form_of, items_of, stock_of, together

ROUNDS = int(os.environ.get("MARQUEE_ROUNDS", "2"))
BUYERS = 20
TICKETS = 12
AFTER_HOLDS = 1_000
PATIENCE = 40
"""How often a stream or timer comes again before the test gives up; with 30 % faults it needs a few."""
SOLD = {OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.DISPUTED}
HELD = {OrderState.RESERVED, OrderState.PENDING}
BUSY = (Busy,)
"""What the API answers with 503: contention, or throttling that outlasted the retries."""
KINDS = {
    "throttled": Faults(throttled=0.3, seed=1),
    "conflicts": Faults(conflicting=0.3, seed=2),
    "lost replies": Faults(lost=0.3, seed=3),
    "a tenth of each": Faults(throttled=0.1, conflicting=0.1, lost=0.1, seed=4),
}


def again(work: Callable[[], Any]) -> Any:
    """What comes of something that is repeated while the database is busy, as streams, timers and buyers do."""
    for _ in range(PATIENCE):
        try:
            return work()
        except BUSY as busy:
            print("BUSY", type(busy).__name__, getattr(busy, "cause_response_code", ""), str(busy)[:150])
            continue
    raise AssertionError("Busy for ever.")


def buy(shop: Shop, ticket: str, number: int) -> str | None:
    """One buyer's story, each another; the order's id once the shop acknowledged it."""
    order_id = shop.services.ids.new_id()
    create = shop.services.ordering.create
    form = form_of((ticket, 1))
    try:
        record, _ = again(lambda: create(shop.event_id, form, caller=BUYER, new_id=order_id))
    except SoldOut:
        return None
    _go_on(shop, record, number % 5)
    return order_id


def _go_on(shop: Shop, record: OrderRecord, story: int) -> None:
    """0 leaves; 1 cancels; 2 pays; 3 pays and is heard of twice; 4 pays and is refunded."""
    if story == 1:
        again(lambda: shop.services.releasing.cancel(record.id, caller=BUYER, access=None))
    if story < 2:
        return
    session = again(lambda: shop.checkout(record))
    with shop.payments.lock:
        shop.payments.pay(session)
    for number in range(2 if story == 3 else 1):
        again(lambda number=number: shop.hear(session, event_id=f"evt_{record.id}_{number}"))
    if story == 4:
        key = shop.services.ids.new_id()
        again(lambda: shop.services.refunding.request(record.id, RefundForm(), caller=OWNER, key=key))


def orders_of(shop: Shop, ticket: str) -> list[OrderRecord]:
    """Every order there is of a ticket type."""
    ids = [item.sk.removeprefix("ORDER#") for item in items_of("OrderItem", "ORDER#") if ticket in item.body]
    found = [shop.services._orders.load(order_id) for order_id in ids]
    return [record for record in found if record is not None]


def assert_conserved(shop: Shop, ticket: str, capacity: int = TICKETS) -> list[OrderRecord]:
    """Left + held + sold = capacity, and they are what the orders say; the orders."""
    orders = orders_of(shop, ticket)
    stock = stock_of(ticket)
    counted: Counter[OrderState] = Counter()
    for record in orders:
        counted[record.state] += sum(line.quantity for line in record.order.lines)
    sold, held = (sum(counted[state] for state in states) for states in (SOLD, HELD))
    assert (stock.left, stock.held, stock.sold) == (capacity - held - sold, held, sold)
    assert stock.capacity == capacity
    return orders


def run_timers(shop: Shop, faults: Faults) -> None:
    """Time passes and streams and timers do what they owe. The timer's first runs meet the faults too."""
    shop.clock.seconds += AFTER_HOLDS
    with wired(faults):
        for _ in range(2):
            with suppress(Busy):
                shop.services.releasing.release_due()
    while shop.services.releasing.release_due():
        pass
    for wish in shop.wishes():
        with wired(faults):
            again(lambda wish=wish: shop.services.refunding.carry_out(wish.order_id, wish.key))


@pytest.mark.slow
@pytest.mark.timeout(60 * ROUNDS + 120)
@pytest.mark.parametrize("kind", KINDS)
def test_sell_to_twenty_at_once_under_faults_conserves_stock(shop: Shop, kind: str) -> None:
    faults = KINDS[kind]
    for _ in range(ROUNDS):
        fired = faults.fired.total()
        ticket = shop.ticket(TICKETS)
        with wired(faults):
            acknowledged = together(BUYERS, lambda number, ticket=ticket: buy(shop, ticket, number))
        problems = [result for result in acknowledged if isinstance(result, Exception)]
        assert problems == []
        orders = assert_conserved(shop, ticket)
        assert {result for result in acknowledged if result} <= {record.id for record in orders}
        run_timers(shop, faults)
        orders = assert_conserved(shop, ticket)
        assert [record.id for record in orders if record.state in HELD] == [], "stranded"
        assert [wish.key for wish in shop.wishes() if wish.standing is not RefundStanding.DONE] == []
        assert faults.fired.total() > fired, "void: no fault fired"
    print(kind, dict(faults.fired))
