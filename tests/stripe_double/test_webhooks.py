"""Deliveries: signed, retried, and made faulty on command."""

from __future__ import annotations

import json
import time

import pytest
import stripe

from local.stripe_double import DoubleServer, Settings, WebhookFault, create_double

from .conftest import SECRET, START, Hook, Shop, listening

KIND = "checkout.session.completed"


def paid(shop: Shop) -> None:
    shop.double.pay(shop.session().id)


def test_deliver_event_signed_as_stripe_does_is_accepted_by_stripes_library(shop: Shop) -> None:
    paid(shop)
    shop.double.tick()
    assert shop.hook.accepted(at=START) == [True] * 5
    assert shop.hook.kinds()[-1] == KIND
    headers, body = shop.hook.came[-1]
    assert headers["Stripe-Signature"].startswith(f"t={START},v1=")
    event = json.loads(body)
    assert (event["livemode"], event["pending_webhooks"]) == (False, 1)
    assert event["api_version"] == "2026-08-26.dahlia"


def test_deliver_event_with_refusal_retries_with_backoff_until_2xx(shop: Shop) -> None:
    shop.client.v1.customers.create({"email": "ada@example.com"})
    shop.hook.statuses = [500, 0, 302, 204]
    tried = []
    for _ in range(12):
        shop.double.tick()
        tried.append(len(shop.hook.came))
        shop.clock.now += 1
    assert tried == [1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 4]
    assert shop.client.v1.events.list({"delivery_success": False}).data == []


def test_list_events_with_delivery_success_false_returns_those_not_answered(shop: Shop) -> None:
    paid(shop)
    shop.hook.statuses = [200, 200, 500, 200, 200]
    shop.double.tick()
    failed = shop.client.v1.events.list({"delivery_success": False})
    good = shop.client.v1.events.list({"delivery_success": True})
    assert [event.type for event in failed.data] == ["charge.succeeded"]
    assert len(good.data) == 4


def test_deliver_event_with_duplicate_fault_posts_the_same_body_at_once(shop: Shop) -> None:
    shop.double.faults.on_webhooks(WebhookFault("duplicate", types=(KIND,), times=20))
    paid(shop)
    shop.double.tick()
    bodies = [body for _, body in shop.hook.came if json.loads(body)["type"] == KIND]
    assert (len(bodies), len(set(bodies))) == (20, 1)


@pytest.mark.parametrize(
    "fault",
    [
        WebhookFault("tamper", types=(KIND,)),
        WebhookFault("wrong_secret", types=(KIND,)),
        WebhookFault("age", types=(KIND,), seconds=301),
    ],
    ids=lambda fault: fault.kind,
)
def test_deliver_event_with_spoilt_signature_is_refused_by_stripes_library(shop: Shop, fault: WebhookFault) -> None:
    shop.double.faults.on_webhooks(fault)
    paid(shop)
    shop.double.tick()
    assert shop.hook.accepted(at=START) == [True] * 4 + [False]


def test_deliver_event_signed_for_tomorrow_carries_that_time(shop: Shop) -> None:
    shop.double.faults.on_webhooks(WebhookFault("age", types=(KIND,), seconds=-86400))
    paid(shop)
    shop.double.tick()
    assert f"t={START + 86400}," in shop.hook.came[-1][0]["Stripe-Signature"]


def test_deliver_event_with_two_secrets_is_accepted(shop: Shop) -> None:
    shop.double.faults.on_webhooks(WebhookFault("two_secrets", count=None))
    paid(shop)
    shop.double.tick()
    assert shop.hook.came[0][0]["Stripe-Signature"].count("v1=") == 2
    assert all(shop.hook.accepted(at=START))


def test_deliver_event_with_drop_fault_never_comes_but_stays_listed(shop: Shop) -> None:
    shop.double.faults.on_webhooks(WebhookFault("drop", types=(KIND,)))
    paid(shop)
    shop.double.tick()
    shop.pass_time(3600)
    assert KIND not in shop.hook.kinds()
    missing = shop.client.v1.events.list({"delivery_success": False})
    assert [event.type for event in missing.data] == [KIND]


def test_deliver_event_with_delay_fault_comes_later(shop: Shop) -> None:
    shop.double.faults.on_webhooks(WebhookFault("delay", types=(KIND,), seconds=60))
    paid(shop)
    shop.pass_time(59)
    assert KIND not in shop.hook.kinds()
    shop.pass_time(2)
    assert shop.hook.kinds().count(KIND) == 1


def test_deliver_events_with_reorder_fault_come_backwards(shop: Shop) -> None:
    shop.double.faults.on_webhooks(WebhookFault("reorder", times=5))
    paid(shop)
    shop.double.tick()
    assert shop.hook.kinds() == [
        KIND,
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
        "customer.created",
    ]


def test_deliver_event_with_flipped_livemode_is_signed_and_says_live(shop: Shop) -> None:
    shop.double.faults.on_webhooks(WebhookFault("flip_livemode", types=(KIND,)))
    paid(shop)
    shop.double.tick()
    event = stripe.Event.construct_from(json.loads(shop.hook.came[-1][1]), SECRET)
    assert event.livemode is True
    assert shop.hook.accepted(at=START)[-1]


def test_resend_event_delivers_the_same_id_again(shop: Shop) -> None:
    customer = shop.client.v1.customers.create({"email": "ada@example.com"})
    shop.double.tick()
    shop.double.resend(shop.client.v1.events.list().data[0].id)
    shop.double.tick()
    first, second = [json.loads(body) for _, body in shop.hook.came]
    assert first["id"] == second["id"]
    assert first["data"]["object"]["id"] == customer.id


def test_deliver_event_over_http_reaches_the_endpoint_whole(socket_enabled: None) -> None:
    hook = Hook()

    def respond(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        return hook(f"{method} {path}", headers, body, 0), {}, b"ok"

    with listening(respond) as origin:
        double = create_double(None, "http://d.test", f"{origin}/hook?a=b", SECRET)
        auth = {"authorization": "Bearer sk_test_double"}
        DoubleServer(double).handle("POST", "/v1/customers", "", auth, b"name=Ad%C3%A4")
        double.tick()
        left = DoubleServer(double).handle("GET", "/v1/events", "delivery_success=false", auth, b"")[2]
    assert hook.kinds() == ["customer.created"]
    assert hook.accepted(at=time.time()) == [True]
    assert json.loads(hook.came[0][1])["data"]["object"]["name"] == "Ad\u00e4"
    assert json.loads(left)["data"] == []


def test_deliver_event_to_a_closed_port_keeps_it(socket_enabled: None) -> None:
    with listening(lambda *_: (200, {}, b"")) as origin:
        pass
    double = create_double(None, "http://d.test", origin, SECRET)
    auth = {"authorization": "Bearer sk_test_double"}
    DoubleServer(double).handle("POST", "/v1/customers", "", auth, b"name=Ada")
    assert double.tick() == 1
    left = DoubleServer(double).handle("GET", "/v1/events", "delivery_success=false", auth, b"")[2]
    assert len(json.loads(left)["data"]) == 1


def test_deliver_events_of_chosen_kinds_tells_the_endpoint_of_no_other(socket_enabled: None) -> None:
    hook = Hook()

    def respond(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        return hook(f"{method} {path}", headers, body, 0), {}, b"ok"

    with listening(respond) as origin:
        chosen = Settings("", "", "", webhook_events=frozenset({"customer.updated"}))
        double = create_double(None, "http://d.test", f"{origin}/hook", SECRET, settings=chosen)
        auth = {"authorization": "Bearer sk_test_double"}
        made = json.loads(DoubleServer(double).handle("POST", "/v1/customers", "", auth, b"name=Ada")[2])
        DoubleServer(double).handle("POST", f"/v1/customers/{made['id']}", "", auth, b"name=Grace")
        double.tick()
    assert hook.kinds() == ["customer.updated"]
