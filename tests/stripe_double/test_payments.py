"""Paying, declining, settling, refunding: objects and events."""

from __future__ import annotations

import pytest
import stripe

from local.stripe_double import StripeDouble

from .conftest import START, Shop, order

PAID = [
    "customer.created",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
]
DECLINES = [
    ("4000000000000002", "card_declined", "generic_decline", "Your card was declined."),
    (
        "4000000000009995",
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    ("4000000000000069", "expired_card", None, "Your card has expired."),
    (
        "4000000000000119",
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
    ),
]


def paid_charge(shop: Shop, **changes: object) -> stripe.Charge:
    session = shop.session(**changes)
    shop.double.pay(session.id)
    return shop.client.v1.charges.list().data[0]


def test_pay_session_with_4242_completes_it_in_stripes_order_of_events(shop: Shop) -> None:
    session = shop.session()
    outcome = shop.double.pay(session.id, email="ada@example.com", name="Ada")
    assert outcome.location == f"http://shop.test/paid?s={session.id}"
    assert shop.events() == PAID
    done = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert done.customer_details.email == "ada@example.com"
    intent = shop.client.v1.payment_intents.retrieve(done.payment_intent)
    assert (intent.status, intent.amount_received, intent.metadata.to_dict()) == (
        "succeeded",
        2500,
        {"order": "1"},
    )
    assert shop.client.v1.customers.retrieve(done.customer).name == "Ada"


def test_pay_session_with_4242_makes_charge_with_card_and_receipt(shop: Shop) -> None:
    charge = paid_charge(shop)
    card = charge.payment_method_details.card
    assert (card.brand, card.last4) == ("visa", "4242")
    assert charge.receipt_url == f"{shop.url}/receipts/{charge.id}"
    assert charge.balance_transaction is None


def test_pay_session_twice_charges_once(shop: Shop) -> None:
    session = shop.session()
    first, second = shop.double.pay(session.id), shop.double.pay(session.id)
    assert first == second
    assert len(shop.client.v1.charges.list().data) == 1
    assert shop.events() == PAID


def test_pay_session_for_known_customer_keeps_the_customer(shop: Shop) -> None:
    known = shop.client.v1.customers.create({"email": "ada@example.com", "name": "Ada"})
    params = {**order(), "customer": known.id}
    del params["customer_creation"]
    session = shop.client.v1.checkout.sessions.create(params)
    shop.double.pay(session.id)
    charge = shop.client.v1.charges.list({"customer": known.id}).data[0]
    assert charge.customer == known.id
    assert shop.events().count("customer.created") == 1


def test_pay_session_as_guest_makes_no_customer(shop: Shop) -> None:
    session = shop.session(customer_creation="if_required")
    shop.double.pay(session.id)
    assert shop.client.v1.checkout.sessions.retrieve(session.id).customer is None
    assert "customer.created" not in shop.events()


def test_pay_expired_session_is_refused(shop: Shop) -> None:
    session = shop.session(expires_at=START + 1800)
    shop.clock.now += 1801
    with pytest.raises(Exception, match="has expired"):
        shop.double.pay(session.id)
    assert shop.client.v1.charges.list().data == []


@pytest.mark.parametrize(("card", "code", "decline", "message"), DECLINES)
def test_pay_session_with_declined_card_leaves_it_open_and_tells_why(
    shop: Shop, card: str, code: str, decline: str | None, message: str
) -> None:
    session = shop.session()
    outcome = shop.double.pay(session.id, card)
    assert outcome.declined is not None
    assert outcome.declined.message == message
    assert shop.events() == [
        "payment_intent.created",
        "charge.failed",
        "payment_intent.payment_failed",
    ]
    still = shop.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (still.status, still.payment_intent.status) == ("open", "requires_payment_method")
    error = still.payment_intent.last_payment_error
    assert (error.code, getattr(error, "decline_code", None), error.message) == (
        code,
        decline,
        message,
    )
    charge = shop.client.v1.charges.retrieve(still.payment_intent.latest_charge)
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, code)


def test_pay_session_after_decline_uses_the_same_intent(shop: Shop) -> None:
    session = shop.session()
    shop.double.pay(session.id, "4000000000000002")
    before = shop.client.v1.checkout.sessions.retrieve(session.id).payment_intent
    shop.double.pay(session.id)
    after = shop.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (after.payment_intent.id, after.payment_intent.last_payment_error) == (before, None)
    assert shop.events().count("payment_intent.created") == 1


def test_pay_session_with_real_looking_card_is_declined(shop: Shop) -> None:
    outcome = shop.double.pay(shop.session().id, "4111111111111111")
    assert outcome.declined is not None
    assert "test mode" in outcome.declined.message


@pytest.mark.parametrize(("currency", "amount", "fee"), [("eur", 2500, 63), ("jpy", 2500, 63), ("kwd", 12500, 213)])
def test_settle_charge_after_a_moment_adds_fee_and_net(shop: Shop, currency: str, amount: int, fee: int) -> None:
    charge = paid_charge(shop, **order(currency=currency, amount=amount))
    shop.pass_time(1.9)
    assert "charge.updated" not in shop.events()
    shop.pass_time(0.2)
    settled = shop.client.v1.charges.retrieve(charge.id, {"expand": ["balance_transaction"]})
    money = settled.balance_transaction
    assert (money.amount, money.fee, money.net, money.currency) == (
        amount,
        fee,
        amount - fee,
        currency,
    )
    assert shop.events() == [*PAID, "charge.updated"]
    event = shop.client.v1.events.list({"type": "charge.updated"}).data[0]
    assert event.data.previous_attributes.to_dict() == {"balance_transaction": None}


def test_refund_charge_in_parts_stops_at_what_is_left(shop: Shop) -> None:
    charge = paid_charge(shop)
    shop.client.v1.refunds.create({"charge": charge.id, "amount": 500})
    with pytest.raises(stripe.InvalidRequestError, match=r"€25\.00.*unrefunded amount.*€20\.00"):
        shop.client.v1.refunds.create({"charge": charge.id, "amount": 2500})
    rest = shop.client.v1.refunds.create({"payment_intent": charge.payment_intent})
    assert rest.amount == 2000
    after = shop.client.v1.charges.retrieve(charge.id)
    assert (after.refunded, after.amount_refunded) == (True, 2500)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.refunds.create({"charge": charge.id})
    assert caught.value.code == "charge_already_refunded"
    assert shop.events()[5:] == ["refund.created", "charge.refunded"] * 2


def test_refund_intent_that_was_declined_is_refused(shop: Shop) -> None:
    session = shop.session()
    shop.double.pay(session.id, "4000000000000002")
    intent = shop.client.v1.checkout.sessions.retrieve(session.id).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        shop.client.v1.refunds.create({"payment_intent": intent})


def test_refund_from_dashboard_emits_events_without_idempotency_key(shop: Shop) -> None:
    charge = paid_charge(shop)
    shop.double.refund(charge.payment_intent, 100)
    event = shop.client.v1.events.list({"type": "charge.refunded"}).data[0]
    assert event.request.idempotency_key is None
    assert event.data.object.amount_refunded == 100
    assert event.data.previous_attributes.to_dict() == {"amount_refunded": 0}


def test_update_customer_emits_what_was_before(shop: Shop) -> None:
    known = shop.client.v1.customers.create({"email": "ada@example.com"})
    shop.client.v1.customers.update(known.id, {"email": "ada@new.example"})
    event = shop.client.v1.events.list().data[0]
    assert (event.type, event.data.previous_attributes.to_dict()) == (
        "customer.updated",
        {"email": "ada@example.com"},
    )


def test_list_events_by_types_and_time_returns_only_those(shop: Shop) -> None:
    paid_charge(shop)
    shop.pass_time(10)
    paid_charge(shop)
    found = shop.client.v1.events.list(
        {"types": ["charge.succeeded", "customer.created"], "created": {"gte": START + 5}}
    )
    assert [event.type for event in found.data] == ["charge.succeeded", "customer.created"]
    assert found.data[0].request.idempotency_key is not None


def test_list_events_older_than_thirty_days_returns_none_of_them(shop: Shop) -> None:
    paid_charge(shop)
    shop.clock.now += 30 * 86400 + 10
    assert shop.events() == ["charge.updated"]


def test_reissue_event_makes_new_id_for_the_same_charge(shop: Shop) -> None:
    paid_charge(shop)
    known = shop.client.v1.events.list({"type": "charge.succeeded"}).data[0]
    double: StripeDouble = shop.double
    copy = double.reissue(known.id)
    assert copy["id"] != known.id
    assert copy["data"]["object"]["id"] == known.data.object.id
