"""A process that orders, pays, cancels and releases until it is killed. Started by test_conservation.py.

`python -m tests.integration.orders.mortal_worker EVENT TICKET NOTES START`: works on the database that the environment
names and appends to NOTES what Stripe did and what was acknowledged, since a killed process takes its fake Stripe
along.
"""

import itertools
import json
import os
import sys
from pathlib import Path
from typing import Any

from chalicelib.core.errors import SoldOut
from chalicelib.core.ids import make_ulid
from chalicelib.orders.domain.order import Checkout
from chalicelib.payments.ports import CheckoutRequest
from tests.harness import environment
from tests.harness.shop import BUYER, Clock, FakePayments, Ids, Shop, form_of

SECONDS_A_ROUND = 5
ROUNDS_A_RELEASE = 20


class RandomIds(Ids):
    """Ids of the clock's moment that no other process makes."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self._moment = clock

    def new_id(self) -> str:
        return make_ulid(int(self._moment.now() * 1000), os.urandom(10))


class NotedPayments(FakePayments):
    """A fake Stripe whose deeds can be read again: every line of `notes` is one."""

    notes: Path

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        made = super().open_checkout(request)
        self.note("opened", made.id, request.order.id, request.order.total.amount)
        return made

    def close_checkout(self, session_id: str, *, account: str | None = None) -> bool:
        closed = super().close_checkout(session_id, account=account)
        if closed:
            self.note("closed", session_id)
        return closed

    def pay(self, session_id: str, **changes: Any) -> str:
        self.note("paid", session_id)
        return super().pay(session_id, **changes)

    def note(self, *words: object) -> None:
        """One line, whole or not at all."""
        with self.notes.open("ab", buffering=0) as file:
            file.write(json.dumps(words).encode() + b"\n")


def work(event_id: str, ticket: str, notes: Path, *, start: float) -> None:
    """Buy in all ways, for ever. `start` in Unix seconds of the shop's clock."""
    shop = Shop(event_id)
    shop.clock.seconds = start
    payments = NotedPayments()
    payments.notes = notes
    shop.payments = shop.services.payments.stripe = payments
    shop.services.ids = RandomIds(shop.clock)  # type: ignore[assignment]
    for number in itertools.count():
        shop.clock.seconds += SECONDS_A_ROUND
        if number % ROUNDS_A_RELEASE == 0:
            shop.services.payments.expire_orders.expire_orders()
        order_id = shop.services.ids.new_id()
        try:
            shop.services.orders.place_order.place_order(
                shop.event_id, form_of((ticket, 1)), caller=BUYER, new_id=order_id
            )
        except SoldOut:
            continue
        payments.note("acknowledged", order_id, shop.clock.seconds)
        _go_on(shop, order_id, number % 4)


def _go_on(shop: Shop, order_id: str, story: int) -> None:
    """0 leaves; 1 cancels; 2 pays and Stripe tells; 3 pays and nobody tells."""
    if story == 1:
        shop.services.payments.cancel_order.cancel_order(order_id, caller=BUYER, access=None)
    if story < 2:
        return
    session = shop.services.payments.open_checkout.open_checkout(order_id, caller=BUYER, access=None).rpartition("/")[2]
    shop.payments.pay(session)
    if story == 2:
        shop.hear(session, event_id=f"evt_{order_id}")


if __name__ == "__main__":
    environment.prepare(os.environ["AWS_ENDPOINT_URL_DYNAMODB"])
    work(sys.argv[1], sys.argv[2], Path(sys.argv[3]), start=float(sys.argv[4]))
