"""Money that is to go back: what may be asked for, and what becomes of a wish."""

from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.errors import Busy, Conflict, Forbidden, InvalidInput, NotFound
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Dispute, Facts, OrderState
from chalicelib.orders.domain.refund import RefundForm, RefundReason, RefundStanding, RefundWish
from chalicelib.payments.ports import RefundRefused, RefundWaits
from chalicelib.payments.services.refund_payment import (
    LONGEST_WAIT_SECONDS,
    PAUSE_SECONDS,
    TRIES,
    WAITS,
    RefundPayment,
)
from tests.unit.orders.builders import ID, MOMENT, PAID, TELLING, FakeOrders, charge, clock_at, record

NOW = MOMENT.timestamp() + 60
STAFF, BUYER, STRANGER = (Principal(name, "f") for name in ("staff", "buyer", "stranger"))
ROLES = {"staff": "organizer", "gate": "registrar"}


def paid(facts: Facts = PAID, **changes: Any) -> OrderRecord:
    return record(facts, user_id="buyer", **changes)


class World:
    """A service over one order; Stripe answers with an id or raises. `looked` are the charges that were looked at."""

    def __init__(self, order: OrderRecord | None = None, answer: Exception | str = "re_1", *, now: float = NOW) -> None:
        self.orders = FakeOrders(*([order] if order else []))
        self.orders.charges_known = {"ch_1": charge()}
        self.looked: list[str] = []
        self.asked: list[RefundWish] = []
        self.answer = answer
        self.service = RefundPayment(
            orders=self.orders,  # type: ignore[arg-type]
            record_payment=SimpleNamespace(sync_payment=lambda id, **more: self.looked.append(id)),  # type: ignore[arg-type]
            payments=lambda: self,  # type: ignore[arg-type, return-value]
            order_messages=TELLING,
            authorise=SimpleNamespace(find_role=lambda who, event_id: ROLES.get(who.user_id)),  # type: ignore[arg-type]
            clock=clock_at(now),
        )

    def refund(self, wish: RefundWish) -> str:
        self.asked.append(wish)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def want(self, **changes: Any) -> None:
        facts: dict[str, Any] = {"key": "k", "order_id": ID, "charge_id": "ch_1", "amount": 5000, "currency": "EUR"}
        facts |= {"reason": RefundReason.REQUESTED, "created_at": MOMENT}
        self.orders.wishes["k"] = RefundWish(**{**facts, **changes})
        self.service.carry_out(ID, "k")

    @property
    def wish(self) -> RefundWish:
        return self.orders.wishes["k"]

    @property
    def order(self) -> OrderRecord:
        return self.orders.records[ID]


def test_request_all_that_is_left_is_written_with_the_order() -> None:
    world = World(paid(replace(PAID, refunded=1000, wanted=500)))
    made = world.service.request_refund(ID, RefundForm(reason="ill"), caller=STAFF, key="k")
    assert (made.amount, made.charge_id, made.asked_by, made.note) == (3500, "ch_1", "staff", "ill")
    assert (world.order.facts.wanted, world.asked) == (4000, [])


def test_request_twice_with_one_key_is_one_wish() -> None:
    world = World(paid())
    first, second = (world.service.request_refund(ID, RefundForm(amount=100), caller=STAFF, key="k") for _ in range(2))
    assert first == second
    assert world.order.facts.wanted == 100


@pytest.mark.parametrize("amount", [3501, 5000])
def test_request_more_than_is_left_is_refused(amount: int) -> None:
    world = World(paid(replace(PAID, refunded=1000, wanted=500)))
    with pytest.raises(InvalidInput):
        world.service.request_refund(ID, RefundForm(amount=amount), caller=STAFF, key="k")


@pytest.mark.parametrize(
    "facts",
    [Facts(), Facts(issued=True), replace(PAID, refunded=5000), replace(PAID, dispute=Dispute.OPEN)],
    ids=["not paid", "free", "all went back", "disputed"],
)
def test_request_where_nothing_can_go_back_is_refused(facts: Facts) -> None:
    with pytest.raises(Conflict) as refused:
        World(paid(facts)).service.request_refund(ID, RefundForm(), caller=STAFF, key="k")
    assert refused.value.code == "nothing_to_refund"


@pytest.mark.parametrize(
    ("caller", "error"), [(BUYER, Forbidden), (STRANGER, NotFound), (Principal("gate", "f"), Forbidden)]
)
def test_request_by_who_may_not_is_refused(caller: Principal, error: type[Exception]) -> None:
    with pytest.raises(error):
        World(paid()).service.request_refund(ID, RefundForm(), caller=caller, key="k")


@pytest.mark.parametrize("order_id", [ID, "no id"])
def test_request_of_an_order_that_is_none_is_not_found(order_id: str) -> None:
    with pytest.raises(NotFound):
        World().service.request_refund(order_id, RefundForm(), caller=STAFF, key="k")


def test_request_while_the_order_changes_looks_again_and_gives_up_in_the_end() -> None:
    world = World(paid())
    world.orders.lost = ["order"] * (TRIES - 1)
    assert world.service.request_refund(ID, RefundForm(), caller=STAFF, key="k").amount == 5000
    world = World(paid())
    world.orders.lost = ["order"] * TRIES
    with pytest.raises(Busy):
        world.service.request_refund(ID, RefundForm(), caller=STAFF, key="k")


def test_carry_out_asks_stripe_once_and_records_what_it_shows() -> None:
    world = World(paid(replace(PAID, wanted=5000)))
    world.want()
    world.service.carry_out(ID, "k")
    assert (len(world.asked), world.looked) == (1, ["ch_1"])
    assert (world.wish.standing, world.wish.refund_id) == (RefundStanding.DONE, "re_1")
    assert world.order.facts.wanted == 0


def test_carry_out_what_nobody_asked_for_looks_whether_all_of_it_is_back() -> None:
    world = World(paid(replace(PAID, wanted=5000)))
    world.want(reason=RefundReason.PAID_TWICE)
    assert world.looked == ["ch_1", "ch_1"]


@pytest.mark.parametrize("changes", [{"standing": RefundStanding.FAILED}, {"retry_at": int(NOW) + 1}])
def test_carry_out_what_came_to_an_end_or_waits_asks_nobody(changes: dict[str, Any]) -> None:
    world = World(paid())
    world.want(**changes)
    world.service.carry_out(ID, "unknown")
    assert world.asked == []


def test_carry_out_refused_wish_of_staff_is_over() -> None:
    world = World(paid(replace(PAID, wanted=5000)), RefundRefused("expired"))
    world.want()
    assert (world.wish.standing, world.wish.failure) == (RefundStanding.FAILED, "expired")
    assert (world.order.facts, world.order.note) == (PAID, None)


def test_carry_out_refused_wish_that_nobody_asked_for_is_for_staff() -> None:
    world = World(paid(replace(PAID, issued=False, wanted=5000)), RefundRefused("expired"))
    world.want(reason=RefundReason.PAID_TOO_LATE)
    assert world.order.state is OrderState.REVIEW
    assert world.order.note == "The refund of ch_1 was refused (expired). Refund it in Stripe."


def test_carry_out_with_too_low_a_balance_tries_again_later_and_tells_staff() -> None:
    world = World(paid(), RefundWaits("balance_insufficient"))
    world.want(reason=RefundReason.PAID_TWICE)
    assert (world.wish.standing, world.wish.tries, world.wish.retry_at) == (
        RefundStanding.WANTED,
        1,
        int(NOW) + PAUSE_SECONDS,
    )
    assert world.order.note == WAITS


def test_carry_out_after_waiting_takes_the_note_away() -> None:
    world = World(paid(note=WAITS))
    world.want(reason=RefundReason.PAID_TWICE, tries=3)
    assert (world.wish.standing, world.order.note) == (RefundStanding.DONE, None)


@pytest.mark.parametrize(
    ("reason", "now"),
    [
        (RefundReason.REQUESTED, NOW),
        (RefundReason.PAID_TWICE, MOMENT.timestamp() + LONGEST_WAIT_SECONDS),
    ],
)
def test_carry_out_with_too_low_a_balance_fails_for_staff_at_once_and_for_others_after_a_month(
    reason: RefundReason, now: float
) -> None:
    world = World(paid(), RefundWaits("balance_insufficient"), now=now)
    world.want(reason=reason)
    assert world.wish.standing is RefundStanding.FAILED


def test_react_to_new_wishes_alone() -> None:
    world = World(paid(replace(PAID, wanted=5000)))
    item = {"sk": "REFUND#k"}
    world.want(retry_at=int(NOW) + 1)
    world.orders.wishes["k"] = replace(world.wish, retry_at=0)
    for kind, after in ((ChangeKind.CHANGED, item), (ChangeKind.REMOVED, None), (ChangeKind.CREATED, item)):
        asked = len(world.asked)
        world.service.on_changes([Change(kind, "REFUND", f"ORDER#{ID}", None, after)])
        assert len(world.asked) - asked == (kind is ChangeKind.CREATED)
