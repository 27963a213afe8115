"""The gateway when Stripe refuses access: an account counts as gone only when Stripe says so."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.core.errors import UpstreamFailed
from chalicelib.orders.domain.refund import RefundReason, RefundWish
from chalicelib.payments.ports import AccountGone, CheckoutRefusal, CheckoutRefused, CheckoutRequest, RefundRefused
from local.stripe_double import ApiFault
from tests.contract.conftest import DoubleSide
from tests.contract.test_stripe_gateway import NOW, new_id, order
from tests.stripe_double.conftest import START

CALLS: dict[str, Callable[[DoubleSide, str | None], Any]] = {
    "payment": lambda side, account: side.gateway.read_payment("cs_test_1", account=account),
    "close_checkout": lambda side, account: side.gateway.close_checkout("cs_test_1", account=account),
    "refund": lambda side, account: side.gateway.refund(wish(account)),
    "open_checkout": lambda side, account: side.gateway.open_checkout(request(account)),
    "complete_sessions": lambda side, account: list(side.gateway.list_complete_sessions(since=0, account=account)),
    "undelivered": lambda side, account: list(side.gateway.list_undelivered(since=0, kinds=["x"], account=account)),
}


def wish(account: str | None) -> RefundWish:
    facts: dict[str, Any] = {"key": "one", "order_id": new_id(), "charge_id": "ch_1", "amount": 5, "currency": "EUR"}
    return RefundWish(**facts, reason=RefundReason.REQUESTED, created_at=NOW, account=account)


def request(account: str | None) -> CheckoutRequest:
    place = "https://tickets.example/orders/1"
    return CheckoutRequest(order((2500, 1)), 1, START + 3600, f"{place}/complete", f"{place}/pay", account=account)


def counted(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Returns the metrics that were counted for an alarm."""
    lines = [json.loads(line.message) for line in caplog.records if line.name == "telemetry"]
    found = [one["_aws"]["CloudWatchMetrics"][0]["Metrics"] for one in lines if "_aws" in one]
    return [metrics[0]["Name"] for metrics in found if [each["Name"] for each in metrics[1:]] == ["PaymentsToLookAt"]]


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    import logging

    monkeypatch.setattr(logging.getLogger("telemetry"), "propagate", True)
    caplog.set_level(logging.INFO, "telemetry")
    return lambda: counted(caplog)


@pytest.mark.parametrize("in_account", [False, True], ids=["platform", "account"])
@pytest.mark.parametrize("kind", ["401", "403"])
@pytest.mark.parametrize("call", CALLS)
def test_call_refused_for_want_of_access_fails_and_is_counted(
    double_side: DoubleSide, told: Callable[[], list[str]], call: str, kind: Any, *, in_account: bool
) -> None:
    double_side.double.faults.on_api(ApiFault(kind, count=None))
    with pytest.raises(UpstreamFailed):
        CALLS[call](double_side, double_side.account if in_account else None)
    assert told() == ["StripeAccessRefused"]


@pytest.mark.parametrize("kind", ["401", "403"])
def test_is_ready_of_an_account_that_may_not_be_read_fails(double_side: DoubleSide, kind: Any) -> None:
    double_side.double.faults.on_api(ApiFault(kind, count=None))
    with pytest.raises(UpstreamFailed):
        double_side.accounts.is_ready(double_side.account)
    double_side.double.faults.clear()
    assert double_side.accounts.is_ready(double_side.account) is True


def test_calls_for_an_account_that_was_taken_back_say_that_it_is_gone(
    double_side: DoubleSide, told: Callable[[], list[str]]
) -> None:
    account = double_side.account
    double_side.double.disconnect(account)
    assert double_side.accounts.is_ready(account) is None
    assert CALLS["close_checkout"](double_side, account) is True
    with pytest.raises(AccountGone):
        CALLS["payment"](double_side, account)
    with pytest.raises(RefundRefused) as refusal:
        CALLS["refund"](double_side, account)
    assert refusal.value.code == "account_gone"
    for call in ("complete_sessions", "undelivered"):  # nothing depends on a list: no alarm
        with pytest.raises(AccountGone):
            CALLS[call](double_side, account)
    assert told() == ["StripeAccountGone"] * 3


@pytest.mark.parametrize("is_gone", [False, True], ids=["not_onboarded", "taken_back"])
def test_open_checkout_in_an_account_that_takes_no_payments_is_refused_for_good(
    double_side: DoubleSide, told: Callable[[], list[str]], *, is_gone: bool
) -> None:
    account = double_side.account if is_gone else double_side.accounts.create_account("another event")
    if is_gone:
        double_side.double.disconnect(account)
    with pytest.raises(CheckoutRefused) as refused:
        CALLS["open_checkout"](double_side, account)
    assert (refused.value.refusal, told()) == (CheckoutRefusal.SELLER, [])
