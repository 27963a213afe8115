"""Webhook endpoints that were registered over the API."""

from __future__ import annotations

import json

import pytest
import stripe

from .conftest import Shop

URL = "http://127.0.0.1:9/hook"


def register(shop: Shop, *events: str) -> stripe.WebhookEndpoint:
    return shop.client.v1.webhook_endpoints.create(
        {"url": URL, "enabled_events": list(events), "api_version": "2026-10-28.endive", "metadata": {"stage": "dev"}}
    )


def test_create_shows_the_secret_once(shop: Shop) -> None:
    made = register(shop, "charge.succeeded")
    assert made.secret is not None
    (listed,) = shop.client.v1.webhook_endpoints.list().data
    assert (listed.id, listed.url, listed.status, listed.metadata["stage"]) == (made.id, URL, "enabled", "dev")
    assert "secret" not in listed


def test_registered_endpoint_gets_its_kinds_signed_with_its_own_secret(shop: Shop) -> None:
    made = register(shop, "charge.succeeded")
    shop.double.pay(shop.session().id)
    shop.double.tick()
    ours = [(headers, body) for headers, body in shop.hook.came if _signed(headers, body, str(made.secret))]
    assert [json.loads(body)["type"] for _, body in ours] == ["charge.succeeded"]


@pytest.mark.parametrize("end", ["delete", "disable"])
def test_endpoint_that_was_ended_hears_nothing(shop: Shop, end: str) -> None:
    made = register(shop, "*")
    if end == "delete":
        assert shop.client.v1.webhook_endpoints.delete(made.id).deleted is True
    else:
        shop.client.v1.webhook_endpoints.update(made.id, {"disabled": True})
    shop.double.pay(shop.session().id)
    shop.double.tick()
    assert shop.hook.came
    assert not any(_signed(headers, body, str(made.secret)) for headers, body in shop.hook.came)


def test_create_without_url_is_refused(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="url"):
        shop.client.v1.webhook_endpoints.create({"enabled_events": ["*"]})  # type: ignore[typeddict-item]


def _signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body.decode(), headers["Stripe-Signature"], secret, None)
    except stripe.SignatureVerificationError:
        return False
    return True
