"""Nothing is asked of Stripe past its pace."""

import pytest

from chalicelib.adapters.stripe_accounts import StripeAccountsGateway
from chalicelib.adapters.stripe_gateway import StripeGateway
from chalicelib.adapters.stripe_pace import Pace
from chalicelib.domain.errors import Busy
from local.stripe_double import ApiFault
from tests.contract.conftest import DoubleSide
from tests.contract.test_stripe_access import request
from tests.stripe_double.conftest import START


class NotedLines:
    """Port `Lines`: notes who stands where; `full` have no place."""

    def __init__(self, *full: str) -> None:
        self.stood: list[str] = []
        self._full = full

    def take(self, line: str, *, now: float, every: float, most: float) -> float | None:
        self.stood.append(line)
        return None if line in self._full else now

    def leave(self, line: str) -> None:
        raise NotImplementedError


class Stopped:
    """A clock that stands still."""

    def now(self) -> float:
        return float(START)


def test_gateway_waits_for_its_turn_before_every_request_also_a_repeated_one(double_side: DoubleSide) -> None:
    lines = NotedLines()
    gateway = StripeGateway(secret_key="sk_test_local", api_base=double_side.url, pace=pace_of(lines))
    double_side.double.faults.on_api(ApiFault("503"))
    session = gateway.open_checkout(request(None)).id
    gateway.close_checkout(session)
    gateway.payment(session)
    accounts = StripeAccountsGateway(secret_key="sk_test_local", api_base=double_side.url, pace=pace_of(lines))
    accounts.is_ready(double_side.account)
    names = ["open", "open", "close", "session", "rest"]
    assert lines.stood == [f"stripe.{name}" for name in names]


def test_gateway_behind_a_line_that_is_too_long_asks_nothing(double_side: DoubleSide) -> None:
    gateway = StripeGateway(
        secret_key="sk_test_local", api_base=double_side.url, pace=pace_of(NotedLines("stripe.session"))
    )
    before = double_side.double.traffic.summary()
    with pytest.raises(Busy, match="Too much is asked of the payment service at once"):
        gateway.payment("cs_test_1")
    assert double_side.double.traffic.summary() == before


def pace_of(lines: NotedLines) -> Pace:
    return Pace(lines, Stopped(), lambda seconds: None)
