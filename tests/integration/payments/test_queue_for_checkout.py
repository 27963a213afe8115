"""More people want to pay than Stripe opens checkouts for: they stand in line, and keep their tickets meanwhile."""

import math
from datetime import timedelta

import pytest

from chalicelib.aws.dynamo_lines import DynamoLines
from chalicelib.core.errors import Busy, OrderNotPayable, UpstreamFailed, WaitInLine
from chalicelib.orders.domain.order import Checkout, OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.payments.adapters.stripe_pace import CHECKOUTS_A_SECOND
from chalicelib.payments.domain.deadline import ASKED_WITHIN_SECONDS, asks_until
from chalicelib.payments.ports import CheckoutRequest
from chalicelib.payments.services.queue_for_checkout import CLAIM_SECONDS, LINE, LONGEST_SECONDS
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.environment import VARIABLES
from tests.harness.shop import BUYER, START, Shop, stock_of, together

HOLD = 900
AHEAD = 600.0


@pytest.fixture
def shop(database: DatabaseEndpoint) -> Shop:
    """A shop that opens as many checkouts as Stripe takes."""
    made = Shop()
    made.services.payments.stripe_share = 1.0
    return made


def stand_before_others(shop: Shop, seconds: float = AHEAD) -> None:
    """So many people are in line that the next place is that far away."""
    lines = DynamoLines(shop.services.aws.dynamodb, table_prefix=VARIABLES["TABLE_PREFIX"])
    assert lines.take(LINE, now=shop.clock.now(), every=seconds, most=60) is not None


def press(shop: Shop, record: OrderRecord) -> str | WaitInLine:
    """The buyer presses Pay: the checkout's URL, or that others are first."""
    try:
        return shop.services.payments.open_checkout.open_checkout(record.id, caller=BUYER, access=None)
    except WaitInLine as wait:
        return wait


def told(answer: str | WaitInLine) -> int:
    """After how many seconds to come again."""
    assert isinstance(answer, WaitInLine), answer
    assert answer.code == "wait_in_line"
    assert f"your turn comes in {answer.retry_after} seconds" in answer.detail
    return answer.retry_after


def test_pay_behind_others_takes_one_place_and_holds_until_then_and_its_time(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    assert record.deadline == START + HOLD
    stand_before_others(shop)
    assert 600 <= told(press(shop, record)) <= 603
    kept = shop.record(record)
    assert (kept.pays_from, kept.deadline) == (START + AHEAD, START + AHEAD + HOLD)
    assert kept.order.expires_at is not None
    assert record.order.expires_at is not None
    assert kept.order.expires_at - record.order.expires_at == timedelta(seconds=AHEAD)
    shop.clock.seconds += 100
    assert 500 <= told(press(shop, record)) <= 503
    assert shop.record(record) == kept
    shop.clock.seconds = START + AHEAD
    assert press(shop, record) == f"https://stripe.test/cs_{record.id}_1"
    assert shop.record(record).deadline == kept.deadline
    assert [request.expires_at for request in shop.payments.opened] == [kept.deadline + 31 * 60]


def test_pay_in_the_order_of_places_not_of_coming_back(shop: Shop) -> None:
    ticket = shop.ticket(50)
    stand_before_others(shop)
    orders = [shop.order((ticket, 1)) for _ in range(CHECKOUTS_A_SECOND * 2)]
    waits = [told(press(shop, record)) for record in orders]
    assert min(waits) >= 600
    assert max(waits) <= 600 + 2 + 3
    places = [shop.record(record).pays_from for record in orders]
    assert places == sorted(places, key=lambda place: place or 0)


def test_pay_without_a_crowd_changes_neither_deadline_nor_place(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    assert press(shop, record) == f"https://stripe.test/cs_{record.id}_1"
    assert (shop.record(record).pays_from, shop.record(record).deadline) == (None, record.deadline)


def test_pay_behind_a_line_that_is_too_long_prolongs_no_hold(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    stand_before_others(shop, LONGEST_SECONDS + 1)
    answer = press(shop, record)
    assert isinstance(answer, WaitInLine)
    assert (answer.code, answer.detail) == (
        "line_too_long",
        "Too many people are paying right now. Your tickets are held until the time that is shown, not for longer."
        " Press Pay again in a minute.",
    )
    assert 60 <= answer.retry_after <= 63
    assert shop.record(record) == record


def test_hold_of_who_waits_in_line_ends_after_its_turn_and_its_time(shop: Shop) -> None:
    ticket = shop.ticket(1)
    record = shop.order((ticket, 1))
    stand_before_others(shop)
    press(shop, record)
    shop.clock.seconds = START + AHEAD + HOLD - 1
    shop.services.payments.expire_orders.expire_orders()
    assert (shop.state(record), stock_of(ticket).held) == (OrderState.RESERVED, 1)
    shop.clock.seconds += 61
    shop.services.payments.expire_orders.expire_orders()
    assert (shop.state(record), stock_of(ticket).left) == (OrderState.EXPIRED, 1)
    with pytest.raises(OrderNotPayable):
        shop.services.payments.open_checkout.open_checkout(record.id, caller=BUYER, access=None)


def test_hold_that_was_prolonged_after_it_was_found_over_does_not_end(shop: Shop) -> None:
    """The timer, or the mark of an offer by its old deadline, comes to an order that got its place a moment ago."""
    record = shop.order((shop.ticket(1), 1))
    shop.clock.seconds = record.deadline - 1
    stand_before_others(shop)
    press(shop, record)
    shop.clock.seconds = record.deadline + 1
    assert shop.services.payments.expire_orders.expire_order(record.id) is False
    assert shop.state(record) is OrderState.RESERVED


def test_pay_by_twenty_presses_at_once_takes_one_place(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    stand_before_others(shop)
    waits = {told(answer) for answer in together(20, lambda _: press(shop, record))}
    assert len(waits) == 1
    place = shop.record(record).pays_from
    assert place is not None
    assert shop.record(record).version == record.version + 1
    shop.clock.seconds = float(place)
    assert set(together(20, lambda _: press(shop, record))) == {f"https://stripe.test/cs_{record.id}_1"}


def test_pay_whose_order_is_put_in_line_by_another_request_keeps_its_checkout(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request had a place at once, the other one a moment later had not."""
    record = shop.order((shop.ticket(5), 1))
    opening = shop.payments.open_checkout

    def meanwhile(request: CheckoutRequest) -> Checkout:
        monkeypatch.setattr(shop.payments, "open_checkout", opening)
        shop.clock.seconds += CLAIM_SECONDS  # it takes so long that the other one does not wait for it
        stand_before_others(shop)
        told(press(shop, record))
        return opening(request)

    shop.clock.seconds += 10
    monkeypatch.setattr(shop.payments, "open_checkout", meanwhile)
    url = press(shop, record)
    assert url == f"https://stripe.test/cs_{record.id}_1"
    kept = shop.record(record)
    assert kept.checkout == Checkout(f"cs_{record.id}_1", str(url))
    assert (kept.pays_from, press(shop, record)) == (START + 10 + CLAIM_SECONDS + AHEAD, url)
    assert len(shop.payments.opened) == 1


def test_pay_when_stripes_own_line_is_full_is_told_to_come_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    record = shop.order((shop.ticket(5), 1))

    def full(request: CheckoutRequest) -> Checkout:
        raise Busy("Too much is asked of the payment service at once.")

    monkeypatch.setattr(shop.payments, "open_checkout", full)
    assert 3 <= told(press(shop, record)) <= 6
    assert shop.record(record) == record


def test_pay_by_many_presses_at_once_behind_others_moves_the_line_by_one_place(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    stand_before_others(shop)
    assert len({told(answer) for answer in together(16, lambda _: press(shop, record))}) == 1
    place = shop.record(record).pays_from
    assert place == START + AHEAD
    lines = DynamoLines(shop.services.aws.dynamodb, table_prefix=VARIABLES["TABLE_PREFIX"])
    after = lines.take(LINE, now=shop.clock.now(), every=1, most=LONGEST_SECONDS)
    assert after == round(place + 1 / CHECKOUTS_A_SECOND, 3)


def test_pay_by_many_presses_at_once_without_a_crowd_opens_one_checkout_at_one_place(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    assert set(together(16, lambda _: press(shop, record))) == {f"https://stripe.test/cs_{record.id}_1"}
    lines = DynamoLines(shop.services.aws.dynamodb, table_prefix=VARIABLES["TABLE_PREFIX"])
    after = lines.take(LINE, now=shop.clock.now(), every=1, most=LONGEST_SECONDS)
    assert after == round(START + 1 / CHECKOUTS_A_SECOND, 3)


def test_pay_whose_checkout_failed_to_open_may_be_pressed_again_at_once(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    shop.payments.down = True
    with pytest.raises(UpstreamFailed):
        press(shop, record)
    shop.payments.down = False
    assert press(shop, record) == f"https://stripe.test/cs_{record.id}_1"


def test_pay_while_another_request_is_opening_its_checkout_for_long_is_told_to_come_again(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    lines = DynamoLines(shop.services.aws.dynamodb, table_prefix=VARIABLES["TABLE_PREFIX"])
    assert lines.take(f"pay.{record.id}", now=shop.clock.now(), every=3, most=0) is not None
    shop.services.sleep = lambda seconds: None
    assert 3 <= told(press(shop, record)) <= 6
    assert shop.payments.opened == []
    shop.clock.seconds += 3
    assert press(shop, record) == f"https://stripe.test/cs_{record.id}_1"


def test_buyer_who_pays_or_cancels_asks_stripe_for_seconds_only(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    record = shop.order((shop.ticket(5), 1))
    until: list[float] = []
    for name in ("open_checkout", "close_checkout"):
        asked = getattr(shop.payments, name)
        noted = lambda *told, asked=asked, **more: (until.append(asks_until()), asked(*told, **more))[1]  # noqa: E731
        monkeypatch.setattr(shop.payments, name, noted)
    press(shop, record)
    shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None)
    assert until == [START + ASKED_WITHIN_SECONDS] * 2
    assert asks_until() == math.inf
