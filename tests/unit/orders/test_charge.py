"""What a payment means for an order."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from chalicelib.core.errors import UpstreamFailed
from chalicelib.core.money import Money
from chalicelib.orders.domain.charge import (
    CardMethod,
    Charge,
    ChargeDispute,
    Payment,
    PaymentStatus,
    Refund,
    moved_forward,
)
from chalicelib.orders.domain.order import Buyer, Checkout, Line, Order, OrderRecord, links_of
from chalicelib.orders.domain.order_state import Dispute, Ended, Facts, OrderState, Reason
from chalicelib.orders.domain.refund import RefundReason
from chalicelib.payments.domain.settlement import settle

MOMENT = datetime(2030, 1, 1, tzinfo=UTC)
PRICE = Money(amount=2500, currency="EUR")


def charge(**changes: object) -> Charge:
    facts = {"id": "ch_1", "order_id": "O", "amount": 5000, "currency": "EUR", "fee": None, "net": None}
    more = {"fee_currency": None, "status": "succeeded", "method": CardMethod(brand="visa"), "receipt_url": None}
    return Charge(**{**facts, **more, "livemode": False, "created_at": MOMENT, **changes})  # type: ignore[arg-type]


def payment(status: PaymentStatus, **changes: object) -> Payment:
    made = Payment("O", status, 5000, "EUR", False, session_id="cs_1", charge=charge())
    return made._replace(**changes)


def record(facts: Facts | None = None) -> OrderRecord:
    order = Order(
        id="O",
        event_id="E",
        state=OrderState.RESERVED,
        lines=[Line(ticket_type_id="T", name="Day", quantity=2, price=PRICE)],
        total=Money(amount=5000, currency="EUR"),
        buyer=Buyer(name="Ada", email="ada@example.org"),
        created_at=MOMENT,
        updated_at=MOMENT,
        links=links_of("O"),
    )
    return OrderRecord(
        order=order, version=1, deadline=100, allocation=(), facts=facts or Facts(), checkout=Checkout("cs_1", "url")
    )


HELD = Facts()
PAID = Facts(issued=True, charge_id="ch_1", charged=5000)
REVIEW = Facts(held_back=True, charge_id="ch_1", charged=5000)


@pytest.mark.parametrize(
    ("made", "now", "facts", "reason"),
    [
        (payment(PaymentStatus.PAID), 0, PAID, None),
        (payment(PaymentStatus.PAID, amount=4999), 0, REVIEW, Reason.PAYMENT_DIFFERS),
        (payment(PaymentStatus.PAID, currency="USD"), 0, REVIEW, Reason.PAYMENT_DIFFERS),
        (payment(PaymentStatus.PAID, livemode=True), 0, REVIEW, Reason.PAYMENT_DIFFERS),
        (payment(PaymentStatus.UNPAID), 0, Facts(pending=True), None),
        (payment(PaymentStatus.FAILED), 0, Facts(ended=Ended.CANCELLED), Reason.PAYMENT_FAILED),
        (payment(PaymentStatus.FAILED, session_id="cs_0"), 0, HELD, None),
        (payment(PaymentStatus.EXPIRED), 100, Facts(ended=Ended.EXPIRED), Reason.HOLD_ENDED),
        (payment(PaymentStatus.EXPIRED), 99, HELD, None),
        (payment(PaymentStatus.EXPIRED, session_id="cs_0"), 100, HELD, None),
        (payment(PaymentStatus.OPEN), 100, HELD, None),
    ],
)
def test_settle_reserved_order(made: Payment, now: int, facts: Facts, reason: Reason | None) -> None:
    found = settle(record(), made, now=now, livemode=False)
    assert (found.facts, found.reason, found.send_back) == (facts, reason, None)


@pytest.mark.parametrize(
    ("facts", "has_stock", "expected", "send_back"),
    [
        (Facts(ended=Ended.EXPIRED), True, PAID, None),
        (
            Facts(ended=Ended.EXPIRED),
            False,
            Facts(ended=Ended.EXPIRED, charge_id="ch_1", charged=5000),
            RefundReason.PAID_TOO_LATE,
        ),
        (
            Facts(ended=Ended.CANCELLED),
            True,
            Facts(ended=Ended.CANCELLED, charge_id="ch_1", charged=5000),
            RefundReason.PAID_TOO_LATE,
        ),
        (PAID, True, PAID, None),
        (replace(PAID, charge_id="ch_0"), True, replace(PAID, charge_id="ch_0"), RefundReason.PAID_TWICE),
        (Facts(issued=True), True, Facts(issued=True), RefundReason.PAID_TWICE),
        (Facts(pending=True), True, PAID, None),
    ],
)
def test_settle_payment_of_an_order_in_any_state(
    facts: Facts, has_stock: bool, expected: Facts, send_back: RefundReason | None
) -> None:
    found = settle(record(facts), payment(PaymentStatus.PAID), now=0, livemode=False, has_stock=has_stock)
    assert (found.facts, found.send_back) == (expected, send_back)


@pytest.mark.parametrize("over", [Reason.EVENT_CLOSED, Reason.EVENT_OVER])
@pytest.mark.parametrize("facts", [HELD, Facts(pending=True), Facts(ended=Ended.EXPIRED)])
def test_settle_payment_of_an_event_that_takes_nobody_any_more_sends_it_back(facts: Facts, over: Reason) -> None:
    found = settle(record(facts), payment(PaymentStatus.PAID), now=0, livemode=False, over=over)
    expected = Facts(ended=Ended.CANCELLED, charge_id="ch_1", charged=5000)
    assert (found.facts, found.reason, found.send_back) == (expected, over, RefundReason.PAID_TOO_LATE)


def test_settle_session_that_expired_early_lets_the_buyer_try_again() -> None:
    assert settle(record(), payment(PaymentStatus.EXPIRED), now=99, livemode=False).reopen
    assert not settle(record(), payment(PaymentStatus.OPEN), now=99, livemode=False).reopen


def test_settle_money_without_a_charge_waits() -> None:
    with pytest.raises(UpstreamFailed):
        settle(record(), payment(PaymentStatus.PAID, charge=None), now=0, livemode=False)


def refund(status: str, amount: int = 500, refund_id: str = "re_1") -> Refund:
    return Refund(id=refund_id, amount=amount, currency="EUR", status=status, reason=None, created_at=MOMENT)


@pytest.mark.parametrize(
    ("status", "returned"),
    [("pending", 500), ("requires_action", 500), ("succeeded", 500), ("failed", 0), ("canceled", 0)],
)
def test_returned_counts_refunds_that_are_on_their_way(status: str, returned: int) -> None:
    assert charge(refunds=[refund(status)]).returned == returned


def test_look_that_shows_less_loses_nothing() -> None:
    known = charge(fee=35, net=4965, fee_currency="EUR", refunds=[refund("succeeded")])
    seen = charge(refunds=[refund("failed"), refund("pending", 7, "re_2")])
    moved = moved_forward(known, seen)
    assert (moved.fee, moved.net, moved.fee_currency) == (35, 4965, "EUR")
    assert [(one.id, one.status) for one in moved.refunds] == [("re_1", "failed"), ("re_2", "pending")]
    assert moved_forward(None, seen) == seen


def dispute(status: str, amount: int) -> ChargeDispute:
    return ChargeDispute(
        id="dp_1", amount=amount, currency="EUR", status=status, reason="fraudulent", created_at=MOMENT
    )


@pytest.mark.parametrize(
    ("status", "amount", "standing", "returned"),
    [
        ("needs_response", 100, Dispute.OPEN, 0),
        ("lost", 5000, Dispute.LOST, 0),
        ("lost", 100, None, 100),
        ("won", 5000, None, 0),
        ("warning_needs_response", 5000, None, 0),
    ],
)
def test_dispute_of_a_part_that_was_lost_is_money_that_went_back(
    status: str, amount: int, standing: Dispute | None, returned: int
) -> None:
    made = charge(dispute=dispute(status, amount))
    assert (made.dispute_standing, made.returned) == (standing, returned)
