"""The part of the grand tour (grand_tour.py) about limits: quotas, discounts, access codes, people who wait."""

from typing import Any

from chalicelib.domain.order_facts import OrderState
from tests.functional.sale_steps import form, order, start_sweep, state_of
from tests.functional.test_sale import BUYER, TICKET
from tests.harness.functions import Functions, Traveller


def run(on: Functions, host: Traveller, event: str) -> None:
    """Everything, in an order in which each step has what it needs. Leaves the event's ticket types as they were."""
    on.clock.waited = 0
    share(on, host, event)
    redeem(on, host, event)
    wait(on, host, event)


def share(on: Functions, host: Traveller, event: str) -> None:
    """A quota that is made, grown, taken from and removed; one for a type that is sold already."""
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
    """Codes that are made, renamed, used, guessed and removed; a limit for each buyer."""
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


def wait(on: Functions, host: Traveller, event: str) -> None:
    """People who wait: one is offered what came free and lets it lapse, one leaves, one is passed over."""
    ticket = new_type(host, event, quantity=2)
    taken = order(on.web, event, ticket["id"])
    place = f"/v1/events/{event}/waiting-list"
    wish = {"ticket_type_id": ticket["id"], "quantity": 2, "name": "Ada Lovelace", "email": "ada@example.org"}
    first = on.web.post(place, wish, idempotency_key="wait")
    on.web.refused(409).post(place, wish)
    other = on.web.post(place, {**wish, "email": "grace@example.org"})
    last = host.post(place, {**wish, "email": "host@example.org"})
    on.web.delete(f"{place}/{other.json['id']}?access={other.json['access']}")
    on.web.post(f"/v1/orders/{taken['id']}/cancel?access={taken['access']}")
    on.drain()
    start_sweep(int(on.clock.now()) // 60)
    on.tick("release_holds")
    on.clock.waited = 83_000
    start_sweep(int(on.clock.now()) // 60)
    on.tick("release_holds")
    on.drain()
    on.clock.waited = 0
    entries = {one["id"]: one for one in host.get(place).json["items"]}
    offers = [entries[one.json["id"]]["order_id"] for one in (first, last)]
    assert [state_of(offer) for offer in offers] == [OrderState.EXPIRED, OrderState.RESERVED]
    host.post(f"/v1/orders/{offers[1]}/cancel")
    on.drain()


def new_type(host: Traveller, event: str, **fields: Any) -> Any:
    """A ticket type before the others in the list, so that these stay what other parts of the tour look for."""
    return host.post(f"/v1/events/{event}/ticket-types", {**TICKET, **fields}).json
