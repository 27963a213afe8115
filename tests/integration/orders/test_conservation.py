"""Tickets are neither lost nor made, whatever DynamoDB does: throttles, conflicts, lost replies, and kill -9.

The faults are at the wire of both clients (tests/harness/faults.py) while twenty buyers order, pay, cancel, leave and
are refunded at once. A buyer may be told that the service is busy; who is told of an order has it.
"""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pynamodb.exceptions import PynamoDBException

from chalicelib.core.errors import Busy, SoldOut, WaitInLine
from chalicelib.orders.domain.charge import Payment, PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.domain.refund import RefundForm, RefundStanding
from local.dynamodb.database_server import DatabaseEndpoint
from local.dynamodb.dynamo_wire import WireAnswer
from tests.harness.aws_wire import Send
from tests.harness.faults import BEYOND_BOTOCORE, Faults, ReplyLost, wired
from tests.harness.shop import BUYER, OWNER, Shop, form_of, items_of, stock_of, together
from tests.integration.orders import mortal_worker

ROOT = Path(__file__).parents[3]
STORMS = int(os.environ.get("MARQUEE_STORMS", "2"))
BUYERS = 20
TICKETS = 12
AFTER_HOLDS = 1_000
PATIENCE = 40
"""How often a stream or timer comes again before the test gives up; with 30 % faults it needs a few."""
SOLD = {OrderState.PAID, OrderState.PARTIALLY_REFUNDED, OrderState.DISPUTED}
HELD = {OrderState.RESERVED, OrderState.PENDING}
LAST_TICKETS = 5
KILLS = 5
KILLED_WITHIN = 1.5
"""Seconds after the worker's first order within which it is killed."""
BUSY = (Busy, PynamoDBException)
"""Contention, and throttling that outlasted the retries."""
KINDS = {
    "throttled": Faults(throttled=0.3, seed=1),
    "conflicts": Faults(conflicting=0.3, seed=2),
    "lost replies": Faults(lost=0.3, seed=3),
    "a tenth of each": Faults(throttled=0.1, conflicting=0.1, lost=0.1, seed=4),
}


@pytest.fixture(autouse=True)
def passing_time(shop: Shop) -> None:
    """Whoever waits for the claim of their own lost request (payments/services/queue_for_checkout.py) lets time
    pass.
    """

    def wait(seconds: float) -> None:
        shop.clock.seconds += seconds

    shop.services.sleep = wait


def again(work: Callable[[], Any]) -> Any:
    """What work comes to, as often as a client tries that is told to come again."""
    said: Exception | None = None
    for _ in range(PATIENCE):
        try:
            return work()
        except BUSY as busy:
            said = busy
    raise AssertionError("Busy for ever.") from said


def buy(shop: Shop, ticket: str, number: int) -> str | None:
    """One buyer's story, each another; the order's id once the shop acknowledged it."""
    order_id = shop.services.ids.new_id()
    create = shop.services.orders.place_order.place_order
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
        again(lambda: shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None))
    if story < 2:
        return
    session = again(lambda: in_turn(shop, record))
    with shop.payments.lock:
        shop.payments.pay(session)
    for number in range(2 if story == 3 else 1):
        again(lambda number=number: shop.hear(session, event_id=f"evt_{record.id}_{number}"))
    if story == 4:
        key = shop.services.ids.new_id()
        again(
            lambda: shop.services.payments.refund_payment.request_refund(record.id, RefundForm(), caller=OWNER, key=key)
        )


def in_turn(shop: Shop, record: OrderRecord) -> str:
    """The order's checkout; whoever is told to wait in line does."""
    try:
        return shop.checkout(record)
    except WaitInLine as wait:
        shop.clock.seconds += wait.retry_after
        raise


def orders_of(shop: Shop, ticket: str) -> list[OrderRecord]:
    """Every order there is of a ticket type."""
    ids = [item.sk.removeprefix("ORDER#") for item in items_of("OrderItem", "ORDER#") if ticket in item.body]
    found = [shop.services.orders.store.load_order(order_id) for order_id in ids]
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
            with suppress(*BUSY):
                shop.services.payments.expire_orders.expire_orders()
    while shop.services.payments.expire_orders.expire_orders():
        pass
    for wish in shop.wishes():
        with wired(faults):
            again(lambda wish=wish: shop.services.payments.refund_payment.carry_out(wish.order_id, wish.key))


@pytest.mark.slow
@pytest.mark.timeout(60 * STORMS + 120)
@pytest.mark.parametrize("kind", KINDS)
def test_sell_to_twenty_at_once_under_faults_conserves_stock(shop: Shop, kind: str) -> None:
    faults = KINDS[kind]
    for _ in range(STORMS):
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


@pytest.mark.slow
@pytest.mark.timeout(60 * STORMS + 120)
@pytest.mark.parametrize("kind", KINDS)
def test_order_twenty_for_the_last_five_under_faults_sells_exactly_five(shop: Shop, kind: str) -> None:
    faults = KINDS[kind]
    for _ in range(STORMS):
        fired = faults.fired.total()
        ticket = shop.ticket(LAST_TICKETS)
        with wired(faults):
            acknowledged = together(BUYERS, lambda number, ticket=ticket: _order(shop, ticket))
        won = [result for result in acknowledged if isinstance(result, str)]
        assert [result for result in acknowledged if isinstance(result, Exception)] == []
        assert {record.id for record in assert_conserved(shop, ticket, LAST_TICKETS)} == set(won)
        assert len(won) == LAST_TICKETS
        assert faults.fired.total() > fired, "void: no fault fired"


def _order(shop: Shop, ticket: str) -> str | None:
    """One buyer who only orders; the order's id, or None when there is nothing left."""
    order_id = shop.services.ids.new_id()
    create = shop.services.orders.place_order.place_order
    try:
        again(lambda: create(shop.event_id, form_of((ticket, 1)), caller=BUYER, new_id=order_id))
    except SoldOut:
        return None
    return order_id


def test_order_whose_replies_stay_lost_is_acknowledged_once(shop: Shop) -> None:
    """Longer than botocore itself tries, so that Marquee's own try with the same token is needed."""
    ticket, lost = shop.ticket(LAST_TICKETS), []

    def lose_the_first(operation: str, body: bytes, send: Send) -> WireAnswer:
        answer = send()
        if operation == "TransactWriteItems" and len(lost) < BEYOND_BOTOCORE:
            lost.append(operation)
            raise ReplyLost
        return answer

    with wired(lose_the_first):
        order_id = _order(shop, ticket)
    assert len(lost) == BEYOND_BOTOCORE
    assert [record.id for record in assert_conserved(shop, ticket, LAST_TICKETS)] == [order_id]


def test_order_by_a_naive_decrement_oversells_and_is_caught(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: without conditions twenty who have all seen five tickets get twenty."""
    from chalicelib.catalog.adapters import stock as stock_writes

    ticket = shop.ticket(LAST_TICKETS)
    view, everybody_has_looked = shop.services.catalog.view, threading.Barrier(BUYERS)
    lefts = view.load_lefts

    def look_together(*args: Any, **more: Any) -> Any:
        seen = lefts(*args, **more)
        everybody_has_looked.wait()
        return seen

    monkeypatch.setattr(view, "load_lefts", look_together)
    monkeypatch.setattr(stock_writes, "reduce", lambda _, conditions, first: first)
    acknowledged = together(BUYERS, lambda number: _order(shop, ticket))
    assert len([result for result in acknowledged if isinstance(result, str)]) == BUYERS
    with pytest.raises(AssertionError):
        assert_conserved(shop, ticket, LAST_TICKETS)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_kill_workers_at_random_moments_strands_and_loses_nothing(
    shop: Shop, database_endpoint: DatabaseEndpoint, tmp_path: Path
) -> None:
    capacity, notes = 2_000, tmp_path / "notes"
    ticket, dice = shop.ticket(capacity), random.Random(20)
    for _ in range(KILLS):
        before = len(_noted(notes))
        _kill_a_worker(shop, ticket, notes, database_endpoint, after=dice.uniform(0, KILLED_WITHIN))
        assert len(_noted(notes)) > before, "void: killed before it did anything"
        assert_conserved(shop, ticket, capacity)
    _restore(shop, notes)
    while (
        shop.services.payments.expire_orders.expire_orders() or _is_swept_until(shop) < int(shop.clock.now()) // 60 - 20
    ):
        pass
    shop.services.payments.reconcile.reconcile()
    orders = assert_conserved(shop, ticket, capacity)
    assert [record.id for record in orders if record.state in HELD] == [], "stranded"
    acknowledged = {words[1] for words in _noted(notes) if words[0] == "acknowledged"}
    assert acknowledged <= {record.id for record in orders}
    assert {record.id for record in orders if record.state in SOLD} == {
        payment.order_id for payment in shop.payments.sessions.values() if payment.status is PaymentStatus.PAID
    }


def _kill_a_worker(shop: Shop, ticket: str, notes: Path, endpoint: DatabaseEndpoint, *, after: float) -> None:
    """Start a worker, and kill -9 it so many seconds after its first order; the shop's clock goes on from its own."""
    command = [sys.executable, "-m", mortal_worker.__name__, shop.event_id, ticket, str(notes), str(shop.clock.seconds)]
    before = len(_noted(notes))
    with (notes.with_suffix(".log")).open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env={**os.environ, "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
        )
    try:
        deadline = time.monotonic() + 60
        while len(_noted(notes)) == before and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        time.sleep(after)
        assert process.poll() is None, notes.with_suffix(".log").read_text()[-2000:]
    finally:
        process.kill()
        process.wait()
    moments = [words[2] for words in _noted(notes) if words[0] == "acknowledged"]
    shop.clock.seconds = max([shop.clock.seconds, *moments]) + 60


def _noted(notes: Path) -> list[Any]:
    """All deeds of the killed workers."""
    return [json.loads(line) for line in notes.read_bytes().splitlines()] if notes.exists() else []


def _restore(shop: Shop, notes: Path) -> None:
    """The fake Stripe as the killed workers left theirs; then time passes beyond all holds."""
    for deed, *words in _noted(notes):
        if deed == "opened":
            session, order_id, amount = words
            made = Payment(order_id, PaymentStatus.OPEN, amount, "EUR", False, session)
            shop.payments.sessions.setdefault(session, made)
        elif deed == "closed":
            shop.payments.set_status(words[0], PaymentStatus.EXPIRED)
        elif deed == "paid":
            shop.payments.pay(words[0])
    shop.clock.seconds += AFTER_HOLDS


def _is_swept_until(shop: Shop) -> int:
    """The Unix minute that the timer of holds comes to next."""
    sweep = shop.services.payments.holds.load_sweep()
    assert sweep is not None
    return sweep.minute
