"""Stripe for the contract tests: the test double, or Stripe's test mode when STRIPE_TEST_KEY is set.

STRIPE_TEST_KEY=sk_test_… python -m pytest tests/contract
"""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from chalicelib.payments.adapters.stripe import StripeGateway, client
from chalicelib.payments.adapters.stripe_connect import StripeAccountsGateway
from local.stripe_double import StripeDouble, create_double
from tests.stripe_double.conftest import START, serve

REAL_KEY = os.environ.get("STRIPE_TEST_KEY", "")
PATIENCE_SECONDS = 60 if REAL_KEY else 10


class StripeSide:
    """What a buyer or a user of Stripe's dashboard does."""

    def __init__(self, key: str, api_base: str) -> None:
        self.gateway = StripeGateway(secret_key=key, api_base=api_base)
        self.api: stripe.StripeClient = client(key, api_base)

    def pay(self, order_id: str, method: str = "pm_card_visa", amount: int = 5000, currency: str = "eur") -> Any:
        """Creates a payment intent and confirms it with one of Stripe's test methods."""
        return self.api.v1.payment_intents.create(
            {
                "amount": amount,
                "currency": currency,
                "confirm": True,
                "payment_method": method,
                "payment_method_types": ["card"],
                "metadata": {"order_id": order_id},
            }
        )


@pytest.fixture(scope="session")
def stripe_side() -> Iterator[StripeSide]:
    """Stripe's test mode when its key is set, else the test double."""
    if REAL_KEY:
        assert REAL_KEY.startswith("sk_test_"), "never a live key"
        yield StripeSide(REAL_KEY, "")
        return
    for double, url in serve(lambda url: create_double(None, url, "", "whsec_test", clock=time.time)):
        double.start()
        yield StripeSide("sk_test_local", url)
        double.stop()


def eventually(look: Any) -> Any:
    """Calls `look` until it returns something, and returns that: fees and disputes appear late."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < until, "it never came"
        time.sleep(0.2)
    return found


class DoubleSide(StripeSide):
    """The test double with a stopped clock, and an organiser's account that can be paid."""

    def __init__(self, double: StripeDouble, url: str) -> None:
        super().__init__("sk_test_local", url)
        self.double, self.url = double, url
        self.accounts = StripeAccountsGateway(secret_key="sk_test_local", api_base=url)
        self.account = self.accounts.create_account("event")
        double.onboard(self.account)


@pytest.fixture
def double_side() -> Iterator[DoubleSide]:
    """The double, for behaviour that Stripe's test mode cannot be made to show."""
    for double, url in serve(lambda url: create_double(None, url, "", "whsec_test", clock=lambda: START)):
        yield DoubleSide(double, url)
