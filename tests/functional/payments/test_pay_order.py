"""One sale over HTTP: order, pay on the double's page, webhook, inbox stream, paid order."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from chalicelib import bootstrap, config
from local.dynamodb.database_server import DatabaseEndpoint
from local.stripe_double import StripeDouble, create_double
from tests.functional.builders import make_event
from tests.harness.client import Client, Reply
from tests.stripe_double.conftest import serve

SECRET = "whsec_test"
TICKET = {"name": "Day ticket", "price": {"amount": 2500, "currency": "CHF"}, "quantity": 5}
BUYER = {"name": "Ada Lovelace", "email": "ada@example.org"}
ENVELOPE = {"id": "evt_1", "object": "event", "type": "x.y", "livemode": False, "data": {"object": {"id": "cs_1"}}}


@pytest.fixture
def stripe(anonymous: Client) -> Iterator[StripeDouble]:
    """The test double, delivering to the webhook, with the product's gateway pointed at it."""
    from chalicelib.payments.adapters.stripe import StripeGateway

    def deliver(url: str, headers: dict[str, str], body: bytes, timeout: float) -> int:
        signature = {name.lower(): value for name, value in headers.items()}["stripe-signature"]
        return hook(anonymous, body, signature).status

    for double, url in serve(
        lambda url: create_double(None, url, "http://hook.test/", SECRET, clock=time.time, post=deliver)
    ):
        bootstrap.services().payments.stripe = StripeGateway(secret_key="sk_test_local", api_base=url)
        yield double


@pytest.fixture
def shop(organiser: Client) -> str:
    """A published event in Swiss francs."""
    return str(make_event(organiser, state="published").json["id"])


@pytest.fixture
def ticket(organiser: Client, shop: str) -> str:
    """Five tickets of 25 francs."""
    return str(add_ticket(organiser, shop).json["id"])


def add_ticket(client: Client, event: str, **fields: Any) -> Reply:
    reply = client.post(f"/v1/events/{event}/ticket-types", {**TICKET, **fields})
    assert reply.status == 201, reply
    return reply


def order(client: Client, event: str, ticket: str, quantity: int = 2, **headers: str) -> Reply:
    body = {"lines": [{"ticket_type_id": ticket, "quantity": quantity}], "buyer": BUYER}
    return client.post(f"/v1/events/{event}/orders", body, **headers)


def hook(client: Client, body: bytes, signature: str | None) -> Reply:
    headers = {} if signature is None else {"stripe_signature": signature}
    return client.request("POST", "/v1/stripe/webhook", raw=body, **headers)


def signed(body: bytes, *, secret: str = SECRET, age: float = 0) -> str:
    at = int(time.time() - age)
    return f"t={at},v1=" + hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()


def drain(database: DatabaseEndpoint) -> dict[str, Any]:
    """Gives all records of the inbox stream to its trigger, as Lambda would."""
    from app import on_stripe_inbox
    from chalicelib.aws.dynamo_tables import StripeInboxTable

    records = database.database.streams.read(StripeInboxTable.Meta.table_name, 0, 1000, 0)
    answer: dict[str, Any] = on_stripe_inbox({"Records": [json.loads(record.json) for record in records]}, None)
    return answer


def inbox() -> list[Any]:
    from chalicelib.aws.dynamo_tables import StripeInboxTable

    return list(StripeInboxTable.scan())


def test_sale_guest_pays_and_the_order_is_paid(  # noqa: PLR0917 - fixtures
    anonymous: Client, organiser: Client, database: DatabaseEndpoint, shop: str, ticket: str, stripe: StripeDouble
) -> None:
    made = order(anonymous, shop, ticket)
    assert (made.status, made.json["state"], made.json["total"]) == (
        201,
        "reserved",
        {"amount": 5000, "currency": "CHF"},
    )
    place = f"/v1/orders/{made.json['id']}?access={made.json['access']}"
    first = anonymous.get(place)
    assert (first.status, first.etag) == (200, made.etag)
    assert anonymous.get(place, if_none_match=first.etag).status == 304
    checkout = anonymous.post(place.replace("?", "/payment?"))
    assert checkout.status == 201, checkout
    session = checkout.json["checkout_url"].rpartition("/")[2]
    assert stripe.pay(session).paid
    while stripe.tick():
        pass
    assert drain(database) == {"batchItemFailures": []}
    paid = anonymous.get(place, if_none_match=first.etag)
    assert (paid.status, paid.json["state"], "access" in paid.json) == (200, "paid", False)
    assert drain(database) == {"batchItemFailures": []}
    charges = organiser.get(f"/v1/orders/{made.json['id']}/charges").json["items"]
    assert [(c["amount"], c["currency"], c["status"], c["method"]) for c in charges] == [
        (5000, "CHF", "succeeded", {"brand": "visa", "last4": "4242"})
    ]
    types = anonymous.get(f"/v1/events/{shop}/ticket-types").json["items"]
    assert [one["available"] for one in types] == [3]


def test_cancel_order_closes_the_checkout_and_frees_the_tickets(
    anonymous: Client, shop: str, ticket: str, stripe: StripeDouble
) -> None:
    made = order(anonymous, shop, ticket)
    place = f"/v1/orders/{made.json['id']}/{{}}?access={made.json['access']}"
    url = anonymous.post(place.format("payment")).json["checkout_url"]
    assert anonymous.post(place.format("payment")).json["checkout_url"] == url
    assert anonymous.post(place.format("cancel")).json["state"] == "cancelled"
    refused = anonymous.post(place.format("payment"))
    assert (refused.status, refused.code) == (409, "order_not_payable")
    assert anonymous.get(f"/v1/events/{shop}/ticket-types/{ticket}").json["available"] == 5


def test_order_repeated_idempotency_key_is_the_same_answer(anonymous: Client, shop: str, ticket: str) -> None:
    first, again = (order(anonymous, shop, ticket, idempotency_key="key-1") for _ in range(2))
    assert (first.status, again.body) == (201, first.body)
    assert anonymous.get(f"/v1/events/{shop}/ticket-types/{ticket}").json["available"] == 3


@pytest.mark.parametrize(
    "tampered",
    [
        {"total": {"amount": 1, "currency": "CHF"}},
        {"lines": [{"ticket_type_id": "{ticket}", "quantity": 1, "price": {"amount": 1, "currency": "CHF"}}]},
        {"state": "paid"},
        {"id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"},
    ],
)
def test_order_with_a_price_of_ones_own_is_refused(
    anonymous: Client, shop: str, ticket: str, tampered: dict[str, Any]
) -> None:
    body = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": BUYER, **tampered}
    reply = anonymous.post(f"/v1/events/{shop}/orders", json.loads(json.dumps(body).replace("{ticket}", ticket)))
    assert (reply.status, reply.code) == (400, "unknown_field")
    assert anonymous.get(f"/v1/events/{shop}/ticket-types/{ticket}").json["available"] == 5


@pytest.mark.parametrize("quantity", [0, -1, 101, 10**30, 1.5, "1", None, True])
def test_order_of_no_sensible_quantity_is_refused(anonymous: Client, shop: str, ticket: str, quantity: Any) -> None:
    assert order(anonymous, shop, ticket, quantity).status == 422


def test_order_sold_out_says_how_many_are_left(anonymous: Client, shop: str, ticket: str) -> None:
    reply = order(anonymous, shop, ticket, 6)
    assert (reply.status, reply.code, reply.json["available"]) == (409, "sold_out", 5)


def test_read_order_of_somebody_else_is_not_found(
    anonymous: Client, organiser: Client, stranger: Client, shop: str, ticket: str
) -> None:
    guest = order(anonymous, shop, ticket, 1).json
    own = order(stranger, shop, ticket, 1).json
    assert "access" not in own
    places = [f"/v1/orders/{guest['id']}", f"/v1/orders/{own['id']}"]
    assert [anonymous.get(place).status for place in places] == [404, 404]
    assert [anonymous.get(f"{place}?access=guess").status for place in places] == [404, 404]
    assert [anonymous.get(f"{places[1]}?access={guest['access']}").status] == [404]
    assert [stranger.get(place).status for place in places] == [404, 200]
    staff = [organiser.get(place) for place in places]
    assert [(reply.status, reply.json["review_reason"]) for reply in staff] == [(200, None), (200, None)]
    assert [stranger.get(f"{place}/charges").status for place in places] == [404, 403]
    assert organiser.post(f"{places[0]}/cancel").status == 403
    assert anonymous.get("/v1/orders/nonsense").status == 404


def test_read_order_of_a_missing_or_anothers_id_is_the_same(anonymous: Client, shop: str, ticket: str) -> None:
    made = order(anonymous, shop, ticket).json["id"]
    found, missing = anonymous.get(f"/v1/orders/{made}"), anonymous.get("/v1/orders/01ARZ3NDEKTSV4RRFFQ69G5FAV")
    assert [found.json[name] for name in ("detail", "code")] == [missing.json[name] for name in ("detail", "code")]


def test_webhook_signed_event_is_kept_once_and_answered(anonymous: Client) -> None:
    body = json.dumps(ENVELOPE).encode()
    assert [hook(anonymous, body, signed(body)).status for _ in range(20)] == [200] * 20
    assert [(item.pk, item.sk, item.kind, item.object_id) for item in inbox()] == [
        ("STRIPE_EVENT#evt_1", "INBOX", "x.y", "cs_1")
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"object":"event"}',
        json.dumps({**ENVELOPE, "id": "evt_#"}).encode(),
        json.dumps({**ENVELOPE, "id": 5}).encode(),
        json.dumps({**ENVELOPE, "livemode": "no"}).encode(),
        json.dumps({**ENVELOPE, "object": "v2.core.event"}).encode(),
        json.dumps({**ENVELOPE, "type": "A B"}).encode(),
    ],
)
def test_webhook_signed_but_malformed_is_400_and_nothing_is_kept(anonymous: Client, body: bytes) -> None:
    assert hook(anonymous, body, signed(body)).status == 400
    assert inbox() == []


def forged(body: bytes) -> list[str | None]:
    good = signed(body)
    return [
        None,
        "",
        signed(body, age=301),
        signed(body, age=-302),
        signed(body, secret="whsec_other"),
        good.replace("v1=", "v0="),
        good[:-2] + "ÿÿ",
        signed(body + b" "),
    ]


@pytest.mark.parametrize("number", range(8))
def test_webhook_unsigned_aged_or_tampered_is_400_and_nothing_is_kept(anonymous: Client, number: int) -> None:
    body = json.dumps(ENVELOPE).encode()
    reply = hook(anonymous, body, forged(body)[number])
    assert (reply.status, reply.code, reply.json["detail"]) == (400, "malformed_request", reply.json["title"])
    assert inbox() == []


def test_webhook_too_large_is_413(anonymous: Client) -> None:
    body = b" " * (256 * 1024 + 1)
    assert hook(anonymous, body, signed(body)).status == 413


def test_webhook_of_the_other_mode_is_kept_and_ignored(anonymous: Client, database: DatabaseEndpoint) -> None:
    body = json.dumps({**ENVELOPE, "livemode": True, "type": "charge.succeeded"}).encode()
    assert hook(anonymous, body, signed(body)).status == 200
    assert drain(database) == {"batchItemFailures": []}


@pytest.mark.parametrize(
    ("account", "secret", "status"),
    [("acct_1", "whsec_connect", 200), (None, "whsec_connect", 400), ("acct_1", SECRET, 400), (None, SECRET, 200)],
)
def test_webhook_of_connected_accounts_has_a_secret_of_its_own(
    anonymous: Client, account: str | None, secret: str, status: int
) -> None:
    body = json.dumps({**ENVELOPE, **({"account": account} if account else {})}).encode()
    assert hook(anonymous, body, signed(body, secret=secret)).status == status
    assert [item.account for item in inbox()] == ([account] if status == 200 else [])


@pytest.mark.parametrize(
    ("subject", "object_id", "order_id"),
    [
        ({"id": "ch_1", "object": "charge", "metadata": {"order_id": "O1"}}, "ch_1", "O1"),
        ({"id": "re_1", "object": "refund", "charge": "ch_1", "payment_intent": "pi_1"}, "ch_1", None),
        ({"id": "re_1", "object": "refund", "charge": None, "payment_intent": "pi_1"}, "pi_1", None),
        ({"id": "dp_1", "object": "dispute", "charge": "ch_1", "metadata": {}}, "ch_1", None),
        ({"id": "cs_1", "object": "checkout.session", "metadata": {"order_id": "a b"}}, "cs_1", None),
        ({"object": "balance"}, None, None),
        ("text", None, None),
    ],
)
def test_webhook_keeps_where_to_look_and_a_hint_whose_it_is(
    anonymous: Client, subject: Any, object_id: str | None, order_id: str | None
) -> None:
    body = json.dumps({**ENVELOPE, "data": {"object": subject}}).encode()
    assert hook(anonymous, body, signed(body)).status == 200
    assert [(item.object_id, item.order_id) for item in inbox()] == [(object_id, order_id)]


def test_webhook_without_a_secret_is_404(anonymous: Client) -> None:
    without = config.load().replaced(stripe_webhook_secret="", stripe_connect_webhook_secret="")
    services = bootstrap.Services(without)
    services.aws.dynamodb = bootstrap.services().aws.dynamodb  # the fixture closes its open connections
    bootstrap.use(services)
    assert hook(anonymous, b"{}", signed(b"{}")).status == 404


def test_webhook_poison_record_is_reported_and_others_have_their_effects(database: DatabaseEndpoint) -> None:
    from app import on_stripe_inbox

    poison = {
        "eventID": "1",
        "eventName": "INSERT",
        "dynamodb": {
            "SequenceNumber": "100",
            "Keys": {"pk": {"S": "STRIPE_EVENT#evt_p"}, "sk": {"S": "INBOX"}},
            "NewImage": {"pk": {"S": "STRIPE_EVENT#evt_p"}, "sk": {"S": "INBOX"}},
        },
    }
    answer = on_stripe_inbox({"Records": [poison]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "100"}]}


def test_open_checkout_behind_others_is_503_with_the_time_until_the_turn(
    anonymous: Client, shop: str, ticket: str, stripe: StripeDouble
) -> None:
    from chalicelib.payments.services.queue_for_checkout import LINE

    services = bootstrap.services()
    assert services.aws.lines.take(LINE, now=services.clock.now(), every=300, most=0) is not None
    made = order(anonymous, shop, ticket).json
    place = f"/v1/orders/{made['id']}?access={made['access']}"
    refused = anonymous.post(place.replace("?", "/payment?"))
    assert (refused.status, refused.json["code"], refused.json["title"]) == (503, "wait_in_line", "Busy")
    wait = int(refused.headers["retry-after"])
    assert 290 <= wait <= 305
    assert refused.json["detail"] == (
        f"Many people are paying right now. Your tickets are kept for you, and your turn comes in {wait} seconds."
    )
    held = anonymous.get(place).json
    assert 290 <= seconds_between(made["expires_at"], held["expires_at"]) <= 301
    assert anonymous.post(place.replace("?", "/payment?")).status == 503
    assert anonymous.get(place).json["expires_at"] == held["expires_at"]


def seconds_between(earlier: str, later: str) -> float:
    """Returns the seconds between two times of the API."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
