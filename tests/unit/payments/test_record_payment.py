"""A payment at Stripe changes the order and its charge and, when the order cannot use it, causes a refund."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.catalog.domain.stock import Piece
from chalicelib.core.errors import Busy
from chalicelib.orders.domain.charge import Payment, PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Ended, Facts, OrderState, Reason
from chalicelib.orders.domain.refund import RefundReason
from chalicelib.payments.inbox_port import StripeEvent
from chalicelib.payments.ports import AccountGone
from chalicelib.payments.services.record_payment import MARKER_SECONDS, TRIES, RecordPayment
from tests.unit.orders.builders import ID, MOMENT, PAID, TELLING, FakeOrders, charge, clock_at, payment, record

NOW = MOMENT.timestamp() + 60
COME = payment(PaymentStatus.PAID)
EVENT = StripeEvent("evt_1", "charge.succeeded", "ch_1", False, False, order_id=ID)
AHEAD, BEHIND = "2030-02-01T00:00:00+00:00", "2030-01-01T00:00:30+00:00"


class World:
    """The service with these orders; Stripe returns one payment. `pieces` is the stock that can be taken again."""

    def __init__(
        self,
        *orders: OrderRecord,
        shows: Payment | Exception | None = COME,
        lost: list[str] | None = None,
        pieces: tuple[Piece, ...] | None = None,
        event: dict[str, str] | None = None,
    ) -> None:
        self.orders = FakeOrders(*orders, lost=lost)
        self.asked: list[str] = []
        self.reviewed: list[StripeEvent] = []
        self.shows = shows
        body = json.dumps({"state": "published", "ends_at": AHEAD} if event is None else event)
        parts: dict[str, Any] = {
            "hold_stock": SimpleNamespace(find_again=lambda order: pieces),
            "payments": lambda: self,
            "representations": SimpleNamespace(
                event=lambda id, view: SimpleNamespace(body=body) if body != "{}" else None
            ),
            "ids": SimpleNamespace(new_secret=lambda: "secret"),
            "review_unseen_payment": SimpleNamespace(review=self.reviewed.append),
        }
        self.service = RecordPayment(
            orders=self.orders,
            orphans=self.orders.orphans,
            order_messages=TELLING,
            clock=clock_at(NOW),
            livemode=False,
            **parts,  # type: ignore[arg-type]
        )

    def read_payment(self, object_id: str, *, account: str | None) -> Payment | None:
        self.asked.append(object_id)
        if isinstance(self.shows, Exception):
            raise self.shows
        return self.shows

    @property
    def order(self) -> OrderRecord:
        return self.orders.records[ID]


def test_record_payment_of_a_held_order_pays_it_once() -> None:
    world = World(record())
    assert world.service.record_payment(EVENT, "ch_1", marker="evt_1") == COME
    (change,) = world.orders.changes
    assert (world.order.state, world.order.ticket_secret) == (OrderState.PAID, "secret")
    assert (change.marker, change.marker_expires_at, change.charge) == ("evt_1", int(NOW) + MARKER_SECONDS, charge())
    world.orders.charges_known = {"ch_1": charge()}
    world.service.record_payment(EVENT, "ch_1", marker=None)
    assert len(world.orders.changes) == 1


def test_record_payment_without_a_hint_asks_once_more_for_its_order() -> None:
    world = World(record())
    world.service.sync_payment("ch_1")
    assert (world.asked, world.order.state) == (["ch_1", "ch_1"], OrderState.PAID)


@pytest.mark.parametrize("order", [None, record(account="acct_1")])
def test_record_payment_that_fits_no_order_is_kept_and_touches_nothing(order: OrderRecord | None) -> None:
    world = World(*([order] if order else []))
    assert world.service.record_payment(EVENT, "ch_1", marker=None) is None
    assert (world.orders.changes, world.orders.orphans) == ([], ["ch_1"])


def test_record_object_that_stripe_does_not_know_changes_nothing() -> None:
    world = World(record(), shows=None)
    assert world.service.record_payment(EVENT, "ch_1", marker=None) is None
    assert world.orders.changes == []


def test_record_payment_in_an_account_that_is_gone_is_reviewed_by_its_event() -> None:
    world = World(record(), shows=AccountGone())
    assert world.service.record_payment(EVENT, "ch_1", marker=None) is None
    assert (world.reviewed, world.orders.changes) == ([EVENT], [])


def test_record_payment_while_the_order_changes_looks_at_both_again_and_gives_up_in_the_end() -> None:
    world = World(record(), lost=["order"] * (TRIES - 1))
    world.service.record_payment(EVENT, "ch_1", marker=None)
    assert (len(world.asked), world.order.state) == (TRIES, OrderState.PAID)
    with pytest.raises(Busy):
        World(record(), lost=["order"] * TRIES).service.record_payment(EVENT, "ch_1", marker=None)


def test_record_event_that_another_worker_marked_is_done() -> None:
    world = World(record(), lost=["marker"])
    assert world.service.record_payment(EVENT, "ch_1", marker="evt_1") == COME
    assert (world.orders.changes, len(world.asked)) == ([], 1)


def test_record_late_payment_takes_tickets_that_are_there_still() -> None:
    pieces = (Piece("T", 0, 2),)
    world = World(record(Facts(ended=Ended.EXPIRED)), pieces=pieces)
    world.service.sync_payment("ch_1", order_id=ID)
    assert (world.order.state, world.order.allocation) == (OrderState.PAID, pieces)


@pytest.mark.parametrize(
    ("facts", "event", "reason"),
    [
        (Facts(ended=Ended.EXPIRED), None, Reason.PAID_TOO_LATE),
        (Facts(ended=Ended.CANCELLED), None, Reason.PAID_TOO_LATE),
        (Facts(), {"state": "archived", "ends_at": AHEAD}, Reason.EVENT_CLOSED),
        (Facts(), {}, Reason.EVENT_CLOSED),
        (Facts(), {"state": "published", "ends_at": BEHIND}, Reason.EVENT_OVER),
    ],
    ids=["sold meanwhile", "cancelled", "event closed", "event deleted", "event over"],
)
def test_record_payment_that_the_order_has_no_use_for_is_sent_back(
    facts: Facts, event: dict[str, str] | None, reason: Reason
) -> None:
    world = World(record(facts), event=event)
    world.service.sync_payment("ch_1", order_id=ID)
    (wish,) = world.orders.wishes.values()
    assert (wish.key, wish.amount, wish.reason) == ("paid_too_late-ch_1", 5000, RefundReason.PAID_TOO_LATE)
    assert (world.order.order.reason, world.order.facts.wanted, world.order.facts.issued) == (reason, 5000, False)


def test_record_payment_of_an_event_back_in_draft_stays() -> None:
    world = World(record(), event={"state": "draft", "ends_at": AHEAD})
    world.service.sync_payment("ch_1", order_id=ID)
    assert world.order.state is OrderState.PAID


def test_record_second_payment_sends_it_back_and_leaves_the_first() -> None:
    world = World(record(replace(PAID, charge_id="ch_0"), ticket_secret="secret"))
    world.service.sync_payment("ch_1", order_id=ID)
    (change,) = world.orders.changes
    assert (change.surplus, [wish.key for wish in world.orders.wishes.values()]) == (True, ["paid_twice-ch_1"])
    assert (world.order.state, world.order.facts.charge_id, world.order.facts.wanted) == (OrderState.PAID, "ch_0", 0)


def test_record_what_was_sent_back_already_wants_no_second_refund() -> None:
    world = World(record(replace(PAID, charge_id="ch_0"), ticket_secret="secret"))
    for _ in range(2):
        world.service.sync_payment("ch_1", order_id=ID)
    assert [change.wish is not None for change in world.orders.changes] == [True, False]


def test_record_session_that_ended_early_lets_the_buyer_open_another() -> None:
    ended = payment(PaymentStatus.EXPIRED, charge=None)
    world = World(record(deadline=int(NOW) + 600), shows=ended)
    world.service.sync_payment("cs_1", order_id=ID)
    assert (world.order.state, world.order.checkout, world.order.attempt) == (OrderState.RESERVED, None, 2)
