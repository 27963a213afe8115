"""Checkout sessions through the real stripe library."""

from __future__ import annotations

import json
from typing import Any

import pytest
import stripe

from .conftest import START, Shop, client_for, order


def refused(shop: Shop, **changes: Any) -> stripe.InvalidRequestError:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.session(**changes)
    assert caught.value.http_status == 400
    return caught.value


def test_create_session_with_price_data_returns_open_session_with_pay_page(shop: Shop) -> None:
    session = shop.session()
    assert session.status == "open"
    assert session.payment_status == "unpaid"
    assert session.payment_intent is None
    assert (session.amount_total, session.currency) == (2500, "eur")
    assert session.url == f"{shop.url}/pay/{session.id}"
    assert session.metadata.to_dict() == {"order": "1"}
    assert session.client_reference_id == "order-1"
    assert session.expires_at == START + 24 * 3600


def test_create_session_of_several_lines_adds_them_up_and_lists_them(shop: Shop) -> None:
    items = [*order(amount=1000, quantity=3)["line_items"], *order(amount=250)["line_items"]]
    session = shop.session(line_items=items)
    lines = shop.client.v1.checkout.sessions.line_items.list(session.id)
    assert session.amount_total == 3250
    assert [(line.amount_total, line.quantity) for line in lines.data] == [(3000, 3), (250, 1)]
    assert lines.data[0].description == "Day ticket"


@pytest.mark.parametrize("seconds", [30 * 60 - 1, 24 * 3600 + 1])
def test_create_session_with_expiry_out_of_range_is_refused(shop: Shop, seconds: int) -> None:
    error = refused(shop, expires_at=START + seconds)
    assert error.param == "expires_at"
    assert "from Checkout Session creation." in str(error)


@pytest.mark.parametrize("seconds", [30 * 60, 24 * 3600])
def test_create_session_with_expiry_on_the_edge_is_accepted(shop: Shop, seconds: int) -> None:
    assert shop.session(expires_at=START + seconds).expires_at == START + seconds


def test_create_session_with_unknown_parameter_is_refused_by_name(shop: Shop) -> None:
    error = refused(shop, colour="blue")
    assert (error.code, error.param) == ("parameter_unknown", "colour")


def test_create_session_with_unknown_nested_parameter_is_refused_by_path(shop: Shop) -> None:
    items = order()["line_items"]
    items[0]["price_data"]["product_data"]["colour"] = "blue"
    error = refused(shop, line_items=items)
    assert error.param == "line_items[0][price_data][product_data][colour]"


def test_create_session_with_parameter_the_double_lacks_says_so(shop: Shop) -> None:
    assert "TEST DOUBLE" in str(refused(shop, discounts=[{"coupon": "x"}]))


def test_create_session_without_success_url_is_refused(shop: Shop) -> None:
    params = order()
    del params["success_url"]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.checkout.sessions.create(params)
    assert (caught.value.code, caught.value.param) == ("parameter_missing", "success_url")


@pytest.mark.parametrize(
    ("currency", "amount", "code"),
    [
        ("eur", 49, "amount_too_small"),
        ("jpy", 49, "amount_too_small"),
        ("kwd", 1005, None),
        ("xxx", 100, None),
    ],
)
def test_create_session_with_impossible_amount_or_currency_is_refused(
    shop: Shop, currency: str, amount: int, code: str | None
) -> None:
    assert refused(shop, **order(currency=currency, amount=amount)).code == code


def test_create_session_with_two_currencies_is_refused(shop: Shop) -> None:
    items = [*order()["line_items"], *order(currency="usd")["line_items"]]
    assert refused(shop, line_items=items).param == "line_items"


def test_create_session_for_unknown_customer_is_refused(shop: Shop) -> None:
    params = order()
    del params["customer_creation"]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.checkout.sessions.create({**params, "customer": "cus_nobody"})
    assert caught.value.code == "resource_missing"


def test_retrieve_session_that_never_was_gives_stripes_404(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.checkout.sessions.retrieve("cs_test_nobody")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_retrieve_session_with_nested_expand_returns_the_charge(shop: Shop) -> None:
    session = shop.session()
    shop.double.pay(session.id)
    found = shop.client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge", "line_items"]}
    )
    assert found.payment_intent.latest_charge.amount == 2500
    assert found.line_items.data[0].quantity == 1


def test_retrieve_session_with_expand_of_plain_field_is_refused(shop: Shop) -> None:
    session = shop.session()
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["status"]})


@pytest.mark.parametrize("part", ["payment_method", "latest_charge", "application", "refunds.data.customer"])
def test_retrieve_charge_with_expand_of_what_stripe_does_not_expand_there_is_refused(shop: Shop, part: str) -> None:
    """Some of these can be expanded in a payment intent, but not in a charge."""
    shop.double.pay(shop.session().id)
    charge = shop.client.v1.charges.list().data[0].id
    shop.client.v1.refunds.create({"charge": charge})
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.client.v1.charges.retrieve(charge, {"expand": [part]})


def test_list_sessions_by_status_and_page_returns_newest_first(shop: Shop) -> None:
    made = [shop.session().id for _ in range(5)]
    shop.double.expire(made[2])
    first = shop.client.v1.checkout.sessions.list({"status": "open", "limit": 3})
    rest = shop.client.v1.checkout.sessions.list({"status": "open", "limit": 3, "starting_after": first.data[-1].id})
    assert [one.id for one in first.data] == [made[4], made[3], made[1]]
    assert ([one.id for one in rest.data], first.has_more, rest.has_more) == (
        [made[0]],
        True,
        False,
    )


def test_expire_session_when_open_closes_it(shop: Shop) -> None:
    session = shop.client.v1.checkout.sessions.expire(shop.session().id)
    assert (session.status, session.url) == ("expired", None)
    assert shop.events() == ["checkout.session.expired"]


def test_expire_session_when_complete_is_refused(shop: Shop) -> None:
    session = shop.session()
    shop.double.pay(session.id)
    with pytest.raises(stripe.InvalidRequestError, match="has a status of `complete`"):
        shop.client.v1.checkout.sessions.expire(session.id)


def test_pass_time_beyond_expiry_expires_session_by_itself(shop: Shop) -> None:
    session = shop.session(expires_at=START + 1800)
    shop.clock.now += 1800
    assert shop.client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    event = shop.client.v1.events.list().data[0]
    assert (event.type, event.request.id) == ("checkout.session.expired", None)


@pytest.mark.parametrize("key", ["sk_live_double", "nonsense"])
def test_call_with_key_that_is_no_test_key_is_refused(shop: Shop, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as caught:
        client_for(shop.url, key=key).v1.customers.list()
    assert caught.value.http_status == 401


def test_call_without_key_is_refused_with_request_id(shop: Shop) -> None:
    status, headers, body = shop.server.handle("GET", "/v1/events", "", {}, b"")
    assert status == 401
    assert headers["request-id"].startswith("req_")
    assert b"You did not provide an API key" in body


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", b"\xff\xfe=1"),
        ("", b"a[b=1"),
        ("", b"a=1&a[b]=2"),
        ("", b"mode=payment&line_items=x&success_url=y"),
        ("", b"line_items[0][price_data]=1"),
        ("", b"&".join([b"metadata[%d]=x" % n for n in range(60)])),
        ("", b"x" + b"[y]" * 3000 + b"=1"),
    ],
)
def test_create_session_with_malformed_form_is_refused_and_stores_nothing(shop: Shop, query: str, body: bytes) -> None:
    auth = {"Authorization": "Bearer sk_test_double"}
    status, _, answer = shop.server.handle("POST", "/v1/checkout/sessions", query, auth, body)
    assert status == 400
    assert json.loads(answer)["error"]["type"] == "invalid_request_error"
    assert shop.client.v1.checkout.sessions.list().data == []


@pytest.mark.parametrize("path", ["/v1/", "/v1/checkout/sessions/", "/v1/../x", "/v1/prices", "/v1/charges/a%20b"])
def test_call_path_that_is_no_endpoint_gives_stripes_404(shop: Shop, path: str) -> None:
    auth = {"Authorization": "Bearer sk_test_double"}
    status, _, answer = shop.server.handle("GET", path, "", auth, b"")
    assert status == 404
    assert "Unrecognized request URL" in json.loads(answer)["error"]["message"]
