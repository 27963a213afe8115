"""Every object the double returns fits Stripe's own OpenAPI document, when that lies beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import stripe

from .conftest import Shop
from .openapi import faults

SPEC = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "stripe" / "spec3.json"

pytestmark = pytest.mark.skipif(
    not SPEC.exists(),
    reason="Stripe's OpenAPI (spec3.json) is not beside the project; shapes are unchecked",
)


@pytest.fixture(scope="module")
def document() -> Any:
    return json.loads(SPEC.read_text())


def get(shop: Shop, path: str, query: str = "") -> Any:
    headers = {"Authorization": "Bearer sk_test_double"}
    status, _, body = shop.double.handle("GET", path, query, headers, b"")
    assert status == 200, body
    return json.loads(body)


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A shop where everything happened once: paid, declined, refunded, expired, settled, open."""
    session = shop.session(customer_email="ada@example.com", locale="de", submit_type="book")
    shop.double.pay(session.id, "4000000000009995")
    shop.double.pay(session.id)
    charge = shop.client.v1.charges.list({"limit": 1}).data[0]
    shop.client.v1.refunds.create({"charge": charge.id, "amount": 100, "reason": "requested_by_customer"})
    shop.double.pay(shop.session().id, "4000000000000069")
    shop.client.v1.checkout.sessions.expire(shop.session().id)
    shop.client.v1.customers.create({"email": "b@example.com", "metadata": {"a": "b"}})
    shop.pass_time(5)
    shop.session()
    return shop


@pytest.mark.parametrize(
    ("path", "schema", "least"),
    [
        ("/v1/checkout/sessions", "checkout.session", 4),
        ("/v1/payment_intents", "payment_intent", 2),
        ("/v1/charges", "charge", 3),
        ("/v1/balance_transactions", "balance_transaction", 2),
        ("/v1/refunds", "refund", 1),
        ("/v1/customers", "customer", 2),
        ("/v1/events", "event", 12),
    ],
)
def test_list_objects_of_a_busy_shop_fits_stripes_schema(
    busy: Shop, document: Any, path: str, schema: str, least: int
) -> None:
    listed = get(busy, path, "limit=100")
    assert sorted(listed) == ["data", "has_more", "object", "url"]
    assert len(listed["data"]) >= least
    assert [fault for item in listed["data"] for fault in faults(document, schema, item)] == []


def test_list_events_of_a_busy_shop_carries_objects_that_fit_stripes_schema(busy: Shop, document: Any) -> None:
    carried = [event["data"]["object"] for event in get(busy, "/v1/events", "limit=100")["data"]]
    assert [fault for item in carried for fault in faults(document, item["object"], item)] == []


def test_retrieve_expanded_objects_fits_stripes_schema(busy: Shop, document: Any) -> None:
    paid = get(busy, "/v1/checkout/sessions", "status=complete")["data"][0]["id"]
    query = (
        "expand[]=payment_intent.latest_charge.balance_transaction&expand[]=line_items&expand[]=customer"
        "&expand[]=payment_intent.payment_method"
    )
    session = get(busy, f"/v1/checkout/sessions/{paid}", query)
    assert isinstance(session["payment_intent"]["latest_charge"]["balance_transaction"], dict)
    assert faults(document, "checkout.session", session) == []


def test_list_line_items_fits_stripes_schema(busy: Shop, document: Any) -> None:
    paid = get(busy, "/v1/checkout/sessions", "status=complete")["data"][0]["id"]
    items = get(busy, f"/v1/checkout/sessions/{paid}/line_items")["data"]
    assert [fault for item in items for fault in faults(document, "item", item)] == []
    assert items


def test_refuse_request_with_error_that_fits_stripes_schema(busy: Shop, document: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        busy.session(colour="blue")
    assert faults(document, "error", caught.value.json_body) == []


def test_check_object_with_a_wrong_field_finds_it(document: Any) -> None:
    """The checker itself can fail: type, enum, missing, null and unknown fields."""
    assert faults(document, "refund", {"id": 1, "object": "x", "amount": None, "colour": "blue"}) == [
        "refund.created: missing",
        "refund.currency: missing",
        "refund.id: 1 is not a string",
        "refund.object: 'x' is not one of ['refund']",
        "refund.amount: null is not allowed",
        "refund.colour: not a field of Stripe's",
    ]
