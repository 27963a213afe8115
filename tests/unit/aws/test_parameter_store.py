"""Secrets by reference: one call for all secrets of a function, and retries when many environments start at once."""

import heapq
import json
import random
from typing import Any

import pytest

from chalicelib import config
from chalicelib.aws.parameter_store import AT_ONCE, GIVE_UP_SECONDS, PARAMETER_STORE, Parameters, patience
from chalicelib.aws.signed_client import ATTEMPTS, SignedClient
from chalicelib.core.errors import Busy
from infra import names
from tests.harness.environment import VARIABLES

SECRET = "k1:" + "s" * 40
KEYS = "ssm:/marquee/test/token-keys:3"
STRIPE = "ssm:/marquee/test/stripe-secret-key:1"


class Store:
    """A Parameter Store with two parameters of one version each."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append((operation, request))
        known = {"/marquee/test/token-keys:3": SECRET, "/marquee/test/stripe-secret-key:1": "sk_test_1"}
        found = [
            {"Name": name.partition(":")[0], "Version": int(name.partition(":")[2]), "Value": known[name]}
            for name in request["Names"]
            if name in known
        ]
        return {"Parameters": found, "InvalidParameters": [one for one in request["Names"] if one not in known]}


def parameters(store: Store, *together: str) -> Parameters:
    return Parameters(store, together)  # type: ignore[arg-type]


def test_reveal_asks_once_for_all_that_the_function_may_read() -> None:
    store = Store()
    found = parameters(store, STRIPE, KEYS)
    assert [found.reveal(one) for one in (KEYS, STRIPE, KEYS)] == [SECRET, "sk_test_1", SECRET]
    wanted = ["/marquee/test/token-keys:3", "/marquee/test/stripe-secret-key:1"]
    assert store.asked == [("GetParameters", {"Names": wanted, "WithDecryption": True})]


def test_reveal_of_plain_secret_asks_nobody() -> None:
    store = Store()
    assert parameters(store, KEYS).reveal("sk_test_local") == "sk_test_local"
    assert store.asked == []


def test_reveal_of_missing_version_names_the_parameter_and_leaves_the_others() -> None:
    found = parameters(Store(), KEYS)
    with pytest.raises(config.Misconfigured, match=r"/marquee/test/token-keys:4 cannot be read: there is no such"):
        found.reveal("ssm:/marquee/test/token-keys:4")
    assert found.reveal(KEYS) == SECRET


def test_reveal_without_the_right_names_what_was_asked_for_once_the_patience_is_over() -> None:
    clock, service = Clock(), Answers(DENIED)
    with pytest.raises(config.Misconfigured, match=r"/marquee/test/token-keys:3 cannot be read: AccessDenied"):
        asking(service, clock).reveal(KEYS)
    assert clock.now - Clock.START == pytest.approx(GIVE_UP_SECONDS)
    assert service.asked > ATTEMPTS


def test_reveal_bears_a_new_policy_that_has_not_spread_yet() -> None:
    service = Answers(DENIED, DENIED, DENIED, DENIED, DENIED, FOUND)
    assert asking(service, Clock()).reveal(KEYS) == SECRET
    assert service.asked == 6


def test_reveal_refused_for_another_reason_is_not_asked_for_again() -> None:
    service = Answers((400, {"__type": "com.amazonaws.ssm#ValidationException"}))
    with pytest.raises(config.Misconfigured, match="cannot be read: ValidationException"):
        asking(service, Clock()).reveal(KEYS)
    assert service.asked == 1


def test_all_secrets_there_are_fit_into_one_call() -> None:
    assert len(names.SECRETS) <= AT_ONCE


def unanswered(*, environments: int, calls_a_second: float, seed: int) -> tuple[int, float]:
    """Simulates `environments` that start within half a second. Returns how many never get their secrets, and how many
    seconds the last one waits. A token bucket allows as many calls a second as Parameter Store.
    """
    draw = random.Random(seed)
    random.seed(seed)
    waiting = [(draw.uniform(0, 0.5), number, 0) for number in range(environments)]
    began = {number: at for at, number, _ in waiting}
    heapq.heapify(waiting)
    tokens, last, lost, longest = calls_a_second, 0.0, 0, 0.0
    while waiting:
        now, number, attempt = heapq.heappop(waiting)
        tokens, last = min(calls_a_second, tokens + (now - last) * calls_a_second), now
        spent = now - began[number] + CALL_SECONDS
        if tokens >= 1:
            tokens -= 1
            longest = max(longest, spent)
        elif (wait := patience(attempt, spent)) is None:
            lost += 1
        else:
            heapq.heappush(waiting, (now + CALL_SECONDS + wait, number, attempt + 1))
    return lost, longest


CALL_SECONDS = 0.02
STANDARD, HIGH = 40.0, 1_000.0
"""Limits of GetParameters calls a second per account and region: docs.aws.amazon.com/general/latest/gr/ssm.html"""


@pytest.mark.parametrize("seed", range(5))
def test_reveal_in_a_thousand_environments_that_start_at_once_is_answered_in_each(seed: int) -> None:
    lost, longest = unanswered(environments=1_000, calls_a_second=STANDARD, seed=seed)
    assert lost == 0
    assert longest <= GIVE_UP_SECONDS
    lost, longest = unanswered(environments=1_000, calls_a_second=HIGH, seed=seed)
    assert lost == 0
    assert longest < 1.0


def test_reveal_gives_up_while_the_gateway_still_waits() -> None:
    clock = Clock()
    with pytest.raises(Busy):
        asking(None, clock).reveal(KEYS)
    assert clock.now - Clock.START == pytest.approx(GIVE_UP_SECONDS)


DENIED = (400, {"__type": "com.amazonaws.ssm#AccessDeniedException"})
FOUND = (200, {"Parameters": [{"Name": "/marquee/test/token-keys", "Version": 3, "Value": SECRET}]})


class Answers:
    """A Parameter Store that gives these answers, (status, document), and repeats the last one."""

    def __init__(self, *answers: tuple[int, dict[str, Any]]) -> None:
        self.asked = 0
        self._answers = answers

    def send(self, operation: str, body: bytes) -> tuple[int, bytes]:
        self.asked += 1
        status, document = self._answers[min(self.asked, len(self._answers)) - 1]
        return status, json.dumps(document).encode()


def asking(service: Answers | None, clock: "Clock") -> Parameters:
    """Returns Parameters as bootstrap/keys.py makes them, with this service behind them; None: nobody answers."""
    client = SignedClient(
        PARAMETER_STORE,
        endpoint="http://127.0.0.1:9",  # no server on this port
        region="eu-central-1",
        credentials=lambda: config.AwsCredentials("a", "b", ""),
        sleep=clock.sleep,
        clock=clock.time,
        patience=patience,
    )
    if service:
        client.send = service.send  # type: ignore[method-assign]
    return Parameters(client)


class Clock:
    """A clock that moves only by sleeping."""

    START = 1_800_000_000.0

    def __init__(self) -> None:
        self.now = self.START

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.parametrize("keys", ["", "k1:short", "nokid", ":" + "s" * 40, f"{SECRET},k2:short"])
def test_load_with_unfit_token_keys_refuses_to_start(keys: str) -> None:
    with pytest.raises(config.Misconfigured, match="TOKEN_KEYS") as refused:
        config.load({**VARIABLES, "TOKEN_KEYS": keys})
    assert "short" not in str(refused.value).replace("TOKEN_KEYS", "")


def test_load_keeps_a_reference_as_it_is_and_shows_no_secret() -> None:
    loaded = config.load({**VARIABLES, "TOKEN_KEYS": "ssm:/marquee/test/token-keys:3"})
    assert loaded.token_keys == "ssm:/marquee/test/token-keys:3"
    assert VARIABLES["STRIPE_SECRET_KEY"] not in repr(loaded)


def test_load_sets_every_setting_that_is_declared() -> None:
    assert list(vars(config.load(VARIABLES))) == list(config.Config.__annotations__)


def test_load_takes_the_references_that_the_function_may_read() -> None:
    settings = {"TOKEN_KEYS": KEYS, "STRIPE_SECRET_KEY": STRIPE, "STRIPE_WEBHOOK_SECRET": "whsec_plain"}
    named = {"FUNCTION_SECRETS": "TOKEN_KEYS STRIPE_SECRET_KEY STRIPE_WEBHOOK_SECRET VAPID_PRIVATE_KEY"}
    assert config.load({**VARIABLES, **settings, "VAPID_PRIVATE_KEY": "", **named}).function_secrets == (KEYS, STRIPE)
