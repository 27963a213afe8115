"""A tour of all the product's features, each step in the function that runs it on AWS. Used by test_permissions.py.

A route that the tour does not visit fails the test, because the permissions that it needs are then unknown.
"""

import io
import json
import zipfile

from chalicelib.core.kinds import LISTS
from chalicelib.orders.domain.order_state import OrderState
from local.stripe_double import StripeDouble
from tests.functional.builders import EVENT
from tests.functional.payments.test_pay_order import TICKET, signed
from tests.functional.tour import gate_tour, limits_tour, live_tour, mail_tour, money_tour, people_tour, sales_tour
from tests.functional.tour.sale_steps import expire, form, order, pay, start_sweep, state_of
from tests.harness.environment import VARIABLES
from tests.harness.functions import Functions, Traveller

PASSWORD = "correct horse battery"


def run(on: Functions, stripe: StripeDouble) -> None:
    """Runs the whole tour, in an order in which each step finds the data it needs."""
    host = open_account(on, "host@example.org")
    event = make_event(host)
    make_programme(on, host, event)
    read_pages(on)
    people_tour.run(on, host, event)
    sell(on, stripe, host, event)
    upload(on, host)
    listen(on, host)
    end_holds(on, stripe, host, event)
    money_tour.run(on, stripe, host, event)
    sales_tour.look(on, host, event)
    limits_tour.run(on, stripe, host, event)
    live_tour.run(on, host, event)
    mail_tour.run(on, host)
    forget_password(on)


def open_account(on: Functions, address: str) -> Traveller:
    """Signs up, verifies the address, changes the name, signs in and out."""
    web = on.web
    form = {"email": address, "name": "Robin Example", "password": PASSWORD}
    made = web.post("/v1/auth/sign-up", form, idempotency_key="sign-up").json
    web.refused(409).post("/v1/auth/sign-up", form)
    web.post("/v1/auth/verify", {"token": on.mailed_token(address)})
    on.drain()
    web.refused(401).post("/v1/auth/sign-in", {"email": address, "password": "not the password"})
    old = web.post("/v1/auth/sign-in", {"email": address, "password": PASSWORD}).json["refresh_token"]
    new = web.post("/v1/auth/refresh", {"refresh_token": old}).json["refresh_token"]
    web.post("/v1/auth/sign-out", {"refresh_token": new})
    web.refused(401).post("/v1/auth/refresh", {"refresh_token": new})
    person = web.signed_in(made["access_token"])
    me = person.get("/v1/me")
    person.patch("/v1/me", {"name": "Robin Host"}, if_match=me.etag)
    person.refused(412).patch("/v1/me", {"name": "Robin"}, if_match=me.etag)
    return person


def forget_password(on: Functions) -> None:
    """Resets the password by mail, which ends every sign-in."""
    on.web.post("/v1/auth/password/forgot", {"email": "host@example.org"})
    form = {"token": on.mailed_token("host@example.org"), "password": "another horse battery"}
    on.web.post("/v1/auth/password/reset", form)
    on.drain()


def make_event(host: Traveller) -> str:
    """Creates an event, changes its slug and state, and is refused with an outdated tag. Returns the event's id."""
    made = host.post("/v1/events", {**EVENT, "slug": "first"}, idempotency_key="event")
    host.post("/v1/events", {**EVENT, "slug": "first"}, idempotency_key="event")
    host.refused(409).post("/v1/events", {**EVENT, "slug": "first"}, idempotency_key="other")
    place = f"/v1/events/{made.json['id']}"
    changed = host.patch(place, {"slug": "alpine", "state": "published"}, if_match=made.etag)
    host.refused(412).patch(place, {"name": "Lost"}, if_match=made.etag)
    draft = host.patch(place, {"state": "draft"}, if_match=changed.etag)
    host.patch(place, {"state": "published"}, if_match=draft.etag)
    host.get("/v1/events?view=all")
    host.get("/v1/me/roles")
    return str(made.json["id"])


def make_programme(on: Functions, host: Traveller, event: str) -> None:
    """Creates every kind of part, reads it as staff and public, changes, references and deletes it."""
    place = f"/v1/events/{event}"
    made = {}
    for kind in LISTS:
        named = {"title": "A talk", "state": "confirmed"} if kind.value == "sessions" else {"name": "One"}
        made[kind.value] = host.post(f"{place}/{kind.value}", named)
    for kind, reply in made.items():
        for reader in (host, on.web):
            reader.get(f"{place}/{kind}")
            reader.get(f"{place}/{kind}?limit=1")
            reader.get(f"{place}/{kind}/{reply.json['id']}")
    session = f"{place}/sessions/{made['sessions'].json['id']}"
    ids = {"speaker_ids": [made["speakers"].json["id"]], "track_id": made["tracks"].json["id"]}
    changed = host.patch(session, ids, if_match=made["sessions"].etag)
    speaker = f"{place}/speakers/{ids['speaker_ids'][0]}"
    host.refused(409).delete(speaker, if_match=made["speakers"].etag)
    made["sessions"] = host.patch(session, {"speaker_ids": [], "track_id": None}, if_match=changed.etag)
    for kind, reply in made.items():
        one = f"{place}/{kind}/{reply.json['id']}"
        last = host.patch(one, {"title" if kind == "sessions" else "name": "Two"}, if_match=reply.etag)
        host.delete(one, if_match=last.etag)
    for reader in (host, on.web):
        reader.get(place)
        reader.get(f"{place}/versions")
    on.web.get("/v1/events")
    on.web.get("/v1/events/alpine")


def read_pages(on: Functions) -> None:
    """Reads the website's pages."""
    shells = ["orders/x", "orders/x/pay", "orders/x/complete", "sign-in", "sign-up", "verify", "reset", "notifications"]
    shells += ["notifications/preferences", "events/x/people", "events/x/review", "invites/x", "proposals"]
    for page in ["", "/e/alpine", "/e/alpine/schedule", "/e/alpine/call", *(f"/{shell}" for shell in shells)]:
        on.web.get(f"/pages{page}")
    on.web.refused(404).get("/pages/e/nothing")
    on.web.get("/v1/openapi.json")
    on.web.get("/docs")


def sell(on: Functions, stripe: StripeDouble, host: Traveller, event: str) -> None:
    """Ticket types and orders: free, paid, cancelled, paid too late, and a payment for an unknown order."""
    place = f"/v1/events/{event}/ticket-types"
    free = host.post(place, {**TICKET, "price": {"amount": 0, "currency": "CHF"}})
    spare = host.post(place, {**TICKET, "quantity": 3000})
    grown = host.patch(f"{place}/{spare.json['id']}", {"quantity": 6000}, if_match=spare.etag)
    host.delete(f"{place}/{spare.json['id']}", if_match=grown.etag)
    for reader in (host, on.web):
        reader.get(place)
        reader.get(f"{place}/{free.json['id']}")
    order(host, event, free.json["id"], idempotency_key="order")
    order(host, event, free.json["id"], idempotency_key="order")
    host.refused(409).post(f"/v1/events/{event}/orders", form(free.json["id"], 5))
    ticket = host.post(place, {**TICKET, "quantity": 50}).json["id"]
    cancelled = order(on.web, event, ticket)
    on.web.post(f"/v1/orders/{cancelled['id']}/payment?access={cancelled['access']}")
    on.web.post(f"/v1/orders/{cancelled['id']}/cancel?access={cancelled['access']}")
    for buyer in (host, on.web):
        paid = order(buyer, event, ticket)
        pay(stripe, buyer, paid)
        host.get(f"/v1/orders/{paid['id']}")
        host.get(f"/v1/orders/{paid['id']}/charges")
    late = order(on.web, event, ticket)
    pay(stripe, on.web, late)
    expire(late["id"])
    stranger = stripe_session_of_nobody(on)
    assert stripe.pay(stranger).paid
    while stripe.tick():
        pass
    on.hook(*ping())
    on.drain()
    assert {state_of(one["id"]) for one in (paid, late)} == {OrderState.PAID}
    assert state_of(cancelled["id"]) is OrderState.CANCELLED
    gate_tour.come_in(on, host, event, paid)


def stripe_session_of_nobody(on: Functions) -> str:
    """Pays a checkout session that names no order, as another product on the same Stripe account would.
    Returns its id.
    """
    import stripe

    from tests.stripe_double.conftest import order as parameters

    client = stripe.StripeClient(VARIABLES["STRIPE_SECRET_KEY"], base_addresses={"api": on.stripe_url})
    return str(client.v1.checkout.sessions.create({**parameters(), "client_reference_id": "nobody"}).id)


def ping() -> tuple[bytes, str]:
    """Returns a signed event without an effect, and its signature."""
    event = {"id": "evt_1", "object": "event", "type": "x.y", "livemode": False, "data": {"object": {"id": "cs_1"}}}
    body = json.dumps(event).encode()
    return body, signed(body)


def upload(on: Functions, host: Traveller) -> None:
    """Imports an archive as an event, and a broken one, which gives a report; deletes the event with all its parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        times = {"starts-at": "2027-01-01T10:00:00Z", "ends-at": "2027-01-02T10:00:00Z"}
        archive.writestr("event", json.dumps({"name": "Imported", **times}))
        archive.writestr("tracks", '[{"id": 1, "name": "Core"}]')
    for raw in (b"PK no", buffer.getvalue()):
        made = host.request("POST", "/v1/events/import", raw=raw, content_type="application/zip")
        on.drain()
        done = host.get(f"/v1/imports/{made.json['import_id']}").json
    place = f"/v1/events/{done['event_id']}"
    assert len(host.get(f"{place}/tracks").json["items"]) == 1
    host.delete(place, if_match=host.get(place).etag)
    on.drain()


def listen(on: Functions, host: Traveller) -> None:
    """Sockets and the inbox: connect, miss a notification, get pushes, mark as read, disconnect, vanish, sign out."""
    known = host.get("/v1/notifications").json["items"][-1]["id"]
    for name in ("first=", "gone=", "last="):
        on.connect(host, name)
    on.connect(host, "no=", status=401, origin="https://evil.example")
    on.recorder.gone.add("gone=")
    on.say("first=", action="hello", since=known)
    on.say("first=", action="ping")
    on.say("first=", action="nonsense")
    on.say("nobody=", action="ping")
    inbox = host.get("/v1/notifications?state=all&limit=1")
    host.get("/v1/notifications?state=unread&order=oldest")
    host.get("/v1/notifications/unread-count")
    one = f"/v1/notifications/{inbox.json['items'][0]['id']}"
    for step in (f"{one}/read", f"{one}/unread", "/v1/notifications/read-all"):
        host.post(step)
    on.drain()
    assert on.socket("$disconnect", "first=") == 200
    visitor = on.web.post("/v1/auth/sign-in", {"email": "host@example.org", "password": PASSWORD}).json
    guest = on.web.signed_in(visitor["access_token"])
    for name in ("ended=", "silent="):
        on.connect(guest, name)
    on.web.post("/v1/auth/sign-out", {"refresh_token": visitor["refresh_token"]})
    on.say("ended=", action="ping")
    host.post(f"{one}/unread")
    on.drain()


def end_holds(on: Functions, stripe: StripeDouble, host: Traveller, event: str) -> None:
    """The holds timer: an expired hold, one that was paid meanwhile, and one that another request ended first."""
    ticket = on.web.get(f"/v1/events/{event}/ticket-types").json["items"][-1]["id"]
    over, paid, raced = (order(buyer, event, ticket) for buyer in (on.web, host, on.web))
    pay(stripe, host, paid)
    session = pay(stripe, on.web, raced)
    expire(raced["id"])
    start_sweep(int(on.clock.now()) // 60 - 1)
    on.clock.waited = 1000
    on.tick("release_holds")
    states = [state_of(one["id"]) for one in (over, paid, raced)]
    assert states == [OrderState.EXPIRED, OrderState.PAID, OrderState.EXPIRED]
    with on.recorder.acting_as("release_holds"), on.container("release_holds") as services:
        services.payments.record_payment.sync_payment(
            session
        )  # what the timer does when an order ends between its two reads
    assert state_of(raced["id"]) is OrderState.PAID
