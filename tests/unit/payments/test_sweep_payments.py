"""What nobody told of is found by comparing: which parts, from when on, what differs, and where the next run begins."""

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.orders.domain.charge import Charge, ChargeDispute, Refund
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Facts
from chalicelib.payments.ports import AccountGone, CompleteSession, RefundOrDispute, Swept, SweptPart, Trace, TraceKind
from chalicelib.payments.services.sweep_payments import (
    BACK_SECONDS,
    FIRST_SECONDS,
    PAGE,
    PATIENCE_SECONDS,
    SESSIONS,
    SweepPayments,
    SweepStopped,
)
from tests.unit.orders.builders import ID, MOMENT, PAID, FakeOrders, charge, record

DAY = 24 * 3600
NOW = 20_000 * DAY + 3600
NEWEST = NOW - PATIENCE_SECONDS
DONE = SweptPart(NEWEST)
END = NOW + 1_000
OTHER = "01HZZZZZZZZZZZZZZZZZZZ0002"


class Orders(FakeOrders):
    """With the reads of many at once."""

    def load_orders(self, ids: Any) -> dict[str, OrderRecord]:
        return {id: self.records[id] for id in ids if id in self.records}

    def load_charges(self, wanted: Any) -> dict[str, Charge]:
        return {id: self.charges_known[id] for _, id in wanted if id in self.charges_known}


class World:
    """The service over lists of Stripe's; each look takes `pace` seconds. Parts in `swept` are done already."""

    def __init__(self, *records: OrderRecord, pace: int = 0, swept: dict[str, SweptPart] | None = None) -> None:
        self.time, self.pace = NOW, pace
        self.lists: dict[str, list[Any]] = {}
        self.troubles: dict[str, Exception] = {}
        self.asked: list[tuple[str, int, int]] = []
        self.looked: list[str] = []
        self.swept = Swept(swept or {})
        self.taken = False
        self.orders: Any = Orders(*records)
        everything: Any = self
        self.service = SweepPayments(
            payments=lambda: everything,
            record_payment=everything,
            orders=self.orders,
            reconciliations=everything,
            clock=everything,
        )

    def now(self) -> float:
        return self.time

    def list_complete_sessions(self, *, since: int, until: int, account: str | None) -> Iterator[Any]:
        return self.listed(SESSIONS, since, until)

    def list_traces(self, kind: TraceKind, *, since: int, until: int, account: str | None) -> Iterator[Any]:
        return self.listed(kind, since, until)

    def listed(self, part: str, since: int, until: int) -> Iterator[Any]:
        self.asked.append((part, since, until))
        if part in self.troubles:
            raise self.troubles[part]
        return iter(self.lists.get(part, []))

    def sync_payment(self, object_id: str, *, account: str | None, order_id: str | None) -> None:
        self.time += self.pace
        self.looked.append(object_id)
        if object_id in self.troubles:
            raise self.troubles[object_id]

    def load_swept(self, account: str | None) -> Swept:
        return self.swept

    def save_swept(self, account: str | None, swept: Swept) -> bool:
        if not self.taken:
            assert swept.version == self.swept.version
            self.swept = Swept(swept.parts, swept.version + 1)
        return not self.taken

    def sweep(self) -> int:
        return self.service.sweep_payments(None, until=END)


def session(number: int, order_id: str | None = ID, created: int = NOW - DAY) -> CompleteSession:
    return CompleteSession(f"cs_{number}", order_id, created)


def trace(**about: Any) -> Trace:
    return Trace(**{"charge_id": "ch_1", "order_id": ID, "created": NOW - DAY, **about})


def all_but(*parts: str, mark: SweptPart = DONE) -> dict[str, SweptPart]:
    return {part: mark for part in BACK_SECONDS if part not in parts}


def test_sweep_for_the_first_time_compares_all_parts_and_marks_them_done() -> None:
    world = World()
    assert world.sweep() == 0
    first = NEWEST - FIRST_SECONDS
    assert world.asked == [(part, first - back, NEWEST) for part, back in BACK_SECONDS.items()]
    assert world.swept.parts == all_but()


def test_sweep_again_on_the_same_day_asks_nothing() -> None:
    world = World(swept=all_but())
    world.sweep()
    assert world.asked == []


def test_sweep_the_next_day_looks_back_from_where_the_last_one_ended() -> None:
    world = World(swept=all_but(mark=SweptPart(NEWEST - DAY)))
    world.sweep()
    assert world.asked == [(part, NEWEST - DAY - back, NEWEST) for part, back in BACK_SECONDS.items()]


def test_sweep_that_was_cut_off_goes_on_where_it_was_also_on_the_same_day() -> None:
    cut_off = SweptPart(NEWEST - 9, until=NEWEST - 5, left_until=NEWEST - 700)
    world = World(swept=all_but() | {SESSIONS: cut_off})
    world.sweep()
    assert world.asked == [(SESSIONS, NEWEST - 9 - BACK_SECONDS[SESSIONS], NEWEST - 700)]
    assert world.swept.parts[SESSIONS] == SweptPart(NEWEST - 5)


def test_sweep_more_than_a_page_marks_each_page() -> None:
    world = World(record(), swept=all_but(SESSIONS))
    world.lists[SESSIONS] = [session(number, None) for number in range(PAGE)] + [session(PAGE)]
    assert world.sweep() == 1
    assert (world.swept.version, world.swept.parts[SESSIONS]) == (2, DONE)


def test_sweep_that_runs_out_of_time_keeps_the_mark_of_its_last_page() -> None:
    world = World(record(), swept=all_but(SESSIONS), pace=END - NOW)
    world.lists[SESSIONS] = [session(number, None if number else ID, NOW - DAY - number) for number in range(PAGE + 1)]
    assert world.sweep() == 1
    assert world.swept.parts[SESSIONS] == SweptPart(0, NEWEST, NOW - DAY - PAGE + 1)


@pytest.mark.parametrize(
    ("facts", "looked"),
    [
        (Facts(), ["cs_1"]),
        (Facts(pending=True), ["cs_1"]),
        (PAID, []),
        (Facts(issued=True), []),
        (Facts(charge_id="ch_1"), []),
    ],
    ids=["reserved", "pending", "paid", "free", "paid too late"],
)
def test_sweep_session_whose_order_knows_of_no_payment_is_looked_at(facts: Facts, looked: list[str]) -> None:
    world = World(record(facts), swept=all_but(SESSIONS))
    world.lists[SESSIONS] = [session(1)]
    assert world.sweep() == len(looked)
    assert world.looked == looked


@pytest.mark.parametrize(
    ("order_id", "created"), [(None, NOW - DAY), ("no id", NOW - DAY), (OTHER, NOW - DAY), (ID, NEWEST + 1)]
)
def test_sweep_session_of_no_order_of_ours_or_that_is_too_new_is_left_alone(order_id: str | None, created: int) -> None:
    world = World(record())
    assert world.service.look_at_sessions([session(1, order_id, created)], None, until=END) == 0
    assert world.looked == []


REFUND = Refund(id="re_1", amount=1, currency="EUR", status="succeeded", reason=None, created_at=MOMENT)
DISPUTE = ChargeDispute(id="du_1", amount=1, currency="EUR", status="lost", reason="", created_at=MOMENT)


@pytest.mark.parametrize(
    ("about", "looked"),
    [
        ({"refund": RefundOrDispute("re_1", "succeeded")}, []),
        ({"refund": RefundOrDispute("re_1", "failed")}, ["ch_1"]),
        ({"refund": RefundOrDispute("re_2", "succeeded")}, ["ch_1"]),
        ({"dispute": RefundOrDispute("du_1", "lost")}, []),
        ({"dispute": RefundOrDispute("du_1", "won")}, ["ch_1"]),
        ({"has_fee": True}, ["ch_1"]),
        ({"has_fee": False}, []),
        ({"charge_id": "ch_2"}, ["ch_2"]),
        ({"order_id": None, "charge_id": "ch_2"}, []),
        ({"order_id": "no id", "charge_id": "ch_2"}, []),
    ],
)
def test_sweep_charge_is_looked_at_where_our_record_shows_another_thing(
    about: dict[str, Any], looked: list[str]
) -> None:
    world = World(record(PAID), swept=all_but(TraceKind.REFUNDS))
    world.orders.charges_known = {"ch_1": charge(refunds=[REFUND], disputes=[DISPUTE])}
    world.lists[TraceKind.REFUNDS] = [trace(**about)]
    assert world.sweep() == len(looked)
    assert world.looked == looked


def test_sweep_charge_whose_fee_is_known_is_left_alone() -> None:
    world = World(record(PAID), swept=all_but(TraceKind.CHARGES))
    world.orders.charges_known = {"ch_1": charge(fee=1, net=4999)}
    world.lists[TraceKind.CHARGES] = [trace(has_fee=True)]
    world.sweep()
    assert world.looked == []


def test_sweep_charge_that_names_no_order_of_ours_is_looked_at_and_not_counted() -> None:
    world = World(swept=all_but(TraceKind.CHARGES))
    world.lists[TraceKind.CHARGES] = [trace(order_id=OTHER)]
    assert (world.sweep(), world.looked) == (0, ["ch_1"])


def test_sweep_object_that_cannot_be_looked_at_keeps_no_other_from_its_turn() -> None:
    world = World(record(PAID), swept=all_but(TraceKind.CHARGES))
    world.lists[TraceKind.CHARGES] = [trace(charge_id=name) for name in ("ch_1", "ch_2", "ch_3")]
    world.troubles["ch_2"] = KeyError("bug")
    assert world.sweep() == 2
    assert world.looked == ["ch_1", "ch_2", "ch_3"]
    assert world.swept.parts[TraceKind.CHARGES] == DONE


def test_sweep_part_that_fails_keeps_no_other_from_being_swept() -> None:
    world = World()
    world.troubles[TraceKind.REFUNDS] = KeyError("bug")
    world.sweep()
    assert world.swept.parts == all_but(TraceKind.REFUNDS)


def test_sweep_account_that_was_taken_back_ends() -> None:
    world = World()
    world.troubles[TraceKind.REFUNDS] = AccountGone()
    world.sweep()
    assert [part for part, *_ in world.asked] == [SESSIONS, TraceKind.REFUNDS]


def test_sweep_while_another_run_sweeps_the_account_ends_after_a_page() -> None:
    world = World()
    world.taken = True
    world.sweep()
    assert [part for part, *_ in world.asked] == [SESSIONS]


def test_sweep_without_time_looks_at_nothing_and_marks_nothing() -> None:
    world = World(record())
    world.lists[SESSIONS] = [session(1)]
    assert world.service.sweep_payments(None, until=NOW) == 0
    assert (world.looked, world.swept) == ([], Swept({}))
    with pytest.raises(SweepStopped):
        world.service.look_at_sessions([session(1)], None, until=NOW)
