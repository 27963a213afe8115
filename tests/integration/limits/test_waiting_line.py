"""Lines shared by all processes, and the rate of requests to Stripe."""

from collections import Counter
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.aws import dynamo_lines as line_store
from chalicelib.aws.dynamo_lines import DynamoLines
from chalicelib.core.errors import Busy
from chalicelib.payments.adapters.stripe_pace import LINES, SANDBOX_SHARE, Pace, line_of
from chalicelib.reactions import SIDE_BY_SIDE, STRIPE_INBOX
from infra.stream_settings import PARALLEL
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.environment import VARIABLES
from tests.harness.shop import START, Clock, together

API = "https://api.stripe.com/v1"
LOOK = ("get", f"{API}/checkout/sessions/cs_1?expand[0]=payment_intent")
ROOT = Path(__file__).resolve().parents[3]
MOST_TOGETHER, MOST_OF_ONE = 100, 25
"""Stripe's limits of requests a second, in all and per endpoint (docs.stripe.com/rate-limits)."""


def lines() -> DynamoLines:
    """Returns the lines of a new process."""
    return DynamoLines(bootstrap.services().aws.dynamodb, table_prefix=VARIABLES["TABLE_PREFIX"])


def test_lines_together_stay_below_what_stripe_takes_and_are_what_the_decision_says() -> None:
    together_a_second = sum(line.a_second for line in LINES)
    assert together_a_second < MOST_TOGETHER
    (decision,) = (ROOT / "docs" / "decisions").glob("0019-*.md")
    assert f"all of them together at {together_a_second:g}, below {MOST_TOGETHER}" in " ".join(
        decision.read_text().split()
    )


def test_take_gives_each_of_many_processes_a_place_of_its_own(database: DatabaseEndpoint) -> None:
    processes = [lines() for _ in range(5)]

    def take(number: int) -> list[float | None]:
        return [processes[number % 5].take("gate", now=START, every=0.05, most=60) for _ in range(10)]

    found = [place for places in together(20, take) for place in places]
    assert sorted(found) == [round(START + number * 0.05, 3) for number in range(200)]


def test_take_from_a_line_that_emptied_gives_a_place_at_once(database: DatabaseEndpoint) -> None:
    one, other = lines(), lines()
    assert [one.take("gate", now=START, every=2, most=60) for _ in range(3)] == [START, START + 2, START + 4]
    assert other.take("gate", now=START + 100, every=2, most=60) == START + 100
    assert one.take("gate", now=START + 101, every=2, most=60) == START + 102


def test_take_from_a_line_that_is_too_long_takes_no_place(database: DatabaseEndpoint) -> None:
    mine = lines()
    assert [mine.take("gate", now=START, every=1, most=1) for _ in range(4)] == [START, START + 1, None, None]
    assert lines().take("gate", now=START + 1, every=1, most=1) == START + 2


def test_take_from_a_line_that_a_wrong_clock_wrote_begins_anew(database: DatabaseEndpoint) -> None:
    assert lines().take("gate", now=START + 3600, every=1, most=10) == START + 3600
    assert lines().take("gate", now=START, every=1, most=10) == START
    assert lines().take("gate", now=START, every=1, most=10) == START + 1


def test_leave_frees_the_next_place(database: DatabaseEndpoint) -> None:
    mine = lines()
    assert mine.take("one", now=START, every=10, most=0) == START
    assert lines().take("one", now=START, every=10, most=0) is None
    mine.leave("one")
    assert lines().take("one", now=START, every=10, most=0) == START


def test_lines_are_cleared_away_later_not_sooner(database: DatabaseEndpoint) -> None:
    lines().take("gate", now=START, every=1, most=60)
    key = {"pk": {"S": "LINE#gate"}, "sk": {"S": "LINE"}}
    request = {"TableName": f"{VARIABLES['TABLE_PREFIX']}people", "Key": key}
    (item,) = bootstrap.services().aws.dynamodb.call("GetItem", request).values()
    assert item == {**key, "next_at": {"N": f"{START + 1:.0f}000"}, "expires_at": {"N": f"{START + 60 + 86_400:.0f}"}}


class Asked:
    """The times at which many processes send requests, by endpoint, with a stopped clock."""

    def __init__(self, share: float = 1.0) -> None:
        self.clock = Clock()
        self.left: list[tuple[str, float]] = []
        self.refused = 0
        self._share = share

    def ask(self, *requests: tuple[str, str]) -> None:
        """Sends requests one after the other from one process, which is refused when it would wait too long."""
        waited = [0.0]
        pace = Pace(lines(), self.clock, waited.append, share=self._share)
        for method, url in requests:
            try:
                pace.wait(method, url)
            except Busy:
                self.refused += 1
            else:
                self.left.append((line_of(method, url).name, START + waited[-1]))
                waited.append(0.0)

    def busiest(self, *names: str) -> int:
        """Returns the most requests within any one second."""
        moments = sorted(at for name, at in self.left if not names or name in names)
        return max(sum(first <= at < first + 1 for at in moments) for first in moments)


EVERY_KIND = (
    LOOK,
    ("post", f"{API}/checkout/sessions"),
    ("post", f"{API}/checkout/sessions/cs_1/expire"),
    ("get", f"{API}/charges/ch_1?expand[0]=balance_transaction"),
    ("get", f"{API}/charges?limit=100"),
    ("post", f"{API}/refunds"),
    ("get", f"{API}/events?delivery_success=false"),
    ("get", f"{API}/accounts/acct_1"),
)


def test_wait_of_a_crowd_stays_below_both_limits_of_stripe(database: DatabaseEndpoint) -> None:
    asked = Asked()
    together(20, lambda _: asked.ask(*EVERY_KIND * 4))
    assert asked.refused > 0  # no request waits longer than a function may run
    assert asked.busiest() <= MOST_TOGETHER
    assert {name: asked.busiest(name) for name in Counter(name for name, _ in asked.left)} == {
        "open": 20, "close": 20, "session": 20, "charge": 15, "refund": 10, "rest": 10
    }  # fmt: skip
    assert max(asked.busiest(line.name) for line in LINES) <= MOST_OF_ONE


def test_wait_in_a_sandbox_stays_below_its_limit(database: DatabaseEndpoint) -> None:
    asked = Asked(SANDBOX_SHARE)
    together(10, lambda _: asked.ask(*EVERY_KIND * 2))
    assert asked.busiest() <= MOST_OF_ONE


@pytest.mark.parametrize("kind", [LOOK, ("get", f"{API}/charges/ch_1")], ids=["session", "charge"])
def test_wait_of_all_who_react_to_events_at_once_finds_places_in_a_sandbox(
    database: DatabaseEndpoint, kind: tuple[str, str]
) -> None:
    """A worker without a place fails at once and uses one of the stream's retries."""
    asked = Asked(SANDBOX_SHARE)
    at_once = max(reaction.at_once for reaction in STRIPE_INBOX if reaction.how == SIDE_BY_SIDE)
    together(10, lambda _: [asked.ask(kind) for _ in range(PARALLEL["on_stripe_inbox"] * at_once // 10)])
    assert asked.refused == 0
    assert len(asked.left) == PARALLEL["on_stripe_inbox"] * at_once


def test_lines_of_many_orders_are_not_remembered_for_ever(
    database: DatabaseEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_store, "MOST_SEEN", 3)
    asked: list[str] = []
    client = bootstrap.services().aws.dynamodb

    def call(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        asked.append(operation)
        return client.call(operation, request)

    mine = DynamoLines(SimpleNamespace(call=call), table_prefix=VARIABLES["TABLE_PREFIX"])  # type: ignore[arg-type]
    for number in range(10):
        assert mine.take(f"look.{number}", now=START, every=30, most=60) == START
    asked.clear()
    for number, requests in ((9, 1), (0, 2)):  # two for a line that is no longer remembered as taken
        assert mine.take(f"look.{number}", now=START, every=30, most=60) == START + 30
        assert len(asked) == requests
        asked.clear()


def test_wait_alone_does_not_wait(database: DatabaseEndpoint) -> None:
    asked = Asked()
    asked.ask(LOOK)
    asked.clock.seconds += 1
    asked.ask(LOOK)
    assert asked.left == [("session", START), ("session", START)]


def test_wait_lets_requests_leave_one_step_apart(database: DatabaseEndpoint) -> None:
    asked = Asked()
    together(4, lambda _: asked.ask(*[LOOK] * 10))
    moments = sorted(at for _, at in asked.left)
    assert {round(after - before, 6) for before, after in pairwise(moments)} == {0.05}


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("get", "checkout/sessions/cs_1", "session"),
        ("get", "checkout/sessions", "rest"),
        ("get", "checkout/sessions/cs_1/line_items", "rest"),
        ("POST", "checkout/sessions", "open"),
        ("post", "checkout/sessions/cs_1/expire", "close"),
        ("get", "payment_intents/pi_1", "rest"),
        ("get", "refunds", "rest"),
    ],
)
def test_line_of_endpoint_is_its_own_or_the_rest(method: str, path: str, name: str) -> None:
    assert line_of(method, f"{API}/{path}").name == name
    assert line_of(method, f"http://127.0.0.1:8000/_local/stripe/v1/{path}?x=1").name == name
