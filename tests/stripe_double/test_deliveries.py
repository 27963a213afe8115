"""Deliveries to several endpoints, races, other API versions, the end of retries, and lists of undelivered events."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest

from local.stripe_double import WebhookFault

from .conftest import SECRET, START, Shop

KIND = "checkout.session.completed"


def paid(shop: Shop) -> None:
    shop.double.pay(shop.session().id)


def completed(shop: Shop) -> Any:
    """Returns the last event of a payment, as received."""
    return json.loads(shop.hook.came[-1][1])


def test_deliver_event_with_one_endpoint_down_repeats_it_to_that_one_only(shop: Shop) -> None:
    other = shop.client.v1.webhook_endpoints.create({"url": "http://hook.test/2", "enabled_events": ["*"]})
    shop.hook.statuses = [200, 500, 200]
    shop.client.v1.customers.create({"name": "Ada"})
    shop.double.tick()
    (event,) = shop.client.v1.events.list({"delivery_success": False}).data
    assert event.pending_webhooks == 1
    shop.pass_time(1.1)
    assert shop.hook.accepted(at=shop.clock.now, secret=SECRET) == [True, False, False]
    assert shop.hook.accepted(at=shop.clock.now, secret=other.secret or "") == [False, True, True]
    assert shop.client.v1.events.list({"delivery_success": False}).data == []


def test_deliver_event_to_an_endpoint_deleted_meanwhile_leaves_it_undelivered(shop: Shop) -> None:
    other = shop.client.v1.webhook_endpoints.create({"url": "http://hook.test/2", "enabled_events": ["*"]})
    shop.client.v1.customers.create({"name": "Ada"})
    shop.client.v1.webhook_endpoints.delete(other.id)
    shop.double.tick()
    assert len(shop.hook.came) == 1
    assert len(shop.client.v1.events.list({"delivery_success": False}).data) == 1


def test_deliver_event_to_a_pinned_endpoint_says_its_version(shop: Shop) -> None:
    shop.client.v1.webhook_endpoints.create(
        {"url": "http://hook.test/2", "enabled_events": ["customer.created"], "api_version": "2026-10-28.endive"}
    )
    shop.client.v1.customers.create({"name": "Ada"})
    shop.double.tick()
    versions = [json.loads(body)["api_version"] for _, body in shop.hook.came]
    assert versions == ["2026-08-26.dahlia", "2026-10-28.endive"]


def test_refuse_event_for_three_days_ends_the_tries_but_it_stays_listed(shop: Shop) -> None:
    shop.client.v1.customers.create({"name": "Ada"})
    shop.hook.statuses = [500] * 3
    shop.double.tick()
    shop.pass_time(2 * 86400)
    shop.pass_time(86401)
    shop.pass_time(86400)
    assert len(shop.hook.came) == 3
    assert [event.type for event in shop.client.v1.events.list({"delivery_success": False}).data] == [
        "customer.created"
    ]


def test_deliver_events_with_race_fault_come_at_once(shop: Shop) -> None:
    """The endpoint handles five different events at the same time."""
    shop.hook.together = threading.Barrier(5)
    shop.double.faults.on_webhooks(WebhookFault("race", times=5))
    paid(shop)
    assert shop.double.tick() == 5
    assert len(set(shop.hook.kinds())) == 5


def test_deliver_events_with_race_fault_wait_for_each_other(shop: Shop) -> None:
    shop.double.faults.on_webhooks(WebhookFault("race", times=6, seconds=30))
    paid(shop)
    assert shop.double.tick() == 0
    shop.client.v1.customers.create({"name": "Ada"})
    assert shop.double.tick() == 6


def test_deliver_event_in_old_version_has_the_shapes_of_then(shop: Shop) -> None:
    shop.double.faults.on_webhooks(WebhookFault("old_version", count=None))
    paid(shop)
    shop.double.tick()
    events = {event["type"]: event for event in (json.loads(body) for _, body in shop.hook.came)}
    assert {event["api_version"] for event in events.values()} == {"2022-08-01"}
    intent = events["payment_intent.succeeded"]["data"]["object"]
    assert "latest_charge" not in intent
    assert intent["charges"]["data"][0]["id"] == events["charge.succeeded"]["data"]["object"]["id"]
    assert events["charge.succeeded"]["data"]["object"]["refunds"]["data"] == []
    assert all(shop.hook.accepted(at=START))


def test_deliver_event_in_new_version_has_fields_nobody_knows(shop: Shop) -> None:
    shop.double.faults.on_webhooks(WebhookFault("new_version", types=(KIND,)))
    paid(shop)
    shop.double.tick()
    event = completed(shop)
    assert event["api_version"] == "2029-03-28.zinnia"
    assert event["data"]["object"]["unheard_of"]["amount"] == 10**20
    kept = shop.client.v1.events.retrieve(event["id"])
    assert kept.api_version == "2026-08-26.dahlia"


@pytest.mark.parametrize(
    ("filters", "ages"),
    [
        ({"gt": START + 10}, [20]),
        ({"gte": START + 10}, [20, 10]),
        ({"lt": START + 10}, [0]),
        ({"lte": START + 10}, [10, 0]),
        ({"gte": START + 5, "lt": START + 20}, [10]),
    ],
)
def test_list_events_by_created_keeps_each_edge(shop: Shop, filters: dict[str, int], ages: list[int]) -> None:
    for _ in range(3):
        shop.client.v1.customers.create({"name": "Ada"})
        shop.clock.now += 10
    found = shop.client.v1.events.list({"created": filters})
    assert [event.created - START for event in found.data] == ages


def test_list_events_by_type_and_wildcard_and_page_walks_through_all(shop: Shop) -> None:
    paid(shop)
    every = shop.events()[::-1]
    walked = [event.type for event in shop.client.v1.events.list({"limit": 2}).auto_paging_iter()]
    assert walked == every
    assert [event.type for event in shop.client.v1.events.list({"type": "charge.*"}).data] == ["charge.succeeded"]
    backwards = shop.client.v1.events.list({"limit": 2, "ending_before": shop.client.v1.events.list().data[-1].id})
    assert [event.type for event in backwards.data] == every[-3:-1]


def test_list_sessions_by_intent_customer_and_time_finds_the_one(shop: Shop) -> None:
    first = shop.session()
    shop.clock.now += 100
    second = shop.session()
    for session in (first, second):
        shop.double.pay(session.id)
    done = shop.client.v1.checkout.sessions.retrieve(first.id)
    listed = shop.client.v1.checkout.sessions.list
    assert [one.id for one in listed({"payment_intent": done.payment_intent}).data] == [first.id]
    assert [one.id for one in listed({"customer": done.customer}).data] == [first.id]
    assert [one.id for one in listed({"status": "complete", "created": {"gte": START + 100}}).data] == [second.id]
    walked = [one.id for one in listed({"status": "complete", "limit": 1}).auto_paging_iter()]
    assert walked == [second.id, first.id]
