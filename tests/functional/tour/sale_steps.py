"""Steps of a sale that the tours share."""

from typing import Any

from msgspec.structs import replace

from chalicelib import bootstrap
from chalicelib.core.times import moment
from chalicelib.orders.domain.order import moved_on
from chalicelib.orders.domain.order_state import Ended, OrderState
from chalicelib.orders.ports import SaleChange
from chalicelib.payments.ports import Sweep
from chalicelib.payments.services.queue_for_checkout import LINE
from local.stripe_double import StripeDouble
from tests.functional.payments.test_pay_order import BUYER
from tests.harness.functions import Traveller


def form(ticket: str, quantity: int = 2) -> dict[str, Any]:
    return {"lines": [{"ticket_type_id": ticket, "quantity": quantity}], "buyer": BUYER}


def order(buyer: Traveller, event: str, ticket: str, **headers: str) -> Any:
    """Places an order; with the same Idempotency-Key, repeats it."""
    return buyer.post(f"/v1/events/{event}/orders", form(ticket), **headers).json


def pay(stripe: StripeDouble, buyer: Traveller, made: Any, *, card: str = "4242424242424242") -> str:
    """Pays on Stripe's page, without delivering the webhook. Returns the checkout session's id."""
    access = f"?access={made['access']}" if "access" in made else ""
    bootstrap.services().aws.lines.leave(LINE)  # a tour may set its clock back, but lines do not follow
    url = buyer.post(f"/v1/orders/{made['id']}/payment{access}").json["checkout_url"]
    session = str(url.rpartition("/")[2])
    assert stripe.pay(session, card=card).paid
    return session


def state_of(order_id: str) -> OrderState:
    found = bootstrap.services().orders.store.load_order(order_id)
    assert found is not None
    return found.state


def expire(order_id: str) -> None:
    """Ends a hold as the timer does, just before its payment is known."""
    services = bootstrap.services()
    record = services.orders.store.load_order(order_id)
    assert record is not None
    ended = moved_on(record, replace(record.facts, ended=Ended.EXPIRED), now=moment(services.clock.now()))
    services.orders.store.write_order(SaleChange(before=record, after=ended))


def start_sweep(minute: int) -> None:
    """Makes the timer start at this minute, not an hour ago, which saves 2,000 queries."""
    holds = bootstrap.services().payments.holds
    known = holds.load_sweep()
    assert holds.save_sweep(Sweep(minute, (), known.version if known else 0))
