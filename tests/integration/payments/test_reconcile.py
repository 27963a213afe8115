"""What webhooks did not tell is found by asking, in every account, once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core.errors import UpstreamFailed
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.domain.refund import RefundForm, RefundWish
from chalicelib.orders.ports import WantedRefund
from chalicelib.payments.ports import AccountGone, RawEvent, ReconciledUntil
from chalicelib.payments.services.reconcile import LONGEST_SECONDS, MOST_REFUNDS, OVERLAP_SECONDS, STREAM_SECONDS
from tests.harness.shop import OWNER, START, Shop, items_of


def event(event_id: str, session: str, *, livemode: bool = False, created: int = int(START)) -> RawEvent:
    """An event as Stripe lists it."""
    facts = {"id": event_id, "object": "event", "type": "checkout.session.completed", "livemode": livemode}
    return RawEvent(json.dumps({**facts, "data": {"object": {"id": session, "object": "checkout.session"}}}), created)


def test_reconcile_completed_session_of_a_waiting_order_records_its_payment(shop: Shop) -> None:
    record = shop.order((shop.ticket(3), 1))
    shop.payments.pay(shop.checkout(record))
    shop.clock.seconds = START + 119
    assert shop.services.payments.reconcile.reconcile() == 0
    shop.clock.seconds = START + 120
    assert shop.services.payments.reconcile.reconcile() == 1
    assert shop.state(record) is OrderState.PAID
    assert shop.services.payments.reconcile.reconcile() == 0


def test_reconcile_payment_that_came_after_the_hold_is_honoured(shop: Shop) -> None:
    record = shop.order((shop.ticket(3), 1))
    session = shop.checkout(record)
    shop.clock.seconds = START + 1000
    shop.services.payments.expire_orders.expire_orders()
    shop.payments.pay(session)
    assert shop.services.payments.reconcile.reconcile() == 1
    assert shop.state(record) is OrderState.PAID


@pytest.mark.parametrize("named", [None, "nobody", "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_reconcile_session_of_nobody_is_passed_over(shop: Shop, named: str | None) -> None:
    session = shop.checkout(shop.order((shop.ticket(3), 1)))
    shop.payments.pay(session, order_id=named)
    shop.clock.seconds = START + 120
    assert shop.services.payments.reconcile.reconcile() == 0
    assert shop.services.payments.reconciliations.load_last(None) == ReconciledUntil(int(START) + 120, 1)


def test_reconcile_undelivered_events_puts_each_into_the_inbox_once(shop: Shop) -> None:
    shop.payments.events = [event("evt_1", "cs_1"), event("evt_2", "cs_2", livemode=True)]
    assert shop.services.payments.reconcile.reconcile() == 2
    assert shop.services.payments.reconcile.reconcile() == 0
    kept = sorted((item.pk, item.object_id) for item in items_of("StripeInboxTable", "INBOX"))
    assert kept == [("STRIPE_EVENT#evt_1", "cs_1"), ("STRIPE_EVENT#evt_2", "cs_2")]


def test_reconcile_goes_on_from_where_the_last_run_was(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        shop.payments, "list_undelivered", lambda *, since, kinds, account: asked.append(since) or iter([])
    )
    month = 40 * 24 * 3600
    for later in (0, 600, month):
        shop.clock.seconds = START + later
        shop.services.payments.reconcile.reconcile()
    now = int(START)
    assert asked == [now - LONGEST_SECONDS, now - OVERLAP_SECONDS, now + month - LONGEST_SECONDS]


def test_reconcile_while_stripe_is_away_begins_at_the_same_place_next_time(shop: Shop) -> None:
    reconciling = shop.services.payments.reconcile
    reconciling.reconcile()
    shop.clock.seconds = START + 600
    shop.payments.down = True
    assert reconciling.reconcile() == 0
    assert shop.services.payments.reconciliations.load_last(None) == ReconciledUntil(int(START), 1)


def test_reconcile_looks_at_connected_accounts_too(shop: Shop) -> None:
    shop.connect("acct_1")
    record = shop.order((shop.ticket(3), 1))
    session = shop.checkout(record)
    shop.payments.pay(session)
    shop.clock.seconds = START + 120
    shop.services.payments.reconcile.reconcile()
    assert shop.record(record).account == "acct_1"
    assert shop.state(record) is OrderState.PAID


def test_reconcile_asks_an_account_that_was_taken_back_once_a_day_and_fails_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shop.connect("acct_1")
    asked: list[str | None] = []

    def undelivered(*, since: int, kinds: object, account: str | None) -> Iterator[RawEvent]:
        asked.append(account)
        if account is not None:
            raise AccountGone
        return iter([])

    monkeypatch.setattr(shop.payments, "list_undelivered", undelivered)
    for seconds in (0, 600, 1200, 24 * 3600):
        shop.clock.seconds = START + seconds
        shop.services.payments.reconcile.reconcile()
    assert asked == [None, "acct_1", None, None, None, "acct_1"]
    assert "not_reconciled" not in caplog.text
    assert shop.services.payments.reconciliations.load_last("acct_1") == ReconciledUntil(
        0, 2, int(START) + 2 * 24 * 3600
    )


def test_reconcile_looks_at_an_account_that_was_given_again_in_the_next_run(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.connect("acct_1")
    asked: list[str | None] = []
    is_gone = True

    def undelivered(*, since: int, kinds: object, account: str | None) -> Iterator[RawEvent]:
        asked.append(account)
        if account is not None and is_gone:
            raise AccountGone
        return iter([])

    monkeypatch.setattr(shop.payments, "list_undelivered", undelivered)
    shop.services.payments.reconcile.reconcile()
    is_gone = False
    shop.clock.seconds += 600
    shop.hear("acct_1", kind="account.updated", account="acct_1")
    shop.services.payments.reconcile.reconcile()
    assert asked == [None, "acct_1", None, "acct_1"]
    assert shop.services.payments.reconciliations.load_last("acct_1") == ReconciledUntil(int(START) + 600, 3)


def test_reconcile_leaves_an_account_that_is_still_gone_to_rest(shop: Shop) -> None:
    shop.connect("acct_1")
    reconciliations = shop.services.payments.reconciliations
    resting = ReconciledUntil(0, 0, int(START) + 1000)
    reconciliations.save("acct_1", resting)
    shop.at_stripe.ready["acct_1"] = None
    shop.hear("acct_1", kind="account.updated", account="acct_1")
    assert reconciliations.load_last("acct_1") == resting._replace(version=1)


def test_reconcile_goes_on_when_one_session_cannot_be_looked_at(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (shop.order((shop.ticket(3), 1)) for _ in range(2))
    for record in (first, second):
        shop.payments.pay(shop.checkout(record))
    look = shop.payments.read_payment

    def stumble(object_id: str, *, account: str | None = None) -> Any:
        if first.id in object_id:
            raise KeyError
        return look(object_id, account=account)

    monkeypatch.setattr(shop.payments, "read_payment", stumble)
    shop.clock.seconds = START + 120
    assert shop.services.payments.reconcile.reconcile() == 1
    assert (shop.state(first), shop.state(second)) == (OrderState.RESERVED, OrderState.PAID)
    assert shop.services.payments.reconciliations.load_last(None) == ReconciledUntil(int(START) + 120, 1)


def test_reconcile_without_time_for_sessions_saves_how_far_it_was_and_looks_again(shop: Shop) -> None:
    record = shop.order((shop.ticket(3), 1))
    shop.payments.pay(shop.checkout(record))
    shop.clock.seconds = START + 120
    assert shop.services.payments.reconcile.reconcile(until=shop.clock.seconds) == 0
    assert shop.services.payments.reconciliations.load_last(None) == ReconciledUntil(int(START) + 120, 1)
    assert shop.services.payments.reconcile.reconcile() == 1
    assert shop.state(record) is OrderState.PAID


def test_reconcile_refund_that_the_stream_gave_up_on_is_made_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    record = shop.order((shop.ticket(3), 1))
    shop.payments.pay(shop.checkout(record))
    shop.clock.seconds = START + 120
    shop.services.payments.reconcile.reconcile()
    wish = shop.services.payments.refund_payment.request_refund(record.id, RefundForm(), caller=OWNER, key="wish")
    with monkeypatch.context() as patch:
        patch.setattr(shop.payments, "refund", away)
        shop.clock.seconds = START + 120 + STREAM_SECONDS
        assert shop.services.payments.reconcile.reconcile() == 1
    assert (shop.state(record), shop.wishes()) == (OrderState.PAID, [wish])
    shop.clock.seconds += 600
    assert shop.services.payments.reconcile.reconcile() == 1
    assert shop.state(record) is OrderState.REFUNDED
    assert shop.services.payments.reconcile.reconcile() == 0
    assert items_of("WantedItem", "WANTED#") == []


def test_reconcile_leaves_a_fresh_refund_to_the_stream(shop: Shop) -> None:
    record = shop.order((shop.ticket(3), 1))
    shop.payments.pay(shop.checkout(record))
    shop.clock.seconds = START + 120
    shop.services.payments.reconcile.reconcile()
    shop.services.payments.refund_payment.request_refund(record.id, RefundForm(), caller=OWNER, key="wish")
    shop.clock.seconds += STREAM_SECONDS - 1
    assert shop.services.payments.reconcile.reconcile() == 0
    assert shop.state(record) is OrderState.PAID


def test_reconcile_many_stuck_refunds_gives_each_a_turn(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = [WantedRefund(f"order{number:03}", "wish") for number in range(120)]
    tried: list[str] = []
    reconciling = shop.services.payments.reconcile
    monkeypatch.setattr(shop.services.orders.store, "load_wanted", lambda *, before, now: stuck, raising=False)
    monkeypatch.setattr(
        shop.services.payments.refund_payment, "carry_out", lambda order_id, key: tried.append(order_id)
    )
    for _ in range(3):
        assert reconciling.reconcile() == MOST_REFUNDS
        shop.clock.seconds += STREAM_SECONDS
    assert sorted(set(tried)) == [wanted.order_id for wanted in stuck]


def away(wish: RefundWish) -> str:
    """Stripe, when it does not answer."""
    raise UpstreamFailed("away")
