"""No request to Stripe exceeds the rate limit."""

import pytest

from chalicelib.core.errors import Busy, UpstreamFailed
from chalicelib.payments.adapters.stripe import CONNECT_SECONDS, TIMEOUT_SECONDS, StripeGateway
from chalicelib.payments.adapters.stripe_connect import StripeAccountsGateway
from chalicelib.payments.adapters.stripe_pace import Pace
from chalicelib.payments.domain.deadline import ASKED_WITHIN_SECONDS, asking_until
from local.stripe_double import ApiFault
from tests.contract.conftest import DoubleSide
from tests.contract.test_stripe_access import request
from tests.stripe_double.conftest import START

FRONT_DOOR_SECONDS = 29
"""When API Gateway times out (docs.aws.amazon.com/apigateway/latest/developerguide/limits.html)."""


class NotedLines:
    """The port `Lines`: records who joins which line. Lines in `full` have no place."""

    def __init__(self, *full: str) -> None:
        self.stood: list[str] = []
        self.most: list[float] = []
        self._full = full

    def take(self, line: str, *, now: float, every: float, most: float) -> float | None:
        self.stood.append(line)
        self.most.append(most)
        return None if line in self._full else now

    def leave(self, line: str) -> None:
        raise NotImplementedError


class Stopped:
    """A stopped clock."""

    def now(self) -> float:
        return float(START)


def test_gateway_waits_for_its_turn_before_every_request_also_a_repeated_one(double_side: DoubleSide) -> None:
    lines = NotedLines()
    gateway = StripeGateway(secret_key="sk_test_local", api_base=double_side.url, pace=pace_of(lines))
    double_side.double.faults.on_api(ApiFault("503"))
    session = gateway.open_checkout(request(None)).id
    gateway.close_checkout(session)
    gateway.read_payment(session)
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
        gateway.read_payment("cs_test_1")
    assert double_side.double.traffic.summary() == before


class Slow:
    """A clock with which each request takes as long as the gateway's timeout."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    def now(self) -> float:
        self.asked.append(len(self.asked) * float(CONNECT_SECONDS + TIMEOUT_SECONDS))
        return self.asked[-1]


@pytest.mark.parametrize("call", ["open", "close"])
def test_gateway_asked_by_a_person_answers_before_the_front_door_gives_up(double_side: DoubleSide, call: str) -> None:
    slow = Slow()
    pace = Pace(NotedLines(), slow, lambda seconds: None)
    gateway = StripeGateway(secret_key="sk_test_local", api_base=double_side.url, pace=pace)
    double_side.double.faults.on_api(ApiFault("503", count=None))
    with asking_until(ASKED_WITHIN_SECONDS), pytest.raises(UpstreamFailed, match="did not answer in time"):
        gateway.open_checkout(request(None)) if call == "open" else gateway.close_checkout("cs_test_1")
    *answered, given_up = slow.asked
    assert answered == [0, 11]
    assert answered[-1] + CONNECT_SECONDS + TIMEOUT_SECONDS <= 25 < FRONT_DOOR_SECONDS
    assert given_up == 22


def test_wait_of_a_person_is_shorter_than_that_of_a_stream() -> None:
    lines = NotedLines()
    pace = pace_of(lines)
    pace.wait("get", "https://api.stripe.com/v1/checkout/sessions/cs_1")
    with asking_until(START + 12):
        pace.wait("get", "https://api.stripe.com/v1/checkout/sessions/cs_1")
    assert lines.most == [20, 12]


def pace_of(lines: NotedLines) -> Pace:
    return Pace(lines, Stopped(), lambda seconds: None)
