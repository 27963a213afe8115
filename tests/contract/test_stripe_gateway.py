"""What the gateway expects of Stripe, against the double always and against Stripe's test mode on request."""

import secrets
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe
from msgspec import structs

from chalicelib.core.ids import make_ulid
from chalicelib.core.money import Money
from chalicelib.orders.domain.charge import Charge, Payment, PaymentStatus
from chalicelib.orders.domain.order import Buyer, Line, Order, links_of
from chalicelib.orders.domain.order_state import Dispute, OrderState
from chalicelib.orders.domain.refund import RefundReason, RefundWish
from chalicelib.payments.adapters.stripe_checkout import DELAYED
from chalicelib.payments.ports import CheckoutRefusal, CheckoutRefused, CheckoutRequest, RefundRefused
from chalicelib.payments.services.dispatch_stripe_events import HANDLED
from tests.contract.conftest import StripeSide, eventually

NOW = datetime.now(UTC)


def new_id() -> str:
    return make_ulid(int(time.time() * 1000), secrets.token_bytes(10))


def order(*prices: tuple[int, int], currency: str = "EUR") -> Order:
    """An order of (price, quantity)."""
    order_id = new_id()
    lines = [
        Line(ticket_type_id=new_id(), name="Day", quantity=quantity, price=Money(amount=amount, currency=currency))
        for amount, quantity in prices
    ]
    total = sum(amount * quantity for amount, quantity in prices)
    return Order(
        id=order_id,
        event_id=new_id(),
        state=OrderState.RESERVED,
        lines=lines,
        total=Money(amount=total, currency=currency),
        buyer=Buyer(name="Ada Lovelace", email="ada@example.org"),
        created_at=NOW,
        updated_at=NOW,
        links=links_of(order_id),
    )


def request(asked: Order, attempt: int = 1) -> CheckoutRequest:
    place = "https://tickets.example/orders/1"
    return CheckoutRequest(asked, attempt, int(time.time()) + 3600, f"{place}/complete", f"{place}/pay")


def wish(charge: Charge, amount: int, key: str = "one") -> RefundWish:
    return RefundWish(
        key=key,
        order_id=charge.order_id,
        charge_id=charge.id,
        amount=amount,
        currency=charge.currency,
        reason=RefundReason.REQUESTED,
        created_at=NOW,
    )


def paid(stripe_side: StripeSide, method: str = "pm_card_visa") -> Charge:
    """The charge of a new payment, as the gateway shows it."""
    order_id = new_id()
    intent = stripe_side.pay(order_id, method)
    found = stripe_side.gateway.read_payment(intent.id)
    assert found is not None
    assert found.charge is not None
    assert found.charge.order_id == order_id
    return found.charge


def charge_of(stripe_side: StripeSide, charge: Charge) -> Charge:
    found = stripe_side.gateway.read_payment(charge.id)
    assert found is not None
    assert found.charge is not None
    return found.charge


def test_open_checkout_twice_is_one_session_of_the_orders_total(stripe_side: StripeSide) -> None:
    asked = request(order((2500, 2), (1050, 1)))
    first, second = (stripe_side.gateway.open_checkout(asked) for _ in range(2))
    assert first == second
    assert stripe_side.gateway.read_payment(first.id) == Payment(
        asked.order.id, PaymentStatus.OPEN, 6050, "EUR", livemode=False, session_id=first.id
    )


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_open_checkout_in_a_currency_of_other_decimals_keeps_minor_units(
    stripe_side: StripeSide, currency: str
) -> None:
    checkout = stripe_side.gateway.open_checkout(request(order((1500, 2), currency=currency)))
    found = stripe_side.gateway.read_payment(checkout.id)
    assert found is not None
    assert (found.amount, found.currency) == (3000, currency)


def refused(stripe_side: StripeSide, asked: CheckoutRequest) -> CheckoutRefusal:
    with pytest.raises(CheckoutRefused) as refusal:
        stripe_side.gateway.open_checkout(asked)
    return refusal.value.refusal


@pytest.mark.parametrize(
    ("amount", "currency", "refusal"),
    [
        (10, "USD", CheckoutRefusal.TOO_SMALL),
        (10, "BHD", CheckoutRefusal.TOO_SMALL),
        (50_000_000, "USD", CheckoutRefusal.TOO_LARGE),
    ],
)
def test_open_checkout_of_an_amount_that_stripe_never_takes_is_refused(
    stripe_side: StripeSide, amount: int, currency: str, refusal: CheckoutRefusal
) -> None:
    assert refused(stripe_side, request(order((amount, 2), currency=currency))) is refusal


def test_open_checkout_for_an_address_that_stripe_does_not_take_is_refused(stripe_side: StripeSide) -> None:
    nowhere = structs.replace(order((2500, 1)), buyer=Buyer(name="Ada", email="ada@nowhere"))
    assert refused(stripe_side, request(nowhere)) is CheckoutRefusal.ADDRESS


def test_close_checkout_ends_it_and_bears_repeating(stripe_side: StripeSide) -> None:
    checkout = stripe_side.gateway.open_checkout(request(order((2500, 1))))
    assert [stripe_side.gateway.close_checkout(checkout.id) for _ in range(2)] == [True, True]
    found = stripe_side.gateway.read_payment(checkout.id)
    assert found is not None
    assert found.status is PaymentStatus.EXPIRED


def test_close_checkout_of_nothing_is_closed(stripe_side: StripeSide) -> None:
    assert stripe_side.gateway.close_checkout("cs_test_nothing") is True


@pytest.mark.parametrize("object_id", ["cs_test_nothing", "pi_nothing", "ch_nothing"])
def test_payment_of_nothing_is_none(stripe_side: StripeSide, object_id: str) -> None:
    assert stripe_side.gateway.read_payment(object_id) is None


def test_payment_by_intent_and_by_charge_is_the_same(stripe_side: StripeSide) -> None:
    order_id = new_id()
    intent = stripe_side.pay(order_id)
    by_intent = stripe_side.gateway.read_payment(intent.id)
    by_charge = stripe_side.gateway.read_payment(str(intent.latest_charge))
    assert by_intent is not None
    assert by_charge is not None
    assert (by_intent.order_id, by_intent.status, by_intent.amount) == (order_id, PaymentStatus.PAID, 5000)
    assert by_intent.charge is not None
    assert by_charge.charge is not None
    assert by_intent.charge.id == by_charge.charge.id


def test_payment_shows_fee_and_net_once_they_are_known(stripe_side: StripeSide) -> None:
    charge = paid(stripe_side)
    settled = eventually(lambda: (found := charge_of(stripe_side, charge)).net is not None and found)
    assert settled.fee + settled.net == sum(entry.amount for entry in settled.ledger)
    assert [(entry.kind, entry.fee, entry.net) for entry in settled.ledger] == [("charge", settled.fee, settled.net)]


def test_refund_asked_twice_is_made_once_and_shows_its_wish(stripe_side: StripeSide) -> None:
    charge = paid(stripe_side)
    assert stripe_side.gateway.refund(wish(charge, 700)) == stripe_side.gateway.refund(wish(charge, 700))
    refunds = charge_of(stripe_side, charge).refunds
    assert [(refund.amount, refund.request) for refund in refunds] == [(700, "one")]


def test_refund_found_by_its_wish_when_the_key_is_forgotten(
    stripe_side: StripeSide, monkeypatch: pytest.MonkeyPatch
) -> None:
    charge = paid(stripe_side)
    made = stripe_side.gateway.refund(wish(charge, 700))

    def forbidden(*_: Any, **__: Any) -> None:
        raise AssertionError("asked Stripe for another")

    monkeypatch.setattr(stripe.RefundService, "create", forbidden)
    assert stripe_side.gateway.refund(wish(charge, 700)) == made


def test_refund_of_more_than_is_left_is_refused(stripe_side: StripeSide) -> None:
    charge = paid(stripe_side)
    stripe_side.gateway.refund(wish(charge, 4000))
    with pytest.raises(RefundRefused):
        stripe_side.gateway.refund(wish(charge, 2000, "two"))
    stripe_side.gateway.refund(wish(charge, 1000, "three"))
    found = charge_of(stripe_side, charge)
    assert found.returned == 5000
    assert stripe_side.gateway.refund(wish(charge, 1, "four")) == found.refunds[-1].id, "all of it went back already"


def test_refund_more_than_ten_times_shows_all(stripe_side: StripeSide) -> None:
    charge = paid(stripe_side)
    for number in range(12):
        stripe_side.gateway.refund(wish(charge, 100, f"wish-{number}"))
    found = charge_of(stripe_side, charge)
    assert (len(found.refunds), found.returned) == (12, 1200)


def test_dispute_shows_on_its_charge_and_in_the_ledger(stripe_side: StripeSide) -> None:
    charge = paid(stripe_side, "pm_card_createDispute")
    disputed = eventually(lambda: (found := charge_of(stripe_side, charge)).dispute and found)
    assert disputed.dispute_standing is Dispute.OPEN
    taken = eventually(lambda: [e for e in charge_of(stripe_side, charge).ledger if e.kind == "dispute"])
    assert [entry.amount for entry in taken] == [-5000]


def test_complete_sessions_leave_out_open_ones(stripe_side: StripeSide) -> None:
    checkout = stripe_side.gateway.open_checkout(request(order((2500, 1))))
    found = stripe_side.gateway.list_complete_sessions(since=int(time.time()) - 60)
    assert checkout.id not in {session.id for session in found}


def test_undelivered_events_are_listed_oldest_first(stripe_side: StripeSide) -> None:
    found = [
        event.created for event in stripe_side.gateway.list_undelivered(since=int(time.time()) - 60, kinds=HANDLED)
    ]
    assert found == sorted(found)


@pytest.mark.parametrize(("currency", "amount"), [("KWD", 1_005), ("UGX", 1_050)])
def test_amount_that_is_no_whole_step_is_refused_wherever_it_is_sent(
    stripe_side: StripeSide, currency: str, amount: int
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        stripe_side.pay(new_id(), amount=amount * 100 + amount, currency=currency.lower())
    order_id = new_id()
    found = stripe_side.gateway.read_payment(stripe_side.pay(order_id, amount=10_000, currency=currency.lower()).id)
    assert found is not None
    assert found.charge is not None
    with pytest.raises(RefundRefused):
        stripe_side.gateway.refund(wish(found.charge, amount))


def test_open_checkout_in_rupiah_takes_twelve_digits(stripe_side: StripeSide) -> None:
    checkout = stripe_side.gateway.open_checkout(request(order((60_000_000, 2), currency="IDR")))
    found = stripe_side.gateway.read_payment(checkout.id)
    assert found is not None
    assert found.amount == 120_000_000


@pytest.mark.parametrize("at_once", [False, True])
def test_open_checkout_offers_debits_unless_only_what_settles_at_once_is_asked(
    stripe_side: StripeSide, *, at_once: bool
) -> None:
    asked = request(order((2500, 1)))._replace(at_once=at_once)
    first, second = (stripe_side.gateway.open_checkout(asked) for _ in range(2))
    assert first == second
    session = stripe_side.api.v1.checkout.sessions.retrieve(first.id)
    assert "card" in session.payment_method_types
    assert not at_once or not set(DELAYED) & set(session.payment_method_types)
    assert at_once or "sepa_debit" in session.payment_method_types


def test_open_checkout_again_when_debits_are_no_longer_offered_is_another_session(stripe_side: StripeSide) -> None:
    asked = request(order((2500, 1)))
    first = stripe_side.gateway.open_checkout(asked)
    assert stripe_side.gateway.open_checkout(asked._replace(at_once=True)).id != first.id
