"""Every amount that Stripe is asked for or sent back obeys its currency: step, and how many digits it may have."""

import pytest

from chalicelib.core.errors import InvalidInput
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.domain.refund import RefundForm
from tests.harness.shop import BUYER, OWNER, Shop


def shop_in(shop: Shop, currency: str) -> None:
    shop.event_id = shop.make_event(currency=currency)


def ordered(shop: Shop, amount: int, currency: str, quantity: int = 1) -> OrderRecord:
    shop_in(shop, currency)
    return shop.order((shop.ticket(50, amount=amount, currency=currency), quantity))


def paid(shop: Shop, amount: int, currency: str) -> tuple[OrderRecord, str]:
    record = ordered(shop, amount, currency)
    session = shop.checkout(record)
    charge_id = shop.payments.pay(session)
    shop.hear(session)
    assert shop.state(record) is OrderState.PAID
    return record, charge_id


def test_order_of_two_in_rupiah_takes_twelve_digits(shop: Shop) -> None:
    record = ordered(shop, 60_000_000, "IDR", 2)
    assert (record.order.total.amount, record.state) == (120_000_000, OrderState.RESERVED)
    assert shop.checkout(record)


@pytest.mark.parametrize(("amount", "currency"), [(60_000_000, "COP"), (500_000_000_001, "IDR")])
def test_order_of_two_above_the_largest_payment_is_refused(shop: Shop, amount: int, currency: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        ordered(shop, amount, currency, 2)
    assert refusal.value.code == "above_maximum"
    assert "the largest payment is" in refusal.value.violations[0].detail


@pytest.mark.parametrize(("currency", "fee"), [("KWD", 370), ("BHD", 370), ("ISK", 300), ("UGX", 300), ("EUR", 375)])
def test_pay_with_application_fee_sends_whole_steps(shop: Shop, currency: str, fee: int) -> None:
    record = ordered(shop, 12_500, currency)
    shop.connect("acct_1")
    shop.checkout(record)
    assert shop.payments.opened[0].fee == fee


@pytest.mark.parametrize(
    ("amount", "currency", "rule"),
    [(1005, "KWD", "must be a multiple of 10 in KWD"), (1050, "UGX", "must be a multiple of 100 in UGX")],
)
def test_refund_of_a_part_that_is_no_whole_step_is_refused(shop: Shop, amount: int, currency: str, rule: str) -> None:
    record, _ = paid(shop, 12_500, currency)
    with pytest.raises(InvalidInput) as refusal:
        shop.services.payments.refund_payment.request_refund(
            record.id, RefundForm(amount=amount), caller=OWNER, key="01"
        )
    assert [(one.pointer, one.detail) for one in refusal.value.violations] == [("/amount", rule)]
    assert shop.wishes() == []


def test_refund_of_all_that_is_left_is_rounded_down_to_a_whole_step(shop: Shop) -> None:
    record, charge_id = paid(shop, 12_500, "ISK")
    shop.payments.refund_in_dashboard(charge_id, 1_250)  # made before fractions were gone
    shop.hear(charge_id, kind="charge.refunded", event_id="evt_2")
    wish = shop.services.payments.refund_payment.request_refund(record.id, RefundForm(), caller=OWNER, key="01")
    assert wish.amount == 11_200


def test_refund_that_is_due_is_rounded_down_to_a_whole_step(shop: Shop) -> None:
    record = ordered(shop, 12_500, "KWD")
    session = shop.checkout(record)
    shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None)
    charge_id = shop.payments.pay(session)
    shop.payments.refund_in_dashboard(charge_id, 1_255)
    shop.hear(session)
    assert [wish.amount for wish in shop.wishes()] == [11_240]


def test_refund_of_a_payment_in_another_currency_obeys_the_currency_of_the_payment(shop: Shop) -> None:
    record = ordered(shop, 12_500, "UGX")
    session = shop.checkout(record)
    shop.payments.pay(session, amount=1005, currency="EUR")
    shop.hear(session)
    assert shop.state(record) is OrderState.REVIEW
    wish = shop.services.payments.refund_payment.request_refund(
        record.id, RefundForm(amount=1005), caller=OWNER, key="01"
    )
    assert (wish.amount, wish.currency) == (1005, "EUR")
