"""Payment intents confirmed by the server: pay, decline, capture later, cancel."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from .conftest import Shop


def made(shop: Shop, **changes: Any) -> stripe.PaymentIntent:
    """Creates an intent of €25.00; keywords change its parameters."""
    fields: Any = {"amount": 2500, "currency": "eur", "metadata": {"order_id": "1"}, **changes}
    return shop.client.v1.payment_intents.create(fields)


def test_create_intent_without_method_waits_for_one(shop: Shop) -> None:
    intent = made(shop)
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.payment_intents.confirm(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"
    done = shop.client.v1.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})
    assert done.status == "succeeded"
    assert shop.events() == ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def test_create_intent_confirmed_with_declined_card_raises_and_keeps_what_happened(shop: Shop) -> None:
    with pytest.raises(stripe.CardError) as caught:
        made(shop, payment_method="pm_card_chargeDeclinedInsufficientFunds", confirm=True)
    error = caught.value.error
    assert (caught.value.http_status, error.code, error.decline_code) == (402, "card_declined", "insufficient_funds")
    intent = shop.client.v1.payment_intents.retrieve(error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert shop.client.v1.charges.retrieve(error.charge).status == "failed"
    assert shop.events() == ["payment_intent.created", "charge.failed", "payment_intent.payment_failed"]


def test_confirm_declined_intent_again_with_the_same_key_replays_the_decline(shop: Shop) -> None:
    fields: Any = {"amount": 500, "currency": "eur", "payment_method": "pm_card_chargeDeclined", "confirm": True}
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            shop.client.v1.payment_intents.create(fields, {"idempotency_key": "once"})
    assert len(shop.client.v1.charges.list().data) == 1


def test_capture_part_of_what_was_authorised_lets_the_rest_go(shop: Shop) -> None:
    intent = made(shop, payment_method="pm_card_visa", confirm=True, capture_method="manual")
    assert (intent.status, intent.amount_capturable) == ("requires_capture", 2500)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 2501})
    assert caught.value.code == "amount_too_large"
    done = shop.client.v1.payment_intents.capture(intent.id, {"amount_to_capture": 1000})
    assert (done.status, done.amount_received, done.amount_capturable) == ("succeeded", 1000, 0)
    assert shop.events() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]
    shop.pass_time(2.1)
    charge = shop.client.v1.charges.retrieve(str(done.latest_charge), {"expand": ["balance_transaction"]})
    assert (charge.amount, charge.amount_captured, charge.balance_transaction.amount) == (2500, 1000, 1000)
    assert shop.client.v1.refunds.create({"charge": charge.id}).amount == 1000
    assert shop.client.v1.charges.retrieve(charge.id).refunded is True


def test_cancel_authorised_intent_lets_the_money_go(shop: Shop) -> None:
    intent = made(shop, payment_method="pm_card_visa", confirm=True, capture_method="manual")
    done = shop.client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "requested_by_customer"})
    assert (done.status, done.cancellation_reason) == ("canceled", "requested_by_customer")
    assert shop.client.v1.charges.retrieve(str(done.latest_charge)).refunded is True
    with pytest.raises(stripe.InvalidRequestError, match="status is canceled"):
        shop.client.v1.payment_intents.capture(intent.id)


def test_cancel_intent_of_a_checkout_session_is_refused(shop: Shop) -> None:
    session = shop.session()
    shop.double.pay(session.id, "4000000000000002")
    intent = shop.client.v1.checkout.sessions.retrieve(session.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="Expire the Checkout Session"):
        shop.client.v1.payment_intents.cancel(intent)


def test_cancel_debit_on_its_way_ends_it(shop: Shop) -> None:
    method = shop.client.v1.payment_methods.create(
        {"type": "sepa_debit", "sepa_debit": {"iban": "AT321904300235473204"}, "billing_details": {"name": "Ada"}}
    )
    intent = made(shop, payment_method=method.id, payment_method_types=["sepa_debit"], confirm=True)
    assert intent.status == "processing"
    assert shop.client.v1.payment_intents.cancel(intent.id).status == "canceled"
    shop.pass_time(3600)
    assert "charge.succeeded" not in shop.events()


def test_settle_debit_of_an_intent_without_session_pays_it(shop: Shop) -> None:
    method = shop.client.v1.payment_methods.create(
        {"type": "sepa_debit", "sepa_debit": {"iban": "AT611904300234573201"}}
    )
    intent = made(shop, payment_method=method.id, payment_method_types=["sepa_debit"], confirm=True)
    shop.pass_time(5.1)
    assert shop.client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": 1}, "amount_too_small"),
        ({"payment_method": "pm_nobody"}, "resource_missing"),
        ({"customer": "cus_nobody"}, "resource_missing"),
        ({"payment_method": "pm_card_visa", "payment_method_types": ["sepa_debit"]}, None),
        ({"application_fee_amount": 10}, None),
    ],
)
def test_create_intent_with_what_stripe_refuses_is_refused(shop: Shop, changes: Any, code: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        made(shop, **changes)
    assert caught.value.code == code
    assert shop.events() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "sepa_debit", "sepa_debit": {"iban": "DE00370400440532013000"}},
        {"type": "card", "card": {"token": "tok_nobody"}},
    ],
)
def test_create_method_of_unknown_account_or_token_is_refused(shop: Shop, fields: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.payment_methods.create(fields)


def test_create_method_with_number_that_is_no_test_card_is_declined(shop: Shop) -> None:
    with pytest.raises(stripe.CardError) as caught:
        shop.client.v1.payment_methods.create({"type": "card", "card": {"number": "4111111111111111"}})
    assert caught.value.code == "card_declined"


def test_sell_at_a_price_that_exists_names_its_product(shop: Shop) -> None:
    product = shop.client.v1.products.create({"name": "Dinner"})
    price = shop.client.v1.prices.create({"product": product.id, "unit_amount": 1500, "currency": "usd"})
    session = shop.session(line_items=[{"price": price.id, "quantity": 2}])
    assert (session.amount_total, session.currency) == (3000, "usd")
    line = shop.client.v1.checkout.sessions.line_items.list(session.id).data[0]
    assert (line.description, line.price.id) == ("Dinner", price.id)
    with pytest.raises(stripe.InvalidRequestError, match="No such price"):
        shop.session(line_items=[{"price": "price_nobody", "quantity": 1}])
    with pytest.raises(stripe.InvalidRequestError, match="either `price` or `price_data`"):
        shop.session(line_items=[{"quantity": 1}])
