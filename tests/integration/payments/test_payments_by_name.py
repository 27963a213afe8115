"""Every case that payments must survive, by name, through the real intake: signed bodies, inbox, streams, effects.

The Stripe that is asked how things stand is the fake of tests/harness/shop.py; intake.py is its webhook sender. The
inner parts have tests of their own beside this.
"""

import itertools
import json
import random
from typing import Any

import pytest

from chalicelib.core.errors import InvalidInput, MalformedRequest
from chalicelib.orders.domain.charge import PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.domain.refund import RefundForm, RefundWish
from chalicelib.orders.ports import SaleChange
from chalicelib.payments.ports import RawEvent
from local.dynamodb.database_server import DatabaseEndpoint
from tests.harness.intake import Intake, body_of, dies_once, dying, signed, until_done
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

EVENT = "Alpine Python Days"
PAID = [f"Your tickets for {EVENT}"]
TAMPERED = 10_000


@pytest.fixture
def intake(shop: Shop, database: DatabaseEndpoint) -> Intake:
    """The intake of the shop."""
    return Intake(shop, database)


def reserved(shop: Shop, quantity: int = 2, stock: int = 5, **price: Any) -> tuple[OrderRecord, str, str]:
    """An order with an open checkout: order, session, ticket type."""
    ticket = shop.ticket(stock, **price)
    record = shop.order((ticket, quantity))
    return record, shop.checkout(record), ticket


def paid(intake: Intake, **more: Any) -> tuple[OrderRecord, str, str]:
    """A paid order: order, charge, ticket type."""
    record, session, ticket = reserved(intake.shop, **more)
    charge_id = intake.shop.payments.pay(session)
    intake.tell("checkout.session.completed", session)
    return record, charge_id, ticket


def assert_paiddies_once(shop: Shop, record: OrderRecord, ticket: str) -> None:
    """One charge record, one set of tickets, one mail, one notification, the tickets of two sold."""
    stored = shop.record(record)
    assert (stored.state, stored.ticket_secret is not None) == (OrderState.PAID, True)
    assert len(items_of("ChargeItem", "CHARGE#")) == 1
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
    assert (mails(), inbox(BUYER)) == (PAID, [f"Paid: {EVENT}"])


def test_duplicate(intake: Intake) -> None:
    record, session, ticket = reserved(intake.shop)
    intake.shop.payments.pay(session)
    for _ in range(10):
        intake.tell("checkout.session.completed", session, event_id="evt_1")
    assert len(items_of("StripeInboxTable", "INBOX")) == 1
    for _ in range(3):
        assert intake.bring_again() == []
    assert_paiddies_once(intake.shop, record, ticket)


def test_concurrent_duplicate_20_at_a_barrier(intake: Intake) -> None:
    record, session, ticket = reserved(intake.shop)
    intake.shop.payments.pay(session)
    posted = together(20, lambda _: intake.post("checkout.session.completed", session, event_id="evt_1"))
    assert posted == [None] * 20
    assert len(items_of("StripeInboxTable", "INBOX")) == 1
    assert together(20, intake.bring_again) == [[]] * 20
    assert_paiddies_once(intake.shop, record, ticket)


def test_new_event_id_for_the_same_charge(intake: Intake) -> None:
    record, session, ticket = reserved(intake.shop)
    charge_id = intake.shop.payments.pay(session)
    for number in range(5):
        intake.tell("charge.succeeded", charge_id, event_id=f"evt_again{number}")
    assert len(items_of("StripeInboxTable", "INBOX")) == 5
    assert_paiddies_once(intake.shop, record, ticket)


KINDS = ("charge.succeeded", "charge.updated", "charge.refunded", "charge.dispute.created")


@pytest.mark.parametrize("kinds", list(itertools.permutations(KINDS)), ids=" ".join)
def test_refund_dispute_updated_before_succeeded(intake: Intake, kinds: tuple[str, ...]) -> None:
    shop = intake.shop
    record, session, ticket = reserved(shop)
    charge_id = shop.payments.pay(session)
    shop.payments.settled = True
    shop.payments.refund_in_dashboard(charge_id, 1000)
    shop.payments.dispute(charge_id, "needs_response")
    for kind in kinds:
        about = {"id": "dp_1", "object": "dispute", "charge": charge_id} if "dispute" in kind else {}
        intake.tell(kind, charge_id, about=about)
    stored = shop.record(record)
    assert (stored.state, stored.facts.refunded, stored.facts.charge_id) == (OrderState.DISPUTED, 1000, charge_id)
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
    charges = shop.services.orders.view.load_charges(record.id)
    assert ['"net":4965' in charge for charge in charges] == [True]
    assert mails().count(PAID[0]) == 1


def test_session_expired_after_completed(intake: Intake) -> None:
    record, session, ticket = reserved(intake.shop)
    intake.shop.payments.pay(session)
    intake.tell("checkout.session.completed", session)
    intake.tell("checkout.session.expired", session)
    assert_paiddies_once(intake.shop, record, ticket)


BODY = body_of("evt_1", "checkout.session.completed", "cs_1")
FORGED = {
    "tampered body": (BODY.replace(b"evt_1", b"evt_2"), signed(BODY)),
    "tampered time": (BODY, signed(BODY).replace(f"t={int(START)}", f"t={int(START) + 1}")),
    "aged": (BODY, signed(BODY, at=START - 301)),
    "future": (BODY, signed(BODY, at=START + 301)),
    "a day ahead": (BODY, signed(BODY, at=START + 86_400)),
    "wrong secret": (BODY, signed(BODY, secret="whsec_other")),
    "only v0": (BODY, signed(BODY, scheme="v0")),
    "not signed": (BODY, None),
    "empty signature": (BODY, ""),
    "not ASCII": (BODY, signed(BODY) + "é"),
    "written anew": (json.dumps(json.loads(BODY), indent=1).encode(), signed(BODY)),
}


@pytest.mark.parametrize("name", FORGED)
def test_tampered_aged_future_mis_signed_bodies(intake: Intake, name: str) -> None:
    body, signature = FORGED[name]
    with pytest.raises(MalformedRequest):
        intake.shop.services.payments.receive_webhook.receive_stripe_event(body, signature)
    assert items_of("StripeInboxTable", "INBOX") == []
    intake.shop.services.payments.receive_webhook.receive_stripe_event(BODY, signed(BODY))
    assert [item.pk for item in items_of("StripeInboxTable", "INBOX")] == ["STRIPE_EVENT#evt_1"]


def test_tampered_10_000_times_changes_nothing(intake: Intake) -> None:
    shop, dice = intake.shop, random.Random(4)
    _, session, _ = reserved(shop)
    shop.payments.pay(session)
    body = body_of("evt_1", "checkout.session.completed", session)
    signature = signed(body)
    refused = 0
    for _ in range(TAMPERED):
        forged = bytearray(body)
        forged[dice.randrange(len(forged))] ^= 1 << dice.randrange(8)
        try:
            shop.services.payments.receive_webhook.receive_stripe_event(bytes(forged), signature)
        except MalformedRequest:
            refused += 1
    intake.bring()
    assert refused == TAMPERED
    assert items_of("StripeInboxTable", "INBOX") == []
    assert items_of("ChargeItem", "CHARGE#") == []


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", ["inbox", "effects", "refund at Stripe", "refund seen", "wish settled"])
def test_kill_at_every_step(intake: Intake, monkeypatch: pytest.MonkeyPatch, step: str, *, after: bool) -> None:
    """A payment and a full refund by staff, killed once; Stripe and the streams come again."""
    shop = intake.shop
    record, session, ticket = reserved(shop)
    shop.payments.pay(session)
    writes = {"effects": 1, "refund seen": 3, "wish settled": 4}
    counted, write = itertools.count(1), shop.services.orders.store.write_order
    if step in writes:

        def die(change: SaleChange) -> None:
            (dying(write, after=after) if next(counted) == writes[step] else write)(change)

        monkeypatch.setattr(shop.services.orders.store, "write_order", die)
    elif step == "inbox":
        dies_once(monkeypatch, shop.services.payments.inbox, "put", after=after)
    else:
        dies_once(monkeypatch, shop.payments, "refund", after=after)
    deaths = until_done(lambda: intake.tell("checkout.session.completed", session, event_id="evt_1"))
    assert shop.state(record) is OrderState.PAID
    deaths += until_done(
        lambda: shop.services.payments.refund_payment.request_refund(
            record.id, RefundForm(), caller=OWNER, key="01ARZ3NDEKTSV4RRFFQ69G5FAV"
        )
    )
    deaths += until_done(intake.bring)
    assert deaths == 1, "void: it did not die"
    assert shop.state(record) is OrderState.REFUNDED
    assert [shop.payments.charge(id).returned for id in shop.payments.charges] == [5000]
    assert len(items_of("ChargeItem", "CHARGE#")) == 1
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)
    assert sorted(mails()) == [f"Refunded: {EVENT}", *PAID]


def expired(shop: Shop, *records: OrderRecord) -> None:
    """The holds end."""
    shop.clock.seconds += 1000
    shop.services.payments.expire_orders.expire_orders()
    assert {shop.state(record) for record in records} == {OrderState.EXPIRED}


@pytest.mark.parametrize(("resold", "state", "back"), [(0, "paid", 0), (4, "refunded", 5000)])
def test_late_payment_with_and_without_stock_left(intake: Intake, resold: int, state: str, back: int) -> None:
    shop = intake.shop
    record, session, ticket = reserved(shop)
    expired(shop, record)
    if resold:
        shop.order((ticket, resold))
    charge_id = shop.payments.pay(session)
    intake.tell("checkout.session.completed", session)
    assert (shop.state(record).value, shop.payments.charge(charge_id).returned) == (state, back)
    sold = 0 if back else 2
    assert stock_of(ticket) == Stock(left=5 - sold - resold, held=resold, sold=sold, capacity=5)
    titles = [f"Paid: {EVENT}"] if not back else [f"Paid too late: {EVENT}", f"Refunded: {EVENT}"]
    assert sorted(set(inbox(BUYER)) - {f"Order ended: {EVENT}", *_hold_ended()}) == titles


def _hold_ended() -> set[str]:
    """How a buyer is told that a hold ended."""
    from chalicelib import texts

    return {texts.say("en", "hold_ended.title", {"event": EVENT})}


def test_two_late_payers_for_the_last_ticket(intake: Intake) -> None:
    shop = intake.shop
    ticket = shop.ticket(2)
    orders = [shop.order((ticket, 1)) for _ in range(2)]
    sessions = [shop.checkout(record) for record in orders]
    expired(shop, *orders)
    shop.order((ticket, 1))
    for number, session in enumerate(sessions):
        shop.payments.pay(session)
        intake.post("checkout.session.completed", session, event_id=f"evt_{number}")
    assert together(2, intake.bring_one) == [[], []]
    intake.bring()
    assert sorted(shop.state(record).value for record in orders) == ["paid", "refunded"]
    assert sorted(shop.payments.charge(id).returned for id in shop.payments.charges) == [0, 2500]
    assert stock_of(ticket) == Stock(left=0, held=1, sold=1, capacity=2)
    assert mails().count(PAID[0]) == 1


def test_two_payments(intake: Intake) -> None:
    shop = intake.shop
    record, first, ticket = paid(intake)
    session = shop.record(record).checkout
    assert session is not None
    second = shop.payments.pay(session.id)
    for _ in range(3):
        intake.tell("charge.succeeded", second)
    assert (shop.state(record), shop.record(record).facts.charge_id) == (OrderState.PAID, first)
    assert [shop.payments.charge(id).returned for id in (first, second)] == [0, 5000]
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
    assert (mails().count(PAID[0]), inbox(BUYER).count(f"Paid twice: {EVENT}")) == (1, 1)


@pytest.mark.parametrize(
    "other", [{"amount": 4999}, {"amount": 5001}, {"currency": "USD"}, {"livemode": True}], ids=str
)
def test_mismatch_of_a_cent_or_a_currency(intake: Intake, other: dict[str, Any]) -> None:
    shop = intake.shop
    record, session, ticket = reserved(shop)
    charge_id = shop.payments.pay(session, **other)
    for _ in range(2):
        intake.tell("checkout.session.completed", session)
    assert (shop.state(record), shop.record(record).ticket_secret) == (OrderState.REVIEW, None)
    assert shop.payments.charge(charge_id).returned == 0
    assert stock_of(ticket) == Stock(left=5, held=0, sold=0, capacity=5)
    assert (mails(), inbox(OWNER)) == ([], [f"A payment needs a look: {EVENT}"])


@pytest.mark.parametrize(
    ("amounts", "state", "sold"),
    [((1000,), "partially_refunded", 2), ((5000,), "refunded", 0), ((1000, 4000), "refunded", 0)],
)
def test_dashboard_refund(intake: Intake, amounts: tuple[int, ...], state: str, sold: int) -> None:
    shop = intake.shop
    record, charge_id, ticket = paid(intake)
    for amount in amounts:
        refund_id = shop.payments.refund_in_dashboard(charge_id, amount)
        intake.tell("charge.refunded", charge_id)
        intake.tell("refund.created", charge_id, about={"id": refund_id, "object": "refund", "charge": charge_id})
    assert (shop.state(record).value, shop.record(record).facts.refunded) == (state, sum(amounts))
    assert stock_of(ticket) == Stock(left=5 - sold, held=0, sold=sold, capacity=5)
    assert mails().count(f"Refunded: {EVENT}") == len(amounts)


def test_over_refund_by_two_concurrent_partials(intake: Intake) -> None:
    shop = intake.shop
    record, charge_id, _ = paid(intake)
    request, form = shop.services.payments.refund_payment.request_refund, RefundForm(amount=3000)
    results = together(2, lambda number: request(record.id, form, caller=OWNER, key=f"0{number}"))
    assert sorted(type(result) for result in results if not isinstance(result, RefundWish)) == [InvalidInput]
    intake.bring()
    assert shop.payments.charge(charge_id).returned == 3000
    assert (shop.state(record), shop.record(record).facts.wanted) == (OrderState.PARTIALLY_REFUNDED, 0)


def test_webhooks_off_for_an_hour_then_reconciled(intake: Intake) -> None:
    shop = intake.shop
    ticket = shop.ticket(5)
    orders = [shop.order((ticket, 1)) for _ in range(4)]
    sessions = [shop.checkout(record) for record in orders]
    charges = [shop.payments.pay(session) for session in sessions[:3]]
    shop.payments.refund_in_dashboard(charges[1], 2500)
    shop.payments.dispute(charges[2], "needs_response")
    told = [("checkout.session.completed", session) for session in sessions[:3]]
    told += [("charge.refunded", charges[1]), ("charge.dispute.created", charges[2])]
    for number, (kind, about) in enumerate(told):
        payload = body_of(f"evt_missed{number}", kind, about).decode()
        shop.payments.events.append(RawEvent(payload, int(START) + number))
    shop.clock.seconds += 3600
    for _ in range(2):
        shop.services.payments.reconcile.reconcile()
        intake.bring()
    assert [shop.state(record).value for record in orders] == ["paid", "refunded", "disputed", "reserved"]
    shop.services.payments.expire_orders.expire_orders()
    assert [shop.state(record).value for record in orders] == ["paid", "refunded", "disputed", "expired"]
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
    for number, (kind, about) in enumerate(told):  # at last Stripe's own tries come through
        intake.tell(kind, about, event_id=f"evt_missed{number}")
    assert [shop.state(record).value for record in orders] == ["paid", "refunded", "disputed", "expired"]
    assert mails().count(PAID[0]) == 2, "an order that was refunded before it was heard of never had tickets"


@pytest.mark.parametrize(("currency", "amount", "total"), [("JPY", 1200, 2400), ("KWD", 12_340, 24_680)])
def test_jpy_and_kwd(intake: Intake, currency: str, amount: int, total: int) -> None:
    shop = intake.shop
    shop.event_id = shop.make_event(currency=currency)
    record, charge_id, ticket = paid(intake, amount=amount, currency=currency)
    assert (record.order.total.amount, record.order.total.currency) == (total, currency)
    assert (shop.payments.charge(charge_id).amount, shop.payments.charge(charge_id).currency) == (total, currency)
    shop.services.payments.refund_payment.request_refund(record.id, RefundForm(amount=10), caller=OWNER, key="01")
    intake.bring()
    stored = shop.record(record)
    assert stored.order.refunded is not None
    assert (stored.order.refunded.amount, stored.order.refunded.currency) == (10, currency)
    assert (stored.state, stock_of(ticket).sold) == (OrderState.PARTIALLY_REFUNDED, 2)


def test_free_order(intake: Intake) -> None:
    shop = intake.shop
    ticket = shop.ticket(5, amount=0)
    record = shop.order((ticket, 2))
    intake.bring()
    assert (shop.payments.opened, shop.payments.sessions, items_of("ChargeItem", "CHARGE#")) == ([], {}, [])
    assert shop.record(record).ticket_secret is not None
    assert stock_of(ticket) == Stock(left=3, held=0, sold=2, capacity=5)
    assert (mails(), inbox(BUYER)) == (PAID, [f"Paid: {EVENT}"])


VERSIONS = {
    "2015": {"api_version": "2015-10-16", "request": "req_1", "pending_webhooks": 1},
    "2022": {"api_version": "2022-11-15", "request": {"id": None, "idempotency_key": None}},
    "pinned": {"api_version": "2026-10-28.endive", "account": None},
    "newer": {"api_version": "2031-01-01.zinnia", "context": {"new": ["shape"]}, "reason": {"type": "unknown"}},
    "no version": {},
}


@pytest.mark.parametrize("version", VERSIONS)
def test_old_and_newer_api_version_payloads(intake: Intake, version: str) -> None:
    shop = intake.shop
    record, session, ticket = reserved(shop)
    charge_id = shop.payments.pay(session)
    unknown = {
        "amount": {"value": "50.00"},
        "status": 7,
        "metadata": None,
        "refunds": [],
        "payment_intent": {"id": "pi_1"},
    }
    intake.tell("checkout.session.completed", session, about=unknown, **VERSIONS[version])
    intake.tell("charge.succeeded", charge_id, about={"source": {"id": "card_1"}}, **VERSIONS[version])
    intake.tell("entitlement.that.does.not.exist.yet", charge_id, **VERSIONS[version])
    assert len(items_of("StripeInboxTable", "INBOX")) == 3
    assert_paiddies_once(shop, record, ticket)


def test_asynchronous_payment_that_succeeds_or_fails(intake: Intake) -> None:
    shop = intake.shop
    ticket = shop.ticket(5)
    orders = [shop.order((ticket, 1)) for _ in range(2)]
    sessions = [shop.checkout(record) for record in orders]
    for session in sessions:
        shop.payments.set_status(session, PaymentStatus.UNPAID)
        intake.tell("checkout.session.completed", session)
    assert [shop.state(record).value for record in orders] == ["pending", "pending"]
    shop.payments.pay(sessions[0])
    shop.payments.set_status(sessions[1], PaymentStatus.FAILED)
    intake.tell("checkout.session.async_payment_succeeded", sessions[0])
    intake.tell("checkout.session.async_payment_failed", sessions[1])
    assert [shop.state(record).value for record in orders] == ["paid", "cancelled"]
    assert stock_of(ticket) == Stock(left=4, held=0, sold=1, capacity=5)
