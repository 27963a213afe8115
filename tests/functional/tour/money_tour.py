"""The part of the grand tour about refunds, disputes, lost webhooks and organisers' Stripe accounts."""

from chalicelib.orders.domain.order_state import OrderState
from local.stripe_double import StripeDouble
from tests.functional.tour.sale_steps import expire, order, pay, start_sweep, state_of
from tests.harness.functions import Functions, Traveller

DISPUTED = "4000000000000259"


def run(on: Functions, stripe: StripeDouble, host: Traveller, event: str) -> None:
    """Runs every step, in an order in which each finds the data it needs."""
    on.clock.waited = 0
    ticket = on.web.get(f"/v1/events/{event}/ticket-types").json["items"][-1]["id"]
    refund(on, stripe, host, event, ticket)
    dispute(on, stripe, host, event, ticket)
    pay_out(on, stripe, host, event, ticket)
    lose_webhooks(on, stripe, host, event, ticket)
    give_up_on_a_refund(on, stripe, host, event, ticket)


def refund(on: Functions, stripe: StripeDouble, host: Traveller, event: str, ticket: str) -> None:
    """Staff refund a part of one order and all of a guest's order; a refund of more than the rest is refused."""
    guest = order(on.web, event, ticket)
    pay(stripe, on.web, guest)
    deliver(on, stripe)
    host.post(f"/v1/orders/{guest['id']}/refunds", {})
    made = order(host, event, ticket)
    pay(stripe, host, made)
    deliver(on, stripe)
    place = f"/v1/orders/{made['id']}/refunds"
    host.post(place, {"amount": 500, "reason": "One came alone"}, idempotency_key="refund")
    host.post(place, {"amount": 500, "reason": "One came alone"}, idempotency_key="refund")
    host.refused(422).post(place, {"amount": 999_999})
    deliver(on, stripe)
    assert state_of(made["id"]) is OrderState.PARTIALLY_REFUNDED
    host.get(place)


def dispute(on: Functions, stripe: StripeDouble, host: Traveller, event: str, ticket: str) -> None:
    """A buyer's bank disputes a charge; staff are notified."""
    made = order(host, event, ticket)
    pay(stripe, host, made, card=DISPUTED)
    deliver(on, stripe)
    assert state_of(made["id"]) is OrderState.DISPUTED


def pay_out(on: Functions, stripe: StripeDouble, host: Traveller, event: str, ticket: str) -> None:
    """The organiser connects a Stripe account, gets a payment there, and disconnects it."""
    place = f"/v1/events/{event}/stripe-account"
    host.refused(404).get(place)
    account = host.post(place).json["account_id"]
    made = order(host, event, ticket)
    host.refused(409).post(f"/v1/orders/{made['id']}/payment")
    stripe.onboard(account)
    deliver(on, stripe)
    assert host.get(place).json["ready"] is True
    pay(stripe, host, made)
    deliver(on, stripe)
    assert state_of(made["id"]) is OrderState.PAID
    host.delete(place, if_match=host.get(place).etag)


def lose_webhooks(on: Functions, stripe: StripeDouble, host: Traveller, event: str, ticket: str) -> None:
    """No webhook comes for payments, so the timers ask Stripe. Both payments are disputed by then; staff
    are notified.
    """
    asked, ended, late = (order(buyer, event, ticket) for buyer in (host, host, on.web))
    pay(stripe, host, asked, card=DISPUTED)
    pay(stripe, on.web, late)
    expire(late["id"])
    on.clock.waited += 150
    on.tick("reconcile_payments")
    assert state_of(asked["id"]) is OrderState.DISPUTED
    assert state_of(late["id"]) is OrderState.PAID
    pay(stripe, host, ended, card=DISPUTED)
    start_sweep(int(on.clock.now()) // 60 - 20)
    on.clock.waited += 1000
    on.tick("release_holds")
    assert state_of(ended["id"]) is OrderState.DISPUTED
    on.clock.waited = 0
    deliver(on, stripe)


def give_up_on_a_refund(on: Functions, stripe: StripeDouble, host: Traveller, event: str, ticket: str) -> None:
    """The stream never delivers a refund, so the timer makes it."""
    made = order(host, event, ticket)
    pay(stripe, host, made)
    deliver(on, stripe)
    host.post(f"/v1/orders/{made['id']}/refunds", {})
    on.clock.waited += 1000
    on.tick("reconcile_payments")
    assert state_of(made["id"]) is OrderState.REFUNDED
    on.clock.waited = 0
    deliver(on, stripe)


def deliver(on: Functions, stripe: StripeDouble) -> None:
    """Delivers all of Stripe's events, then processes the streams until they are empty."""
    while stripe.tick():
        pass
    on.drain()
