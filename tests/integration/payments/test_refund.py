"""Refunds and disputes: from staff, from Stripe's dashboard, once, never more than there is."""

import pytest

from chalicelib.core.errors import Conflict, Forbidden, InvalidInput, NotFound, UpstreamFailed
from chalicelib.core.ids import make_ulid
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState, Reason
from chalicelib.orders.domain.refund import RefundForm, RefundStanding, RefundWish
from chalicelib.orders.ports import SaleChange
from tests.harness.shop import BUYER, OWNER, Shop, Stock, inbox, mails, stock_of, together

STRANGER = Principal(make_ulid(3, b"stran" * 2), make_ulid(3, b"famil" * 2))
EVENT = "Alpine Python Days"


def paid(shop: Shop, quantity: int = 2, stock: int = 5) -> tuple[OrderRecord, str, str]:
    """A paid order: order, charge, ticket type."""
    ticket = shop.ticket(stock)
    record = shop.order((ticket, quantity))
    session = shop.checkout(record)
    charge_id = shop.payments.pay(session)
    shop.hear(session)
    return record, charge_id, ticket


def ask(shop: Shop, record: OrderRecord, amount: int | None = None, *, key: str = "01") -> RefundWish:
    """Staff want a refund."""
    return shop.services.payments.refund_payment.request_refund(
        record.id, RefundForm(amount=amount), caller=OWNER, key=key
    )


def test_refund_all_by_staff_voids_the_order_returns_stock_and_tells_the_buyer(shop: Shop) -> None:
    record, charge_id, ticket = paid(shop)
    assert ask(shop, record).standing is RefundStanding.WANTED
    assert shop.state(record) is OrderState.PAID
    shop.carry_out_refunds()
    stored = shop.record(record)
    assert (stored.state, stored.facts.refunded, stored.facts.wanted) == (OrderState.REFUNDED, 5000, 0)
    assert stored.order.refunded is not None
    assert stored.order.refunded.amount == 5000
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)
    assert shop.payments.charge(charge_id).returned == 5000
    assert [wish.refund_id for wish in shop.wishes()] == [f"re_{charge_id}_0"]
    assert sorted(inbox(BUYER)) == [f"Paid: {EVENT}", f"Refunded: {EVENT}"]
    assert sorted(mails()) == [f"Refunded: {EVENT}", f"Your tickets for {EVENT}"]


def test_refund_in_parts_keeps_the_tickets_until_all_is_back(shop: Shop) -> None:
    record, _, ticket = paid(shop)
    states = []
    for number, amount in enumerate((1000, 1500, None)):
        ask(shop, record, amount, key=f"0{number}")
        shop.carry_out_refunds()
        states.append((shop.state(record).value, stock_of(ticket).sold, shop.record(record).facts.refunded))
    assert states == [("partially_refunded", 2, 1000), ("partially_refunded", 2, 2500), ("refunded", 0, 5000)]


def test_refund_asked_twice_with_one_key_is_one_refund(shop: Shop) -> None:
    record, charge_id, _ = paid(shop)
    assert ask(shop, record, 700) == ask(shop, record, 700)
    for _ in range(3):
        shop.carry_out_refunds()
    assert shop.payments.charge(charge_id).returned == 700


def test_refund_by_twenty_at_once_never_exceeds_the_payment(shop: Shop) -> None:
    record, charge_id, _ = paid(shop)
    results = together(20, lambda number: ask(shop, record, 2000, key=f"{number:02d}"))
    refused = [type(result) for result in results if not isinstance(result, RefundWish)]
    assert refused == [InvalidInput] * 18
    shop.carry_out_refunds()
    assert shop.payments.charge(charge_id).returned == 4000


def test_refund_more_than_is_left_is_refused_and_changes_nothing(shop: Shop) -> None:
    record, _, _ = paid(shop)
    before = shop.record(record)
    with pytest.raises(InvalidInput) as refusal:
        ask(shop, record, 5001)
    assert [violation.pointer for violation in refusal.value.violations] == ["/amount"]
    assert shop.record(record) == before


def test_refund_of_an_unpaid_order_is_a_conflict(shop: Shop) -> None:
    record = shop.order((shop.ticket(3), 1))
    with pytest.raises(Conflict) as refusal:
        ask(shop, record)
    assert refusal.value.code == "nothing_to_refund"


@pytest.mark.parametrize(("caller", "error"), [(BUYER, Forbidden), (STRANGER, NotFound)])
def test_refund_by_others_than_staff_is_refused(shop: Shop, caller: Principal, error: type[Exception]) -> None:
    record, _, _ = paid(shop)
    with pytest.raises(error):
        shop.services.payments.refund_payment.request_refund(record.id, RefundForm(), caller=caller, key="01")


def test_refund_in_the_dashboard_is_recorded_in_part_and_in_full(shop: Shop) -> None:
    record, charge_id, ticket = paid(shop)
    shop.payments.refund_in_dashboard(charge_id, 1000)
    shop.hear(charge_id, kind="charge.refunded", event_id="evt_r1")
    assert shop.state(record) is OrderState.PARTIALLY_REFUNDED
    shop.payments.refund_in_dashboard(charge_id, 4000)
    for number in range(3):
        shop.hear(charge_id, kind="refund.created", event_id=f"evt_r2{number}")
    assert shop.state(record) is OrderState.REFUNDED
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)


def test_refund_before_the_payment_was_heard_of_ends_refunded_without_tickets(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 2))
    session = shop.checkout(record)
    charge_id = shop.payments.pay(session)
    shop.payments.refund_in_dashboard(charge_id, 5000)
    shop.hear(charge_id, kind="charge.refunded", event_id="evt_r")
    shop.hear(session)
    assert shop.state(record) is OrderState.REFUNDED
    assert shop.record(record).ticket_secret is None
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)


def test_refund_beside_one_in_the_dashboard_is_refused_by_stripe_and_told(shop: Shop) -> None:
    record, charge_id, _ = paid(shop)
    ask(shop, record, 4000)
    shop.payments.refund_in_dashboard(charge_id, 3000)
    shop.carry_out_refunds()
    assert [(wish.standing, wish.failure) for wish in shop.wishes()] == [(RefundStanding.FAILED, "invalid_request")]
    assert shop.record(record).facts.wanted == 0
    assert inbox(OWNER) == [f"A refund failed: {EVENT}"]


def test_refund_that_fails_later_takes_the_tickets_back(shop: Shop) -> None:
    record, charge_id, ticket = paid(shop)
    refund = shop.payments.refund_in_dashboard(charge_id, 5000)
    shop.hear(charge_id, kind="charge.refunded", event_id="evt_r")
    shop.payments.fail_refund(charge_id, refund)
    shop.hear(charge_id, kind="refund.failed", event_id="evt_f")
    assert shop.state(record) is OrderState.PAID
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
    assert inbox(OWNER) == [f"A refund failed: {EVENT}"]
    assert mails().count(f"Your tickets for {EVENT}") == 1


def test_refund_that_fails_after_the_tickets_were_resold_goes_to_review(shop: Shop) -> None:
    record, charge_id, ticket = paid(shop, stock=2)
    refund = shop.payments.refund_in_dashboard(charge_id, 5000)
    shop.hear(charge_id, kind="charge.refunded", event_id="evt_r")
    shop.order((ticket, 2))
    shop.payments.fail_refund(charge_id, refund)
    shop.hear(charge_id, kind="refund.failed", event_id="evt_f")
    stored = shop.record(record)
    assert (stored.state, stored.order.reason) == (OrderState.REVIEW, Reason.TICKETS_GONE)
    assert stock_of(ticket) == Stock(left=0, held=2, sold=0, capacity=2)


def test_refund_due_to_a_late_payment_that_stripe_refuses_goes_to_review(shop: Shop) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 1))
    session = shop.checkout(record)
    shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None)
    shop.payments.pay(session)
    shop.hear(session)
    shop.payments.refusing = True
    shop.carry_out_refunds()
    stored = shop.record(record)
    assert stored.state is OrderState.REVIEW
    assert stored.note is not None
    assert "invalid_request" in stored.note
    assert inbox(OWNER) == [f"A refund failed: {EVENT}"]


@pytest.mark.parametrize("is_second", [False, True])
def test_refund_due_while_disputed_is_made_once_the_dispute_is_won(shop: Shop, is_second: bool) -> None:
    ticket = shop.ticket(5)
    record = shop.order((ticket, 1))
    session = shop.checkout(record)
    if is_second:
        shop.payments.pay(session)
        shop.hear(session)
    else:
        shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None)
    charge_id = shop.payments.pay(session)
    shop.payments.dispute(charge_id, "needs_response")
    shop.hear(charge_id, kind="charge.dispute.created", event_id="evt_d")
    assert shop.wishes() == []
    shop.payments.dispute(charge_id, "won")
    for number in range(2):
        shop.hear(charge_id, kind="charge.dispute.closed", event_id=f"evt_w{number}")
    shop.carry_out_refunds()
    assert shop.payments.charge(charge_id).returned == 2500
    assert shop.state(record) is (OrderState.PAID if is_second else OrderState.REFUNDED)
    assert shop.record(record).facts.wanted == 0


def test_refund_that_failed_before_it_was_seen_goes_to_review(shop: Shop) -> None:
    record = shop.order((shop.ticket(5), 1))
    session = shop.checkout(record)
    shop.services.payments.cancel_order.cancel_order(record.id, caller=BUYER, access=None)
    charge_id = shop.payments.pay(session)
    shop.hear(session)
    refund_id = shop.payments.refund(shop.wishes()[0])
    shop.payments.fail_refund(charge_id, refund_id)
    shop.carry_out_refunds()
    assert [(wish.standing, wish.failure) for wish in shop.wishes()] == [(RefundStanding.FAILED, "refund_failed")]
    assert shop.state(record) is OrderState.REVIEW
    assert inbox(OWNER) == [f"A refund failed: {EVENT}"]


def test_refund_while_stripe_is_away_waits_and_is_made_later(shop: Shop) -> None:
    record, charge_id, _ = paid(shop)
    ask(shop, record)
    shop.payments.down = True
    with pytest.raises(UpstreamFailed):
        shop.carry_out_refunds()
    shop.payments.down = False
    shop.carry_out_refunds()
    assert (shop.state(record), shop.payments.charge(charge_id).returned) == (OrderState.REFUNDED, 5000)


@pytest.mark.parametrize("step", range(4))
def test_refund_killed_at_each_step_and_brought_again_is_made_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    record, charge_id, ticket = paid(shop)
    ask(shop, record)
    writes, write = [], shop.services.orders.store.write_order

    def die(change: SaleChange) -> None:
        writes.append(change)
        if step // 2 == len(writes) - 1 and step % 2 == 0:
            raise SystemExit
        write(change)
        if step // 2 == len(writes) - 1:
            raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(shop.services.orders.store, "write_order", die)
        with pytest.raises(SystemExit):
            shop.carry_out_refunds()
    shop.carry_out_refunds()
    assert shop.payments.charge(charge_id).returned == 5000
    assert len(shop.payments.charge(charge_id).refunds) == 1
    assert shop.state(record) is OrderState.REFUNDED
    assert [wish.standing for wish in shop.wishes()] == [RefundStanding.DONE]
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)
    assert mails().count(f"Refunded: {EVENT}") == 1


def test_refund_that_failed_and_another_in_one_look_are_both_told(shop: Shop) -> None:
    record, charge_id, _ = paid(shop)
    failing = shop.payments.refund_in_dashboard(charge_id, 1000)
    shop.hear(charge_id, kind="charge.refunded", event_id="evt_r1")
    shop.payments.fail_refund(charge_id, failing)
    shop.payments.refund_in_dashboard(charge_id, 1000)
    shop.hear(charge_id, kind="refund.failed", event_id="evt_r2")
    assert shop.record(record).facts.refunded == 1000
    assert inbox(BUYER).count(f"Refunded: {EVENT}") == 2
    assert inbox(OWNER) == [f"A refund failed: {EVENT}"]


@pytest.mark.parametrize(
    ("standing", "state", "sold", "told"),
    [
        ("needs_response", OrderState.DISPUTED, 2, [f"Disputed: {EVENT}"]),
        ("under_review", OrderState.DISPUTED, 2, [f"Disputed: {EVENT}"]),
        ("won", OrderState.PAID, 2, []),
        ("lost", OrderState.CHARGED_BACK, 0, [f"Dispute lost: {EVENT}"]),
        ("warning_needs_response", OrderState.PAID, 2, []),
    ],
)
def test_dispute_seen_first_as_it_stands(
    shop: Shop, standing: str, state: OrderState, sold: int, told: list[str]
) -> None:
    record, charge_id, ticket = paid(shop)
    shop.payments.dispute(charge_id, standing)
    for number in range(2):
        shop.hear(charge_id, kind="charge.dispute.created", event_id=f"evt_d{number}")
    assert (shop.state(record), stock_of(ticket).sold) == (state, sold)
    assert inbox(OWNER) == told


@pytest.mark.parametrize(
    ("end", "state", "sold", "title"),
    [
        ("won", OrderState.PAID, 2, f"Dispute over: {EVENT}"),
        ("lost", OrderState.CHARGED_BACK, 0, f"Dispute lost: {EVENT}"),
    ],
)
def test_dispute_that_ends_is_told_once(shop: Shop, end: str, state: OrderState, sold: int, title: str) -> None:
    record, charge_id, ticket = paid(shop)
    shop.payments.dispute(charge_id, "needs_response")
    shop.hear(charge_id, kind="charge.dispute.created", event_id="evt_d")
    shop.payments.dispute(charge_id, end)
    together(5, lambda number: shop.hear(charge_id, kind="charge.dispute.closed", event_id=f"evt_e{number}"))
    assert (shop.state(record), stock_of(ticket).sold) == (state, sold)
    assert sorted(inbox(OWNER)) == sorted([f"Disputed: {EVENT}", title])
