"""The effect of a payment on an order."""

import pytest
from msgspec.structs import replace

from chalicelib.core.errors import UpstreamFailed
from chalicelib.orders.domain.charge import Charge, ChargeDispute, Payment, PaymentStatus, Refund
from chalicelib.orders.domain.order_state import Dispute, Ended, Facts, Reason
from chalicelib.orders.domain.refund import RefundReason
from chalicelib.payments.domain.settlement import settle
from tests.unit.orders.builders import MOMENT, PAID, charge, payment, record


def refund(amount: int) -> Refund:
    facts = {"id": "re_1", "currency": "EUR", "status": "succeeded", "reason": None, "created_at": MOMENT}
    return Refund(amount=amount, **facts)  # type: ignore[arg-type]


def dispute(status: str) -> ChargeDispute:
    facts = {"id": "dp_1", "amount": 5000, "currency": "EUR", "reason": "fraudulent", "created_at": MOMENT}
    return ChargeDispute(status=status, **facts)  # type: ignore[arg-type]


HELD = Facts()
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


RETURNED = replace(PAID, refunded=5000)


@pytest.mark.parametrize(
    ("facts", "made", "expected", "reason"),
    [
        (PAID, charge(refunds=[refund(2000)]), replace(PAID, refunded=2000), None),
        (PAID, charge(refunds=[refund(5000)]), RETURNED, None),
        (PAID, charge(dispute=dispute("needs_response")), replace(PAID, dispute=Dispute.OPEN), None),
        (RETURNED, charge(), PAID, None),
        (
            replace(RETURNED, issued=False, ended=Ended.EXPIRED),
            charge(),
            replace(PAID, issued=False, ended=Ended.EXPIRED, held_back=True),
            None,
        ),
        (Facts(held_back=True), charge(), PAID, None),
    ],
    ids=["part refunded", "refunded", "disputed", "refund failed", "refund of an ended order failed", "seen at last"],
)
def test_settle_again_what_became_of_a_payment(
    facts: Facts, made: Charge, expected: Facts, reason: Reason | None
) -> None:
    found = settle(record(facts), payment(PaymentStatus.PAID, charge=made), now=0, livemode=False)
    assert (found.facts, found.reason) == (expected, reason)


def test_settle_failed_refund_whose_tickets_went_back_to_sale_is_for_staff() -> None:
    found = settle(record(RETURNED), payment(PaymentStatus.PAID), now=0, livemode=False, has_stock=False)
    assert (found.facts.issued, found.facts.held_back, found.reason) == (False, True, Reason.TICKETS_GONE)
    assert found.note == "A refund failed after its tickets had gone back to sale."


def test_settle_payment_that_differs_says_both_amounts() -> None:
    found = settle(record(), payment(PaymentStatus.PAID, amount=4999), now=0, livemode=False)
    assert found.note == "Stripe took 49.99 EUR, but the order comes to 50.00 EUR. Nothing was issued."
