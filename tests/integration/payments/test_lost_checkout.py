"""A checkout was opened but its answer lost: the order can still be paid, also when its deadline has changed."""

import msgspec
import pytest

from chalicelib.aws.dynamo_lines import DynamoLines
from chalicelib.core.errors import WaitInLine
from chalicelib.orders.domain.order import Checkout
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.ports import SaleChange
from chalicelib.payments.ports import CheckoutRequest
from chalicelib.payments.services.queue_for_checkout import LINE
from tests.harness.double_shop import DoubleShop
from tests.harness.environment import VARIABLES
from tests.harness.shop import BUYER, START, Shop, stock_of


def press(shop: Shop, order_id: str) -> str | None:
    """Presses Pay. Returns the checkout's URL, or None when others are first in line."""
    try:
        return shop.services.payments.open_checkout.open_checkout(order_id, caller=BUYER, access=None)
    except WaitInLine:
        return None


class Killed(BaseException):
    """Simulates the death of the process."""


def test_pay_whose_first_answer_was_lost_before_the_line_opens_another_checkout(
    double_shop: DoubleShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = double_shop
    shop.services.payments.stripe_share = 1.0
    ticket = shop.ticket(5)
    record = shop.order((ticket, 1))
    gateway, lost = shop.services.payments.stripe, []
    opened = gateway.open_checkout

    def open_and_die(request: CheckoutRequest) -> Checkout:
        lost.append(opened(request))
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(gateway, "open_checkout", open_and_die)
        with pytest.raises(Killed):
            press(shop, record.id)
    lines = DynamoLines(shop.services.aws.dynamodb, table_prefix=VARIABLES["TABLE_PREFIX"])
    assert lines.take(LINE, now=shop.clock.now(), every=600, most=60) is not None
    assert press(shop, record.id) is None
    shop.pass_time(601)
    url = press(shop, record.id)
    checkout = shop.record(record).checkout
    assert checkout is not None
    assert (checkout.url, checkout.id != lost[0].id) == (url, True)
    shop.double.pay(checkout.id)
    shop.settle()
    shop.pass_time(2 * 3600)  # nobody has the URL of the lost checkout: it expires and changes nothing
    shop.settle()
    assert (shop.state(record), stock_of(ticket).sold) == (OrderState.PAID, 1)


def test_pay_in_the_last_minutes_of_a_long_hold_opens_a_checkout(double_shop: DoubleShop) -> None:
    """An offer is held as long as its ticket type says, which may be longer than a checkout session."""
    shop = double_shop
    record = shop.order((shop.ticket(5), 1))
    held = msgspec.structs.replace(record, deadline=int(START) + 26 * 3600, version=record.version + 1)
    shop.services.orders.store.write_order(SaleChange(before=record, after=held))
    shop.pass_time(26 * 3600 - 60)
    assert press(shop, record.id) is not None
