"""Idempotency keys, request ids and API faults."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe

from local.stripe_double import ApiFault

from .conftest import Shop, client_for, order

KEYED = {"idempotency_key": "co:1:1"}


def test_create_session_twice_with_one_key_replays_the_first_answer(shop: Shop) -> None:
    first = shop.client.v1.checkout.sessions.create(order(), KEYED)
    second = shop.client.v1.checkout.sessions.create(order(), KEYED)
    assert first.id == second.id
    assert first.last_response is not None
    assert second.last_response is not None
    assert "idempotent-replayed" not in first.last_response.headers
    assert second.last_response.headers["idempotent-replayed"] == "true"
    assert first.last_response.request_id != second.last_response.request_id
    assert len(shop.client.v1.checkout.sessions.list().data) == 1


def test_replay_session_after_it_changed_still_gives_the_first_answer(shop: Shop) -> None:
    first = shop.client.v1.checkout.sessions.create(order(), KEYED)
    shop.double.pay(first.id)
    assert shop.client.v1.checkout.sessions.create(order(), KEYED).status == "open"


def test_create_session_with_one_key_and_other_parameters_is_refused(shop: Shop) -> None:
    shop.client.v1.checkout.sessions.create(order(), KEYED)
    with pytest.raises(stripe.IdempotencyError, match="same parameters") as caught:
        shop.client.v1.checkout.sessions.create(order(amount=2600), KEYED)
    assert caught.value.http_status == 400


def test_call_other_endpoint_with_one_key_is_refused(shop: Shop) -> None:
    shop.client.v1.checkout.sessions.create(order(), KEYED)
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        shop.client.v1.customers.create({"email": "ada@example.com"}, KEYED)


def test_create_session_with_key_a_day_later_makes_another(shop: Shop) -> None:
    first = shop.client.v1.checkout.sessions.create(order(), KEYED)
    shop.clock.now += 24 * 3600 + 1
    assert shop.client.v1.checkout.sessions.create(order(), KEYED).id != first.id


def test_create_session_after_failed_validation_may_use_the_key_again(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.checkout.sessions.create(order(amount=1), KEYED)
    assert shop.client.v1.checkout.sessions.create(order(), KEYED).status == "open"


def test_create_session_while_first_is_running_conflicts(shop: Shop) -> None:
    shop.double.faults.on_api(ApiFault("timeout_after", seconds=1.0, path="/v1/checkout", method="POST"))
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(shop.client.v1.checkout.sessions.create, order(), KEYED)
        while not shop.client.v1.checkout.sessions.list().data:
            threading.Event().wait(0.01)
        with pytest.raises(stripe.StripeError) as caught:
            client_for(shop.url).v1.checkout.sessions.create(order(), KEYED)
        made = running.result()
    assert caught.value.http_status == 409
    assert caught.value.json_body["error"]["code"] == "idempotency_key_in_use"
    assert shop.client.v1.checkout.sessions.create(order(), KEYED).id == made.id


def test_create_session_at_a_barrier_with_one_key_makes_one(shop: Shop) -> None:
    barrier = threading.Barrier(8)

    def create(_: int) -> str:
        client = client_for(shop.url, retries=5)
        barrier.wait()
        return str(client.v1.checkout.sessions.create(order(), KEYED).id)

    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(create, range(8)))
    assert len(made) == 1
    assert len(shop.client.v1.checkout.sessions.list().data) == 1


def test_call_with_429_fault_is_limited_then_works(shop: Shop) -> None:
    shop.double.faults.on_api(ApiFault("429", path="/v1/checkout"))
    with pytest.raises(stripe.RateLimitError):
        shop.session()
    assert shop.session().status == "open"


def test_create_with_500_fault_is_replayed_for_its_key(shop: Shop) -> None:
    shop.double.faults.on_api(ApiFault("500"))
    client = client_for(shop.url, retries=2)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as caught:
            client.v1.checkout.sessions.create(order(), KEYED)
        assert caught.value.http_status == 500
    assert client.v1.checkout.sessions.create(order(), {"idempotency_key": "co:1:2"}).status == "open"


def test_create_with_503_fault_is_retried_by_stripes_library(shop: Shop) -> None:
    shop.double.faults.on_api(ApiFault("503"))
    assert client_for(shop.url, retries=1).v1.checkout.sessions.create(order(), KEYED).status == "open"


def test_create_with_timeout_before_fault_does_nothing(shop: Shop) -> None:
    shop.double.faults.on_api(ApiFault("timeout_before", seconds=0.05))
    with pytest.raises(stripe.APIError):
        shop.session()
    assert shop.client.v1.checkout.sessions.list().data == []


def test_refund_at_a_barrier_never_gives_back_more_than_was_paid(shop: Shop) -> None:
    shop.double.pay(shop.session().id)
    charge = shop.client.v1.charges.list().data[0].id
    barrier = threading.Barrier(4)

    def refund(_: int) -> int:
        barrier.wait()
        try:
            return client_for(shop.url).v1.refunds.create({"charge": charge, "amount": 1500}).amount
        except stripe.InvalidRequestError:
            return 0

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(refund, range(4))) == [0, 0, 0, 1500]
