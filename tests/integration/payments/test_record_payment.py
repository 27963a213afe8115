"""Payments become charges and paid orders, once, in whatever order Stripe's events come."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.catalog.ports import Lost
from chalicelib.core.errors import UpstreamFailed
from chalicelib.core.preconditions import ANY
from chalicelib.orders.domain.charge import PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState, Reason
from chalicelib.orders.ports import SaleChange
from tests.harness.shop import (
    BUYER,
    OWNER,
    START,
    Shop,
    Stock,
    inbox,
    items_of,
    mails,
    stock_of,
    together,
)


def reserved(shop: Shop, quantity: int = 2, stock: int = 5) -> tuple[OrderRecord, str, str]:
    """An order with an open checkout: order, session id, ticket type."""
    ticket = shop.ticket(stock)
    record = shop.order((ticket, quantity))
    return record, shop.checkout(record), ticket


def effects() -> dict[str, int]:
    """How many charges, notifications and mails there are."""
    return {
        "charges": len(items_of("ChargeItem", "CHARGE#")),
        "notifications": len(items_of("NotificationItem", "NOTIFICATION#")),
        "mails": len(items_of("MailItem", "MAIL")),
    }


ONCE = {"charges": 1, "notifications": 1, "mails": 1}


def test_record_paid_session_makes_charge_paid_order_sold_stock_and_notices(shop: Shop) -> None:
    record, session, ticket = reserved(shop)
    charge_id = shop.payments.pay(session)
    shop.hear(session)
    stored = shop.record(record)
    assert (stored.state, stored.facts.charge_id, stored.customer_id) == (OrderState.PAID, charge_id, "cus_1")
    assert stored.ticket_secret is not None
    assert stored.order.paid_at is not None
    assert stored.order.expires_at is None
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
    assert effects() == ONCE
    assert [item.unread for item in items_of("UnreadCounterItem", "COUNTER")] == [1]


@pytest.mark.parametrize("events", [lambda n: "evt_1", lambda n: f"evt_{n}"], ids=["same event", "new event ids"])
def test_record_same_payment_twenty_times_at_once_has_effects_once(shop: Shop, events: Callable[[int], str]) -> None:
    record, session, ticket = reserved(shop)
    shop.payments.pay(session)
    assert together(20, lambda number: shop.hear(session, event_id=events(number))) == [None] * 20
    assert shop.state(record) is OrderState.PAID
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
    assert effects() == ONCE


def test_record_charge_before_session_completed_converges(shop: Shop) -> None:
    record, session, _ = reserved(shop)
    charge_id = shop.payments.pay(session)
    shop.payments.settled = True
    shop.hear(charge_id, kind="charge.updated", event_id="evt_3")
    shop.hear(charge_id, kind="charge.succeeded", event_id="evt_2")
    shop.hear(session, event_id="evt_1")
    shop.hear(session, kind="checkout.session.expired", event_id="evt_0")
    assert shop.state(record) is OrderState.PAID
    assert effects() == ONCE


def test_record_charge_updated_fills_in_fee_and_net(shop: Shop) -> None:
    record, session, _ = reserved(shop)
    charge_id = shop.payments.pay(session)
    shop.hear(session)
    before = shop.services.orders.view.load_charges(record.id)[0]
    assert '"fee":null,"net":null' in before
    shop.payments.settled = True
    shop.hear(charge_id, kind="charge.updated", event_id="evt_2")
    shop.payments.settled = False
    shop.hear(charge_id, kind="charge.succeeded", event_id="evt_late")
    after = shop.services.orders.view.load_charges(record.id)
    assert len(after) == 1
    assert '"fee":35,"net":4965,"fee_currency":"EUR"' in after[0]
    assert not items_of("ChargeItem", "CHARGE#")[0].surplus


@pytest.mark.parametrize("changes", [{"amount": 4999}, {"amount": 5001}, {"currency": "USD"}, {"livemode": True}])
def test_record_mismatch_holds_the_money_and_issues_nothing(shop: Shop, changes: dict[str, Any]) -> None:
    record, session, ticket = reserved(shop)
    shop.payments.pay(session, **changes)
    shop.hear(session)
    stored = shop.record(record)
    assert stored.state is OrderState.REVIEW
    assert stored.note is not None
    assert stored.note.startswith("Stripe took ")
    assert stored.ticket_secret is None
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)
    assert effects() == {"charges": 1, "notifications": 1, "mails": 0}
    assert inbox(OWNER) == ["A payment needs a look: Alpine Python Days"]


def test_record_second_payment_is_refunded_and_the_order_stays_paid(shop: Shop) -> None:
    record, session, ticket = reserved(shop)
    first = shop.payments.pay(session)
    shop.hear(session)
    second = shop.payments.pay(session)
    for number in range(3):
        shop.hear(second, kind="charge.succeeded", event_id=f"evt_s{number}")
    shop.carry_out_refunds()
    shop.carry_out_refunds()
    assert shop.state(record) is OrderState.PAID
    assert shop.record(record).facts.charge_id == first
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
    assert [shop.payments.charge(id).returned for id in (first, second)] == [0, 5000]
    assert set(inbox(BUYER)) == {"Paid: Alpine Python Days", "Paid twice: Alpine Python Days"}
    assert len(inbox(BUYER)) == 2
    assert {item.sk.partition("#")[2]: item.surplus for item in items_of("ChargeItem", "CHARGE#")} == {
        first: None,
        second: True,
    }


def test_record_unpaid_completion_waits_and_keeps_the_hold(shop: Shop) -> None:
    record, session, ticket = reserved(shop)
    shop.payments.set_status(session, PaymentStatus.UNPAID)
    shop.hear(session)
    assert shop.state(record) is OrderState.PENDING
    shop.clock.seconds += 10_000
    shop.services.payments.expire_orders.expire_orders()
    assert stock_of(ticket).held == 2
    shop.payments.pay(session)
    shop.hear(session, kind="checkout.session.async_payment_succeeded", event_id="evt_2")
    assert shop.state(record) is OrderState.PAID


def test_record_failed_asynchronous_payment_gives_stock_back(shop: Shop) -> None:
    record, session, ticket = reserved(shop)
    shop.payments.set_status(session, PaymentStatus.UNPAID)
    shop.hear(session)
    shop.payments.set_status(session, PaymentStatus.FAILED)
    for number in range(3):
        shop.hear(session, kind="checkout.session.async_payment_failed", event_id=f"evt_f{number}")
    assert shop.state(record) is OrderState.CANCELLED
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)


def test_record_session_expired_while_the_hold_lasts_lets_the_buyer_try_again(shop: Shop) -> None:
    record, session, _ = reserved(shop)
    shop.payments.close_checkout(session)
    shop.hear(session, kind="checkout.session.expired")
    assert shop.state(record) is OrderState.RESERVED
    assert shop.checkout(record) == f"cs_{record.id}_2"


def test_record_late_payment_with_stock_left_is_honoured(shop: Shop) -> None:
    record, session, ticket = reserved(shop)
    expire(shop, record, session)
    shop.payments.pay(session)
    shop.hear(session)
    assert shop.state(record) is OrderState.PAID
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)


@pytest.mark.parametrize("has_expired", [False, True])
def test_record_payment_for_an_event_that_was_closed_meanwhile_sends_it_back(shop: Shop, has_expired: bool) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    session = shop.checkout(record)
    if has_expired:
        expire(shop, record, session)
    shop.services.content.edit_events.update_event(
        shop.event_id, {"state": "archived"}, caller=OWNER, match=frozenset({ANY})
    )
    shop.payments.pay(session)
    shop.hear(session)
    assert (shop.state(record), shop.record(record).order.reason) == (OrderState.CANCELLED, Reason.EVENT_CLOSED)
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)
    shop.carry_out_refunds()
    shop.hear(session, event_id="evt_2")
    assert shop.state(record) is OrderState.REFUNDED
    assert [(wish.amount, wish.standing.value) for wish in shop.wishes()] == [(5000, "done")]
    assert "Not taking place: Alpine Python Days" in mails()
    assert shop.record(record).ticket_secret is None


def test_record_payment_for_an_event_that_went_back_to_draft_is_honoured(shop: Shop) -> None:
    record, session, _ = reserved(shop)
    shop.services.content.edit_events.update_event(
        shop.event_id, {"state": "draft"}, caller=OWNER, match=frozenset({ANY})
    )
    shop.payments.pay(session)
    shop.hear(session)
    assert shop.state(record) is OrderState.PAID


def test_record_two_late_payers_for_the_last_ticket_one_wins(shop: Shop) -> None:
    ticket = shop.ticket(2)
    orders = [shop.order((ticket, 1)) for _ in range(2)]
    sessions = [shop.checkout(record) for record in orders]
    for record, session in zip(orders, sessions, strict=True):
        expire(shop, record, session)
    shop.order((ticket, 1))
    for session in sessions:
        shop.payments.pay(session)
    together(2, lambda number: shop.hear(sessions[number], event_id=f"evt_{number}"))
    shop.carry_out_refunds()
    assert sorted(shop.state(record).value for record in orders) == ["paid", "refunded"]
    assert stock_of(ticket) == Stock(left=0, held=1, sold=1, capacity=2)
    loser = next(shop.record(record) for record in orders if shop.state(record) is OrderState.REFUNDED)
    assert loser.order.reason is Reason.PAID_TOO_LATE
    assert loser.facts.wanted == 0
    assert [wish.standing.value for wish in shop.wishes()] == ["done"]
    assert sum(shop.payments.charge(id).returned for id in shop.payments.charges) == 2500


def test_record_late_payment_that_goes_back_never_takes_tickets_that_come_free(shop: Shop) -> None:
    ticket = shop.ticket(1)
    record = shop.order((ticket, 1))
    session = shop.checkout(record)
    expire(shop, record, session)
    other = shop.order((ticket, 1))
    charge_id = shop.payments.pay(session)
    shop.hear(session)
    shop.services.payments.cancel_order.cancel_order(other.id, caller=BUYER, access=None)
    shop.hear(charge_id, kind="charge.updated", event_id="evt_2")
    assert shop.state(record) is OrderState.EXPIRED
    shop.carry_out_refunds()
    assert shop.state(record) is OrderState.REFUNDED
    assert stock_of(ticket) == Stock(left=1, held=0, sold=0, capacity=1)


def expire(shop: Shop, record: OrderRecord, session: str) -> None:
    """Let the hold end as if the payment had slipped through behind it."""
    shop.clock.seconds = START + 1_000
    shop.services.payments.expire_orders.expire_orders()
    assert shop.state(record) is OrderState.EXPIRED
    shop.clock.seconds = START + 1_200


def test_record_payment_of_a_cancelled_order_goes_back(shop: Shop) -> None:
    record, session, ticket = reserved(shop)
    shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None)
    charge_id = shop.payments.pay(session)
    shop.hear(session)
    shop.carry_out_refunds()
    assert shop.state(record) is OrderState.REFUNDED
    assert shop.payments.charge(charge_id).returned == 5000
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)


def test_record_payment_in_another_account_is_quarantined_and_touches_nothing(shop: Shop) -> None:
    record, session, ticket = reserved(shop)
    charge_id = shop.payments.pay(session, account="acct_other")
    shop.hear(session, account="acct_other")
    assert shop.record(record).version == 2
    assert stock_of(ticket).held == 2
    assert [item.pk for item in items_of("OrphanItem", "ORPHAN")] == [f"ORPHAN#{charge_id}"]


@pytest.mark.parametrize("named", [None, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "../../etc", "x" * 5000])
def test_record_payment_that_names_no_order_is_kept_as_orphan(shop: Shop, named: str | None) -> None:
    _, session, _ = reserved(shop)
    charge_id = shop.payments.pay(session)
    shop.payments.sessions[session] = shop.payments.sessions[session]._replace(order_id=named)
    shop.hear(session)
    shop.hear(session, event_id="evt_2")
    assert [item.pk for item in items_of("OrphanItem", "ORPHAN")] == [f"ORPHAN#{charge_id}"]
    assert effects()["charges"] == 0


def test_record_stripe_away_raises_and_the_next_try_has_the_effects(shop: Shop) -> None:
    record, session, _ = reserved(shop)
    shop.payments.pay(session)
    shop.payments.down = True
    with pytest.raises(UpstreamFailed):
        shop.hear(session)
    assert shop.state(record) is OrderState.RESERVED
    shop.payments.down = False
    shop.hear(session)
    assert shop.state(record) is OrderState.PAID


def test_record_killed_after_commit_and_repeated_changes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    record, session, _ = reserved(shop)
    shop.payments.pay(session)
    orders = shop.services.orders.store
    write = orders.write_order

    def die_after(change: SaleChange) -> None:
        write(change)
        raise SystemExit

    monkeypatch.setattr(orders, "write_order", die_after)
    with pytest.raises(SystemExit):
        shop.hear(session)
    monkeypatch.setattr(orders, "write_order", lambda change: pytest.fail("wrote again"))
    shop.hear(session)
    monkeypatch.setattr(orders, "write_order", write)
    assert shop.state(record) is OrderState.PAID
    assert effects() == ONCE


def test_record_killed_before_commit_and_repeated_has_effects_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    record, session, _ = reserved(shop)
    shop.payments.pay(session)

    def die(change: SaleChange) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(shop.services.orders.store, "write_order", die)
        with pytest.raises(SystemExit):
            shop.hear(session)
    assert effects() == {"charges": 0, "notifications": 0, "mails": 0}
    shop.hear(session)
    assert shop.state(record) is OrderState.PAID
    assert effects() == ONCE


def test_record_lost_order_condition_reads_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    record, session, _ = reserved(shop)
    shop.payments.pay(session)
    orders = shop.services.orders.store
    write, tried = orders.write_order, []

    def lose_once(change: SaleChange) -> None:
        tried.append(change)
        if len(tried) == 1:
            raise Lost(frozenset({"order"}))
        write(change)

    monkeypatch.setattr(orders, "write_order", lose_once)
    shop.hear(session)
    assert (len(tried), shop.state(record)) == (2, OrderState.PAID)


def test_record_ignored_or_unknown_events_do_nothing(shop: Shop) -> None:
    record, session, _ = reserved(shop)
    shop.payments.pay(session)
    shop.hear(session, kind="customer.created")
    assert shop.state(record) is OrderState.RESERVED
    assert effects()["charges"] == 0
