"""What a deploy does about its webhook endpoint at Stripe, against the double."""

from typing import Any

import boto3
import pytest
import stripe

from chalicelib.payments.adapters.stripe import API_VERSION
from chalicelib.payments.services.dispatch_stripe_events import PAYMENT_EVENTS
from infra.deploy import stripe_endpoint
from infra.deploy.parameters import STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, StageParameters
from infra.settings import StageSettings, Unusable
from tests.harness.aws import session

from .conftest import Shop

__all__ = ["session"]

STAGE = StageSettings("dev", "eu-central-1")
OWNER = "111122223333/eu-central-1/dev"
URL = "https://marquee.example/api/v1/stripe/webhook"


@pytest.fixture
def shop(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The double's account, which has an endpoint of another stage too."""
    fields = {
        "url": "https://prod.example",
        "enabled_events": ["*"],
        "metadata": {"marquee_owner": "444455556666/eu-central-1/dev"},
    }
    shop.client.v1.webhook_endpoints.create(fields)  # type: ignore[arg-type]
    monkeypatch.setattr(stripe_endpoint, "client", lambda *_: shop.client)
    return shop


def ours(shop: Shop) -> list[Any]:
    listed = shop.client.v1.webhook_endpoints.list().data
    return [one for one in listed if one.url != "https://prod.example"]


@pytest.fixture
def parameters(session: boto3.Session) -> StageParameters:
    made = StageParameters(session.client("ssm"), STAGE)
    made.put(STRIPE_SECRET_KEY, "sk_test_x")
    return made


def secret(parameters: StageParameters) -> str:
    found = parameters.get(STRIPE_WEBHOOK_SECRET)
    return found.value if found else ""


def test_ensure_makes_one_with_pinned_version_and_keeps_its_secret(shop: Shop, parameters: StageParameters) -> None:
    assert stripe_endpoint.ensure(parameters, OWNER, URL) == "made"
    (made,) = ours(shop)
    assert (made.url, made.api_version, made.enabled_events) == (URL, API_VERSION, sorted(PAYMENT_EVENTS))
    assert secret(parameters).startswith("whsec_")
    assert stripe_endpoint.ensure(parameters, OWNER, URL) == "kept"
    assert [one.id for one in ours(shop)] == [made.id]


@pytest.mark.parametrize("change", [{"url": "https://old.example"}, {"enabled_events": ["*"]}, {"disabled": True}])
def test_ensure_mends_what_differs(shop: Shop, parameters: StageParameters, change: Any) -> None:
    stripe_endpoint.ensure(parameters, OWNER, URL)
    shop.client.v1.webhook_endpoints.update(ours(shop)[0].id, change)
    assert stripe_endpoint.ensure(parameters, OWNER, URL) == "updated"
    assert (ours(shop)[0].url, ours(shop)[0].status) == (URL, "enabled")
    assert stripe_endpoint.ensure(parameters, OWNER, URL) == "kept"


@pytest.mark.parametrize("old", ["", "whsec_kept_from_before"])
def test_ensure_after_being_killed_before_the_secret_was_kept_makes_another(
    shop: Shop, parameters: StageParameters, monkeypatch: pytest.MonkeyPatch, old: str
) -> None:
    if old:
        parameters.put(STRIPE_WEBHOOK_SECRET, old)
    with monkeypatch.context() as patch:
        patch.setattr(StageParameters, "put", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            stripe_endpoint.ensure(parameters, OWNER, URL)
    (lost,) = ours(shop)
    assert stripe_endpoint.ensure(parameters, OWNER, URL) == "made"
    assert stripe_endpoint.retire(parameters, OWNER) == 1
    (made,) = ours(shop)
    assert made.id != lost.id
    assert secret(parameters).split(",")[1:] == ([old] if old else [])
    assert stripe_endpoint.ensure(parameters, OWNER, URL) == "kept"


def test_ensure_with_new_api_version_keeps_old_endpoint_and_secret_until_retired(
    shop: Shop, parameters: StageParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.payments.adapters.stripe.API_VERSION", "2025-01-27.acacia")
        stripe_endpoint.ensure(parameters, OWNER, URL)
    old = secret(parameters)
    assert stripe_endpoint.ensure(parameters, OWNER, URL) == "made"
    new, kept = secret(parameters).split(",")
    assert kept == old != new
    assert [one.api_version for one in ours(shop)] == [API_VERSION, "2025-01-27.acacia"]
    assert stripe_endpoint.retire(parameters, OWNER) == 1
    assert [one.api_version for one in ours(shop)] == [API_VERSION]
    assert stripe_endpoint.retire(parameters, OWNER) == 0


def test_refusal_of_stripe_is_told_without_its_words(
    shop: Shop, parameters: StageParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:
        raise stripe.AuthenticationError("Invalid API Key provided: sk_test_x", http_status=401)

    monkeypatch.setattr(shop.client.v1.webhook_endpoints, "list", refused)
    with pytest.raises(Unusable, match="AuthenticationError") as told:
        stripe_endpoint.ensure(parameters, OWNER, URL)
    assert "sk_test" not in str(told.value)


def test_ensure_without_key_does_nothing(shop: Shop, session: boto3.Session) -> None:
    assert stripe_endpoint.ensure(StageParameters(session.client("ssm"), STAGE), OWNER, URL) == "none"
    assert ours(shop) == []


def test_remove_takes_only_our_own(shop: Shop, parameters: StageParameters) -> None:
    stripe_endpoint.ensure(parameters, OWNER, URL)
    assert stripe_endpoint.remove(parameters, OWNER) == 1
    assert stripe_endpoint.remove(parameters, OWNER) == 0
    assert len(shop.client.v1.webhook_endpoints.list().data) == 1
