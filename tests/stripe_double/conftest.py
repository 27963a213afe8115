"""A double on a loopback server, a clock that a test moves, numbered ids, and a webhook endpoint."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import stripe

from local.stripe_double import DoubleServer, Settings, StripeDouble, create_double

from . import openapi

MOUNT = "/_local/stripe"
Answer = tuple[int, dict[str, str], bytes]
SECRET = "whsec_test_of_the_double"
CONNECT_SECRET = "whsec_test_of_connected_accounts"
START = 1_800_000_000
TOLERANCE_SECONDS = 300
"""The maximum age of a signature: docs.stripe.com/webhooks#replay-attacks"""


@dataclass
class Clock:
    """A clock in Unix seconds that moves only when a test moves it."""

    now: float = float(START)

    def __call__(self) -> float:
        return self.now


class Ids:
    """Makes ids from a prefix and a number, so that a failing test shows the same ids each time."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def __call__(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers):024d}"


@dataclass
class Hook:
    """The webhook endpoint of a test: the events that came, and the planned answers (default: 200). With `together`,
    each event waits until that many have come.
    """

    statuses: list[int] = field(default_factory=list)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    together: threading.Barrier | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, url: str, headers: dict[str, str], body: bytes, timeout: float) -> int:
        if self.together:
            self.together.wait(timeout=10)
        with self._lock:
            self.came.append((dict(headers), body))
            return self.statuses.pop(0) if self.statuses else 200

    def kinds(self) -> list[str]:
        """Returns the types of the events that came, in order."""
        return [str(stripe.Event.construct_from(_json(body), "").type) for _, body in self.came]

    def accepted(self, *, at: float, secret: str = SECRET) -> list[bool]:
        """Returns for each delivery whether the stripe library accepts its signature at this time."""
        return [_is_signed(headers, body, at, secret) for headers, body in self.came]


@dataclass
class Shop:
    """A double with its client, clock, ids and webhook endpoint."""

    server: DoubleServer
    client: stripe.StripeClient
    clock: Clock
    hook: Hook
    url: str

    @property
    def double(self) -> StripeDouble:
        """The double behind the server."""
        return self.server.double

    def session(self, **changes: Any) -> Any:
        """Creates an open session of €25.00; keywords change its parameters."""
        return self.client.v1.checkout.sessions.create({**order(), **changes})

    def events(self) -> list[str]:
        """Returns the types of all events, oldest first."""
        page = self.client.v1.events.list({"limit": 100})
        return [event.type for event in page.data][::-1]

    def pass_time(self, seconds: float) -> None:
        """Moves the clock and runs the double's timed work."""
        self.clock.now += seconds
        self.double.tick()


def order(*, currency: str = "eur", amount: int = 2500, quantity: int = 1) -> dict[str, Any]:
    """Returns the parameters of a usual session."""
    return {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {
                    "currency": currency,
                    "unit_amount": amount,
                    "product_data": {"name": "Day ticket"},
                },
                "quantity": quantity,
            }
        ],
        "customer_creation": "always",
        "client_reference_id": "order-1",
        "metadata": {"order": "1"},
        "payment_intent_data": {"metadata": {"order": "1"}},
        "success_url": "http://shop.test/paid?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://shop.test/cancelled",
    }


def serve(double_of: Callable[[str], StripeDouble]) -> Iterator[tuple[StripeDouble, str]]:
    """Runs a double on a free loopback port. Yields it and its public URL."""
    for server, url in serve_whole(double_of):
        yield server.double, url


def serve_whole(double_of: Callable[[str], StripeDouble]) -> Iterator[tuple[DoubleServer, str]]:
    """Like `serve`, but yields the double's server instead of the double."""
    held: list[DoubleServer] = []

    def answer(method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        plain, _, query = path.partition("?")
        return held[0].handle(method, plain.removeprefix(MOUNT), query, headers, body)

    with listening(answer) as origin:
        held.append(DoubleServer(double_of(origin + MOUNT)))
        yield held[0], origin + MOUNT
        held[0].double.stop()


@contextmanager
def listening(respond: Callable[[str, str, dict[str, str], bytes], Answer]) -> Iterator[str]:
    """Runs a loopback HTTP server that answers with `respond(method, path, headers, body)`. Yields its origin."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            answer = respond(self.command, self.path, dict(self.headers), body)
            self.send_response(answer[0])
            for name, value in answer[1].items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer[2])))
            self.end_headers()
            self.wfile.write(answer[2])

        do_GET = do_POST = do_DELETE = _do  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Suppresses the log of requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def client_for(url: str, *, retries: int = 0, key: str = "sk_test_double") -> stripe.StripeClient:
    """Returns a client of the real stripe library for a double."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=5),
    )


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop(hook: Hook, clock: Clock, socket_enabled: None) -> Iterator[Shop]:
    def make(url: str) -> StripeDouble:
        return create_double(
            None,
            url,
            "http://hook.test/",
            SECRET,
            clock=clock,
            new_id=Ids(),
            post=hook,
            settings=QUICK,
        )

    for server, url in serve_whole(make):
        answers = record(server)
        yield Shop(server, client_for(url), clock, hook, url)
        assert misshapen(server.double, answers) == []


QUICK = Settings(
    "", "", "", connect_secret=CONNECT_SECRET, settle_after=2.0, debit_after=5.0, first_retry=1.0, longest_retry=8.0
)


def record(server: DoubleServer) -> list[tuple[int, bytes]]:
    """Returns a list that collects every answer of the API from now on."""
    answers: list[tuple[int, bytes]] = []
    handle = server.handle

    def handled(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Answer:
        answer = handle(method, path, query, headers, body)
        if path.startswith("/v1/"):
            answers.append((answer[0], answer[2]))
        return answer

    vars(server)["handle"] = handled
    return answers


def misshapen(double: StripeDouble, answers: list[tuple[int, bytes]]) -> list[str]:
    """Returns how the answers and all events differ from Stripe's OpenAPI document."""
    document = openapi.load(openapi.EXTRACT)
    found = [fault for status, body in answers if body for fault in openapi.answer_faults(document, status, body)]
    with double.work() as work:
        events = [event for home in work.everywhere() for event in home.tx.rows("event")]
    return found + [fault for event in events for fault in openapi.event_faults(document, event)]


def _json(body: bytes) -> Any:
    return json.loads(body)


def _is_signed(headers: dict[str, str], body: bytes, at: float, secret: str) -> bool:
    """Returns whether Stripe's library accepts the signature. Checks the time here, because the library uses the real
    clock.
    """
    header = headers["Stripe-Signature"]
    try:
        stripe.WebhookSignature.verify_header(body.decode(), header, secret, tolerance=None)
    except stripe.SignatureVerificationError:
        return False
    signed_at = dict(part.split("=", 1) for part in header.split(","))["t"]
    return at - int(signed_at) <= TOLERANCE_SECONDS
