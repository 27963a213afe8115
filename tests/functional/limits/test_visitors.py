"""The visitor's address, through the CDN and past it: the origin's secret, limits per visitor (ADR 22)."""

import hashlib
import json
import re
from typing import Any

import pytest

from chalicelib import bootstrap
from local.gateway.lambda_context import LambdaContext
from tests.functional.builders import make_event
from tests.functional.payments.test_pay_order import ENVELOPE, hook, signed
from tests.harness.client import Client, Reply

EDGE, OTHER_EDGE = "130.176.1.1", "130.176.2.2"
ADA, BOB = "198.51.100.7", "203.0.113.9"
NEW, OLD = "the secret of the origin from now on", "the secret of the origin until now"
GUESS = {"email": "ada@example.org", "password": "not the password"}


class NoonClock:
    """A clock stopped at noon, so that all attempts fall into one window."""

    def now(self) -> float:
        return 1_800_000_000.0


@pytest.fixture
def cdn(anonymous: Client) -> Client:
    """A client that calls the API directly, past a CDN whose secret is being changed."""
    accept(NEW, OLD)
    return anonymous


def accept(*secrets: str) -> None:
    digests = tuple(hashlib.sha256(secret.encode()).hexdigest() for secret in secrets)
    bootstrap.services().config = bootstrap.services().config.replaced(origin_digests=digests)


def through(client: Client, visitor: str, *, edge: str = EDGE, secret: str = NEW, **fields: str) -> Client:
    """Returns the same caller with the headers of a request that the CDN forwards."""
    return client.from_address(edge, x_marquee_origin=secret, x_marquee_visitor=visitor, **fields)


def guess(client: Client, times: int = 1) -> list[int]:
    return [client.post("/v1/auth/sign-in", GUESS).status for _ in range(times)]


# --- The way in ---


def document(reply: Reply) -> dict[str, Any]:
    assert reply.headers["content-type"] == "application/problem+json"
    return {name: value for name, value in reply.json.items() if name != "request_id"}


REFUSED = {
    "type": "/api/docs#problem-forbidden",
    "title": "Not allowed",
    "status": 403,
    "detail": "Not allowed",
    "code": "forbidden",
}


def test_call_past_the_cdn_is_refused_on_every_route(cdn: Client, chalice_app: Any) -> None:
    asked = [
        (method, re.sub(r"{\w+}", "x", path)) for path, methods in chalice_app.routes.items() for method in methods
    ]
    assert len(asked) > 200
    assert {"/pages", "/docs", "/v1/openapi.json", "/v1/stripe/webhook"} <= {path for _, path in asked}
    for method, path in asked:
        reply = cdn.request(method, path)
        assert (reply.status, document(reply)) == (403, REFUSED), (method, path)
        assert reply.headers["cache-control"] == "no-store", (method, path)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"x_marquee_origin": ""},
        {"x_marquee_origin": " "},
        {"x_marquee_origin": NEW + " "},
        {"x_marquee_origin": NEW[:-1]},
        {"x_marquee_origin": NEW.upper()},
        {"x_marquee_origin": f"{NEW}, {NEW}"},
        {"x_marquee_origin": hashlib.sha256(NEW.encode()).hexdigest()},
        {"x_marquee_origin": "direct"},
        {"x_marquee_origin": "\udcff"},
        {"x_marquee_origin": "ÿ" * 4000},
        {"x_marquee_visitor": ADA},
        {"ownApi": "true", "x_forwarded_for": ADA, "cloudfront_viewer_address": f"{ADA}:1"},
    ],
)
def test_call_without_the_secret_is_refused_whatever_else_it_says(cdn: Client, fields: dict[str, str]) -> None:
    reply = cdn.from_address(BOB, **fields).get("/v1/events")
    assert (reply.status, document(reply)) == (403, REFUSED)


@pytest.mark.parametrize("name", ["x-marquee-origin", "X-Marquee-Origin", "X-MARQUEE-ORIGIN"])
@pytest.mark.parametrize("secret", [NEW, OLD])
def test_call_by_way_of_the_cdn_is_served_before_and_after_a_change_of_the_secret(
    cdn: Client, name: str, secret: str
) -> None:
    assert cdn.from_address(EDGE, **{name: secret}).get("/v1/events").status == 200


def test_secret_from_before_is_worth_nothing_once_the_change_is_through(cdn: Client) -> None:
    accept(NEW)
    assert through(cdn, ADA, secret=OLD).get("/v1/events").status == 403


@pytest.mark.parametrize("digests", [(), ("",), (hashlib.sha256(b"").hexdigest(),)])
def test_digest_of_nothing_lets_nobody_in(cdn: Client, digests: tuple[str, ...]) -> None:
    bootstrap.services().config = bootstrap.services().config.replaced(origin_digests=digests)
    for fields in ({}, {"x_marquee_origin": ""}):
        assert cdn.from_address(BOB, **fields).get("/v1/events").status == 403


def test_webhook_is_served_by_its_own_api_alone(cdn: Client, chalice_app: Any) -> None:
    import app

    def as_its_own_function(event: dict[str, Any], _: object) -> Any:
        return app.stripe_webhook(event, LambdaContext("stripe_webhook", 10.0))

    class Door:
        routes, api = chalice_app.routes, chalice_app.api
        current_request = None
        __call__ = staticmethod(as_its_own_function)

    body = json.dumps(ENVELOPE).encode()
    assert hook(cdn, body, signed(body)).status == 403
    assert hook(Client(Door()), body, signed(body)).status == 200


def test_page_is_served_though_the_cdn_keeps_its_reader_to_itself(cdn: Client) -> None:
    assert cdn.from_address(EDGE, x_marquee_origin=NEW).get("/pages").status == 200


@pytest.mark.parametrize("visitor", ["", "unknown", f"{ADA}:443", f"{ADA}, {BOB}"])
def test_visitor_that_is_none_may_read_but_is_not_let_near_a_limit(cdn: Client, visitor: str) -> None:
    assert through(cdn, visitor).get("/v1/events").status == 200
    assert guess(through(cdn, visitor)) == [403]


# --- Limits ---


def test_guesses_of_a_visitor_leave_everybody_else_at_the_same_edge_alone(cdn: Client) -> None:
    bootstrap.services().clock = NoonClock()
    assert guess(through(cdn, ADA), 11) == [401] * 10 + [429]
    assert guess(through(cdn, BOB)) == [401]


def test_guesses_of_a_visitor_count_together_whatever_edge_they_come_by(cdn: Client) -> None:
    bootstrap.services().clock = NoonClock()
    assert guess(through(cdn, ADA), 10) == [401] * 10
    assert guess(through(cdn, ADA, edge=OTHER_EDGE)) == [429]


def test_guesses_of_an_ipv6_subscriber_count_together(cdn: Client) -> None:
    bootstrap.services().clock = NoonClock()
    assert [guess(through(cdn, f"2001:db8:1:2::{n:x}"))[0] for n in range(11)] == [401] * 10 + [429]
    assert guess(through(cdn, "2001:db8:1:3::1")) == [401]


def test_guesses_of_an_ipv4_address_count_together_however_it_is_written(cdn: Client) -> None:
    bootstrap.services().clock = NoonClock()
    assert guess(through(cdn, ADA), 10) == [401] * 10
    assert guess(through(cdn, f"::ffff:{ADA}")) == [429]


@pytest.mark.parametrize("claim", ["x_marquee_visitor", "x_forwarded_for", "x_real_ip", "cloudfront_viewer_address"])
def test_visitor_without_a_cdn_is_who_calls_not_who_they_say(anonymous: Client, claim: str) -> None:
    bootstrap.services().clock = NoonClock()
    callers = [anonymous.from_address(ADA, **{claim: f"203.0.113.{n}"}) for n in range(11)]
    assert [guess(caller)[0] for caller in callers] == [401] * 10 + [429]
    assert guess(anonymous.from_address(BOB, **{claim: ADA})) == [401]


def test_wrong_codes_of_a_visitor_leave_everybody_else_at_the_same_edge_alone(organiser: Client) -> None:
    event = make_event(organiser, state="published").json["id"]
    bootstrap.services().clock = NoonClock()
    accept(NEW)

    def try_code(visitor: str) -> int:
        guest = through(organiser.as_user(None), visitor)
        return guest.post(f"/v1/events/{event}/access-codes/check", {"code": "Guess 1"}).status

    assert [try_code(ADA) for _ in range(31)] == [422] * 30 + [429]
    assert try_code(BOB) == 422
