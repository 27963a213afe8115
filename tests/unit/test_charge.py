"""What a payment means for an order."""

from datetime import UTC, datetime

import pytest

from chalicelib.domain.charge import RECORDED, SETTLED, CardMethod, Charge, Payment, PaymentStatus
from chalicelib.domain.errors import UpstreamFailed
from chalicelib.domain.money import Money
from chalicelib.domain.order import Buyer, Checkout, Happening, Line, Order, OrderRecord, OrderState, links_of
from chalicelib.services.charging import happening_of

MOMENT = datetime(2030, 1, 1, tzinfo=UTC)
PRICE = Money(amount=2500, currency="EUR")


def charge(**changes: object) -> Charge:
    facts = {"id": "ch_1", "order_id": "O", "amount": 5000, "currency": "EUR", "fee": None, "net": None}
    more = {"fee_currency": None, "status": "succeeded", "method": CardMethod(brand="visa"), "receipt_url": None}
    return Charge(**{**facts, **more, "livemode": False, "created_at": MOMENT, **changes})  # type: ignore[arg-type]


def payment(status: PaymentStatus, **changes: object) -> Payment:
    made = Payment("O", status, 5000, "EUR", False, session_id="cs_1", charge=charge())
    return made._replace(**changes)


def record() -> OrderRecord:
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
    return OrderRecord(order=order, version=1, deadline=100, allocation=(), checkout=Checkout("cs_1", "url"))


@pytest.mark.parametrize(
    ("made", "now", "expected"),
    [
        (payment(PaymentStatus.PAID), 0, Happening.PAID),
        (payment(PaymentStatus.PAID, amount=4999), 0, Happening.MISMATCHED),
        (payment(PaymentStatus.PAID, charge=charge(amount=5001)), 0, Happening.MISMATCHED),
        (payment(PaymentStatus.PAID, currency="USD"), 0, Happening.MISMATCHED),
        (payment(PaymentStatus.PAID, livemode=True), 0, Happening.MISMATCHED),
        (payment(PaymentStatus.UNPAID), 0, Happening.COMPLETED_UNPAID),
        (payment(PaymentStatus.FAILED), 0, Happening.PAYMENT_FAILED),
        (payment(PaymentStatus.FAILED, session_id="cs_0"), 0, None),
        (payment(PaymentStatus.EXPIRED), 100, Happening.HOLD_ENDED),
        (payment(PaymentStatus.EXPIRED), 99, None),
        (payment(PaymentStatus.EXPIRED, session_id="cs_0"), 100, None),
        (payment(PaymentStatus.OPEN), 100, None),
    ],
)
def test_judge_payment_means(made: Payment, now: int, expected: Happening | None) -> None:
    assert happening_of(record(), made, now=now, livemode=False) is expected


def test_judge_money_without_a_charge_waits() -> None:
    with pytest.raises(UpstreamFailed):
        happening_of(record(), payment(PaymentStatus.PAID, charge=None), now=0, livemode=False)


def test_progress_of_a_charge_rises_with_its_fee() -> None:
    assert (charge().progress, charge(fee=35, net=4965).progress) == (RECORDED, SETTLED)
