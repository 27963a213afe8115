"""Every object of the double fits Stripe's own OpenAPI document: the extract in this folder, and the whole document
when it is beside the project. (The `shop` fixture checks every other answer and event of these tests as well.)
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import stripe

from local.stripe_double.api import routes

from . import openapi
from .conftest import Shop, order
from .extract_openapi import NAMES, extract
from .openapi import answer_faults, event_faults, faults

SEPA = "DE89370400440532013000"
EVENTS = """
account.application.deauthorized account.updated application_fee.created application_fee.refunded charge.captured
charge.dispute.closed charge.dispute.created charge.dispute.funds_reinstated charge.dispute.funds_withdrawn
charge.dispute.updated charge.failed charge.pending charge.refund.updated charge.refunded charge.succeeded
charge.updated checkout.session.async_payment_failed checkout.session.async_payment_succeeded
checkout.session.completed checkout.session.expired customer.created customer.updated
payment_intent.amount_capturable_updated payment_intent.canceled payment_intent.created
payment_intent.payment_failed payment_intent.processing payment_intent.requires_action payment_intent.succeeded
price.created product.created refund.created refund.failed refund.updated
"""


@pytest.fixture(params=[openapi.EXTRACT, openapi.WHOLE], ids=["extract", "whole"])
def document(request: pytest.FixtureRequest) -> Any:
    path: Path = request.param
    if not path.exists():
        pytest.skip("Stripe's whole OpenAPI document is not beside the project")
    return openapi.load(path)


class Caller:
    """Calls routes and keeps their answers."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.answers: dict[tuple[str, str], bytes] = {}

    def __call__(self, method: str, pattern: str, *ids: str, within: str = "", **fields: Any) -> Any:
        """Calls one route of the table, within a connected account if `within` is set. Returns its answer."""
        path = pattern
        for each in ids:
            path = path.replace("*", each, 1)
        form = "&".join(f"{name}={value}" for name, value in fields.items())
        headers = {"Authorization": "Bearer sk_test_double"} | ({"Stripe-Account": within} if within else {})
        query, body = ("", form.encode()) if method == "POST" else (form, b"")
        status, _, answer = self.shop.server.handle(method, path, query, headers, body)
        assert status == 200, (method, path, answer)
        self.answers[method, pattern] = answer
        return json.loads(answer)


def call_every_route(call: Caller) -> None:
    """Calls every route once, as in the life of a shop."""
    _sell(call)
    _pay_without_page(call)
    _look_at_money(call)
    _endpoints_and_events(call)
    _connect(call)


def _sell(call: Caller) -> None:
    product = call("POST", "/v1/products", name="Dinner")["id"]
    price = call("POST", "/v1/prices", product=product, unit_amount=2500, currency="eur")["id"]
    fields = {
        "mode": "payment",
        "success_url": "http://shop.test/paid",
        "line_items[0][price]": price,
        "line_items[0][quantity]": 1,
    }
    session = call("POST", "/v1/checkout/sessions", **fields)["id"]
    call("GET", "/v1/checkout/sessions/*", session, **{"expand[]": "line_items"})
    call("GET", "/v1/checkout/sessions/*/line_items", session)
    call("GET", "/v1/payment_pages/*", session)
    method = call("POST", "/v1/payment_methods", **{"type": "card", "card[token]": "tok_visa"})["id"]
    call("POST", "/v1/payment_pages/*/confirm", session, payment_method=method, expected_amount=2500)
    call("POST", "/v1/checkout/sessions/*/expire", call("POST", "/v1/checkout/sessions", **fields)["id"])
    call("GET", "/v1/checkout/sessions", limit=100)
    customer = call("POST", "/v1/customers", name="Ada")["id"]
    call("POST", "/v1/customers/*", customer, name="Ada Lovelace")
    call("GET", "/v1/customers/*", customer)
    call("GET", "/v1/customers")


def _pay_without_page(call: Caller) -> None:
    create = "/v1/payment_intents"
    held = {"capture_method": "manual", "payment_method": "pm_card_visa"}
    intent = call("POST", create, amount=900, currency="eur", **held)["id"]
    call("POST", "/v1/payment_intents/*/confirm", intent)
    call("POST", "/v1/payment_intents/*/capture", intent)
    asked = call(
        "POST", create, amount=900, currency="eur", payment_method="pm_card_authenticationRequired", confirm="true"
    )
    call("POST", "/v1/payment_intents/*/cancel", asked["id"])
    fields = {"type": "sepa_debit", "sepa_debit[iban]": SEPA}
    debit = call("POST", "/v1/payment_methods", **fields)["id"]
    kinds = {"payment_method_types[]": "sepa_debit", "payment_method": debit, "confirm": "true"}
    call("POST", create, amount=900, currency="eur", **kinds)
    call.shop.pass_time(5.1)
    call.shop.pass_time(2.1)
    charge = call("GET", "/v1/charges", limit=1)["data"][0]
    call("GET", "/v1/mandates/*", charge["payment_method_details"]["sepa_debit"]["mandate"])
    call("GET", "/v1/payment_intents/*", intent, **{"expand[]": "latest_charge.balance_transaction"})
    call("GET", "/v1/payment_intents", limit=100)


def _look_at_money(call: Caller) -> None:
    for card in ("pm_card_createDispute", "pm_card_createDisputeInquiry"):
        call("POST", "/v1/payment_intents", amount=900, currency="eur", payment_method=card, confirm="true")
    inquiry, chargeback = call("GET", "/v1/disputes", **{"expand[0]": "data.charge"})["data"]
    call("GET", "/v1/disputes/*", inquiry["id"], **{"expand[]": "payment_intent"})
    call("POST", "/v1/disputes/*", inquiry["id"], **{"evidence[product_description]": "A dinner"})
    call("POST", "/v1/disputes/*/close", chargeback["id"])
    for card, amount in (("pm_card_refundFail", 900), ("pm_card_pendingRefund", 800)):
        sold = call("POST", "/v1/payment_intents", amount=amount, currency="eur", payment_method=card, confirm="true")
        refund = call("POST", "/v1/refunds", payment_intent=sold["id"])
    call("POST", "/v1/refunds/*", refund["id"], **{"metadata[a]": "b"})
    call.shop.pass_time(2.1)
    call("GET", "/v1/refunds/*", refund["id"], **{"expand[]": "balance_transaction"})
    call("GET", "/v1/refunds", **{"expand[]": "data.failure_balance_transaction"})
    call("GET", "/v1/charges/*", refund["charge"], **{"expand[]": "refunds.data.balance_transaction"})
    call("GET", "/v1/charges", limit=100)
    money = call("GET", "/v1/balance_transactions", limit=100, **{"expand[]": "data.source"})["data"]
    call("GET", "/v1/balance_transactions/*", money[0]["id"])


def _endpoints_and_events(call: Caller) -> None:
    fields = {"url": "http://hook.test/2", "enabled_events[]": "*"}
    endpoint = call("POST", "/v1/webhook_endpoints", **fields)["id"]
    call("POST", "/v1/webhook_endpoints/*", endpoint, description="second")
    call("GET", "/v1/webhook_endpoints")
    call("DELETE", "/v1/webhook_endpoints/*", endpoint)
    events = call("GET", "/v1/events", limit=100)["data"]
    call("GET", "/v1/events/*", events[0]["id"])


def _connect(call: Caller) -> None:
    account = call("POST", "/v1/accounts", type="standard", country="DE")["id"]
    call("GET", "/v1/accounts")
    urls = {"return_url": "http://shop.test/a", "refresh_url": "http://shop.test/b"}
    call("POST", "/v1/account_links", account=account, type="account_onboarding", **urls)
    call.shop.double.onboard(account)
    call("GET", "/v1/accounts/*", account)
    paying = {"payment_method": "pm_card_visa", "confirm": "true", "application_fee_amount": 90}
    sold = call("POST", "/v1/payment_intents", within=account, amount=900, currency="eur", **paying)
    back = {"charge": sold["latest_charge"], "refund_application_fee": "true"}
    call("POST", "/v1/refunds", within=account, **back)
    fee = call("GET", "/v1/application_fees")["data"][0]["id"]
    call("GET", "/v1/application_fees/*", fee, **{"expand[]": "balance_transaction"})
    call("GET", "/v1/application_fees/*/refunds", fee)
    call.shop.pass_time(2.1)
    call.shop.double.disconnect(account)


def test_call_every_route_returns_objects_that_fit_stripes_schemas(shop: Shop, document: Any) -> None:
    call = Caller(shop)
    call_every_route(call)
    assert sorted(call.answers) == sorted((method, path) for method, path, _, _ in routes.ENDPOINTS)
    assert [fault for answer in call.answers.values() for fault in answer_faults(document, 200, answer)] == []
    lists = [json.loads(answer) for answer in call.answers.values() if b'"object": "list"' in answer[:30]]
    assert all(sorted(each) == ["data", "has_more", "object", "url"] for each in lists)
    assert all(each["data"] for each in lists)


def test_make_every_kind_of_event_carries_objects_that_fit_stripes_schemas(shop: Shop, document: Any) -> None:
    call_every_route(Caller(shop))
    shop.double.pay(shop.session(customer_email="ada@example.com", locale="de").id, "4000000000009995")
    for iban in (SEPA, "DE62370400440532013001"):
        shop.double.pay(shop.session().id, iban)
    shop.pass_time(5.1)
    shop.double.end_dispute(shop.double.dispute(shop.client.v1.charges.list({"limit": 2}).data[1].id)["id"], "won")
    with shop.double.work() as work:
        events = [event for home in work.everywhere() for event in home.tx.rows("event")]
    assert [fault for event in events for fault in event_faults(document, event)] == []
    assert sorted({event["type"] for event in events}) == sorted(EVENTS.split())


def test_retrieve_session_with_parts_expanded_fits_stripes_schema(shop: Shop, document: Any) -> None:
    session = shop.session()
    shop.double.pay(session.id)
    shop.pass_time(2.1)
    parts = [
        "payment_intent.latest_charge.balance_transaction",
        "line_items",
        "customer",
        "payment_intent.payment_method",
    ]
    expanded = {f"expand[{place}]": part for place, part in enumerate(parts)}
    found = Caller(shop)("GET", "/v1/checkout/sessions/*", session.id, **expanded)
    assert isinstance(found["payment_intent"]["latest_charge"]["balance_transaction"], dict)
    assert faults(document, "checkout.session", found) == []


@pytest.mark.parametrize("currency", ["eur", "jpy"])
def test_create_session_fits_stripes_schema_in_each_kind_of_currency(shop: Shop, document: Any, currency: str) -> None:
    made = shop.session(**order(currency=currency))
    assert faults(document, "checkout.session", Caller(shop)("GET", "/v1/checkout/sessions/*", made.id)) == []


def test_refuse_request_with_error_that_fits_stripes_schema(shop: Shop, document: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.session(colour="blue")
    assert faults(document, "error", caught.value.json_body) == []
    fields: Any = {"amount": 900, "currency": "eur", "payment_method": "pm_card_chargeDeclined", "confirm": True}
    with pytest.raises(stripe.CardError) as declined:
        shop.client.v1.payment_intents.create(fields)
    assert faults(document, "error", declined.value.json_body) == []


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


def test_check_object_of_a_schema_that_was_not_extracted_says_so() -> None:
    document = openapi.load(openapi.EXTRACT)
    assert faults(document, "invoice", {}) == [
        "invoice: the schema invoice is not in the extract (extract_openapi.py makes it)"
    ]


@pytest.mark.skipif(not openapi.WHOLE.exists(), reason="Stripe's whole OpenAPI document is not beside the project")
def test_extract_names_again_gives_the_file_that_is_here() -> None:
    assert extract(openapi.load(openapi.WHOLE), NAMES) == openapi.load(openapi.EXTRACT)
