"""The part of the grand tour (grand_tour.py) about limits: quotas, discounts, access codes, the waiting list."""

from typing import Any

from chalicelib.orders.domain.order_state import OrderState
from local.stripe_double import StripeDouble
from tests.functional.payments.test_pay_order import BUYER, TICKET
from tests.functional.tour.money_tour import DISPUTED, deliver
from tests.functional.tour.sale_steps import expire, form, order, pay, state_of
from tests.harness.functions import Functions, Traveller


def run(on: Functions, stripe: StripeDouble, host: Traveller, event: str) -> None:
    """Runs every step, in an order in which each finds the data it needs. Leaves the event's ticket types unchanged."""
    on.clock.waited = 0
    share(on, host, event)
    redeem(on, host, event)
    wait(on, stripe, host, event)


def share(on: Functions, host: Traveller, event: str) -> None:
    """Creates, enlarges, uses and deletes a quota; one for a type that already has orders is refused."""
    ticket = new_type(host, event)
    place = f"/v1/events/{event}/quotas"
    fields = {"name": "Hall", "quantity": 10, "ticket_type_ids": [ticket["id"]]}
    made = host.post(place, fields, idempotency_key="quota")
    host.post(place, fields, idempotency_key="quota")
    one = f"{place}/{made.json['id']}"
    host.patch(one, {"quantity": 6000}, if_match=made.etag)
    taken = order(on.web, event, ticket["id"])
    host.refused(409).delete(one, if_match="*")
    on.web.post(f"/v1/orders/{taken['id']}/cancel?access={taken['access']}")
    host.get(place)
    host.delete(one, if_match=host.get(one).etag)
    order(on.web, event, ticket["id"])
    host.refused(409).post(place, fields)


def redeem(on: Functions, host: Traveller, event: str) -> None:
    """Creates, renames, uses, guesses and deletes codes; a limit per buyer."""
    ticket = new_type(host, event, hidden=True, max_per_buyer=2)
    fields: dict[str, dict[str, Any]] = {
        "discounts": {"code": "SPRING", "kind": "percent", "percent": 10},
        "access-codes": {"code": "MEMBERS", "ticket_type_ids": [ticket["id"]]},
    }
    for name, one in fields.items():
        place = f"/v1/events/{event}/{name}"
        made = host.post(place, {**one, "max_uses": 2}, idempotency_key=name)
        host.refused(409).post(place, one)
        host.patch(f"{place}/{made.json['id']}", {"code": f"{one['code']} 25", "max_uses": 9000}, if_match=made.etag)
        host.get(place)
        host.get(f"{place}/{made.json['id']}")
        spare = host.post(place, {**one, "code": "SPARE"})
        host.delete(f"{place}/{spare.json['id']}", if_match=spare.etag)
    on.web.post(f"/v1/events/{event}/access-codes/check", {"code": "members 25"})
    on.web.refused(422).post(f"/v1/events/{event}/access-codes/check", {"code": "members 26"})
    codes = {"discount_code": "spring 25", "access_code": "members 25"}
    for buyer in (host, on.web):
        email = {"buyer": {**BUYER, "email": f"{id(buyer)}@example.org"}}
        buyer.post(f"/v1/events/{event}/orders", {**form(ticket["id"]), **codes, **email})
        buyer.refused(422).post(f"/v1/events/{event}/orders", {**form(ticket["id"], 1), **codes, **email})
    host.refused(409).delete(f"/v1/events/{event}/ticket-types/{ticket['id']}", if_match="*")


def wait(on: Functions, stripe: StripeDouble, host: Traveller, event: str) -> None:
    """The waiting list: one person lets an offer expire, one leaves, one pays at the moment when the offer expires."""
    ticket = new_type(host, event, quantity=4)
    taken = [order(on.web, event, ticket["id"]) for _ in range(2)]
    place = f"/v1/events/{event}/waiting-list"
    wish = {"ticket_type_id": ticket["id"], "quantity": 2, "name": "Ada Lovelace", "email": "ada@example.org"}
    first = on.web.post(place, wish, idempotency_key="wait")
    on.web.refused(409).post(place, wish)
    other = on.web.post(place, {**wish, "email": "grace@example.org"})
    last = host.post(place, {**wish, "email": "host@example.org"})
    on.web.delete(f"{place}/{other.json['id']}?access={other.json['access']}")
    for one in taken:
        on.web.post(f"/v1/orders/{one['id']}/cancel?access={one['access']}")
    on.tick("lapse_offers")
    entries = {one["id"]: one for one in host.get(place).json["items"]}
    offers = [entries[one.json["id"]]["order_id"] for one in (first, last)]
    session = pay(stripe, host, {"id": offers[1]}, card=DISPUTED)
    expire(offers[1])
    on.clock.waited = 83_000
    on.tick("lapse_offers")
    with on.recorder.acting_as("lapse_offers"), on.container("lapse_offers") as services:
        services.payments.record_payment.sync_payment(
            session
        )  # what the timer does when an order ends between its two reads
    assert [state_of(offer) for offer in offers] == [OrderState.EXPIRED, OrderState.DISPUTED]
    on.drain()
    on.clock.waited = 0
    deliver(on, stripe)


def new_type(host: Traveller, event: str, **fields: Any) -> Any:
    """Creates a ticket type that sorts before the others, because other parts of the tour expect those at the end."""
    return host.post(f"/v1/events/{event}/ticket-types", {**TICKET, **fields}).json
