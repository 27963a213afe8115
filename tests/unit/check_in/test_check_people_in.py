"""Check-in, once per ticket: which scans succeed, and the reason when one does not."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.catalog.ports import Lost
from chalicelib.check_in.domain.check_in import Admission, CheckInForm, OfflineScan, Outcome, ReconcileForm, tag_of
from chalicelib.check_in.services.check_people_in import MOST_ACTS, TRIES, CheckPeopleIn
from chalicelib.core.errors import (
    AlreadyCheckedIn,
    Busy,
    NotFound,
    PreconditionFailed,
    TicketNotValid,
    UnknownTicket,
)
from chalicelib.core.principal import Principal
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Dispute, Facts
from chalicelib.tickets.domain.ticket import tickets_of
from tests.unit.orders.builders import PAID, FakeOrders, record

GATE = Principal("gate", "f")
NINE = datetime(2030, 6, 1, 9, tzinfo=UTC)
ANY = frozenset({"*"})


class FakeAdmissions:
    """The port `Admissions` in memory. The first writes fail as lost."""

    def __init__(self, lost: int = 0) -> None:
        self.kept: dict[tuple[str, int], Admission] = {}
        self.lost = lost

    def find(self, event_id: str, order_id: str, number: int) -> Admission | None:
        return self.kept.get((order_id, number))

    def write(self, after: Admission, *, before: Admission | None, order: OrderRecord | None) -> None:
        if self.lost:
            self.lost -= 1
            raise Lost(frozenset({"admission"}))
        assert self.kept.get((after.order_id, after.number)) == before
        self.kept[after.order_id, after.number] = after


class Gate:
    """The service with one paid order of two tickets, and a clock that a test moves."""

    def __init__(self, facts: Facts = PAID, *, lost: int = 0) -> None:
        self.order = record(facts, ticket_secret="secret")
        self.codes = [ticket.code for ticket in tickets_of(self.order)]
        self.admissions, self.time = FakeAdmissions(lost), NINE
        self.service = CheckPeopleIn(
            orders=FakeOrders(self.order),  # type: ignore[arg-type]
            admissions=self.admissions,  # type: ignore[arg-type]
            view=SimpleNamespace(load_names=lambda ids: {"gate": "Grace"}),  # type: ignore[arg-type]
            authorise=SimpleNamespace(require=lambda *asked: None),  # type: ignore[arg-type]
            clock=self,  # type: ignore[arg-type]
        )

    def now(self) -> float:
        return self.time.timestamp()

    def scan(self, code: str = "", **more: Any) -> Any:
        return self.service.check_in("E", CheckInForm(code=code or self.codes[0], **more), caller=GATE)

    def undo(self, name: str = "", match: frozenset[str] = ANY) -> None:
        self.service.undo_check_in("E", name or tickets_of(self.order)[0].name, match=match, caller=GATE)

    def reconcile(self, *scans: tuple[str, datetime], device: str = "east") -> list[Outcome]:
        form = ReconcileForm(device=device, scans=[OfflineScan(code=code, at=at) for code, at in scans])
        return [result.outcome for result in self.service.reconcile_check_ins("E", form, caller=GATE).results]

    @property
    def acts(self) -> list[bool]:
        return [act.admitted for one in self.admissions.kept.values() for act in one.acts]


def test_scan_lets_in_once_and_says_who_was_first() -> None:
    gate = Gate()
    first = gate.scan()
    assert (first.attendee, first.by.name, first.number) == ("Ada", "Grace", 1)
    with pytest.raises(AlreadyCheckedIn) as refused:
        gate.scan()
    assert refused.value.extra["check_in"]["ticket"] == first.ticket  # type: ignore[index]
    assert gate.scan(gate.codes[1]).number == 2


def test_scan_repeated_by_its_device_is_answered_as_the_first_time() -> None:
    gate = Gate()
    first = gate.scan(device="east", at=NINE)
    gate.time += timedelta(minutes=1)
    assert gate.scan(device="east", at=NINE) == first
    assert gate.acts == [True]


@pytest.mark.parametrize("code", ["nonsense", "01ARZ3NDEKTSV4RRFFQ69G5FAV-1-01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_scan_of_no_ticket_of_ours_is_unknown(code: str) -> None:
    with pytest.raises(UnknownTicket):
        Gate().scan(code)


def test_scan_of_another_event_s_ticket_is_unknown() -> None:
    gate = Gate()
    with pytest.raises(UnknownTicket):
        gate.service.check_in("F", CheckInForm(code=gate.codes[0]), caller=GATE)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (Facts(issued=True, charge_id="ch_1", charged=5000, refunded=5000), "ticket_void"),
        (Facts(issued=True, charge_id="ch_1", charged=5000, dispute=Dispute.OPEN), "ticket_suspended"),
    ],
)
def test_scan_of_a_ticket_that_is_not_good_says_why(facts: Facts, code: str) -> None:
    gate = Gate(facts)
    with pytest.raises(TicketNotValid) as refused:
        gate.scan()
    assert (refused.value.code, gate.acts) == (code, [])


def test_scan_after_an_undo_lets_in_again_but_the_same_scan_does_not() -> None:
    gate = Gate()
    gate.scan(device="east", at=NINE)
    gate.undo()
    with pytest.raises(TicketNotValid) as refused:
        gate.scan(device="east", at=NINE)
    assert refused.value.code == "check_in_undone"
    gate.scan(device="east", at=NINE + timedelta(minutes=1))
    assert gate.acts == [True, False, True]


def test_scan_too_often_undone_lets_nobody_in_any_more() -> None:
    gate = Gate()
    for _ in range(MOST_ACTS // 2):
        gate.scan()
        gate.undo()
    with pytest.raises(TicketNotValid) as refused:
        gate.scan()
    assert refused.value.code == "too_many_check_ins"


def test_scan_that_others_overtake_tries_again_and_gives_up_in_the_end() -> None:
    assert Gate(lost=TRIES - 1).scan().number == 1
    with pytest.raises(Busy):
        Gate(lost=TRIES).scan()


def test_undo_of_what_nobody_came_in_with_is_not_found() -> None:
    gate = Gate()
    for name in ("", "nonsense"):
        with pytest.raises(NotFound):
            gate.undo(name)
    gate.scan()
    gate.undo()
    with pytest.raises(NotFound):
        gate.undo()


def test_undo_of_a_check_in_that_was_seen_leaves_a_later_one() -> None:
    gate = Gate()
    seen = tag_of(gate.scan())
    gate.undo()
    gate.time += timedelta(minutes=1)
    gate.scan()
    with pytest.raises(PreconditionFailed):
        gate.undo(match=frozenset({seen}))
    assert gate.acts == [True, False, True]


def test_reconcile_the_earliest_scan_counts_wherever_it_stands() -> None:
    gate = Gate()
    gate.time = NINE + timedelta(hours=2)
    later = NINE + timedelta(minutes=5)
    code = gate.codes[0]
    assert gate.reconcile((code, later), (code, NINE)) == [Outcome.DUPLICATE, Outcome.ADMITTED]
    (kept,) = gate.admissions.kept.values()
    assert (kept.used_at, kept.last.at) == (NINE, gate.time)


def test_reconcile_again_changes_nothing() -> None:
    gate = Gate()
    gate.time = NINE + timedelta(hours=2)
    scans = ((gate.codes[0], NINE), ("nonsense", NINE), (gate.codes[1], NINE + timedelta(days=1)))
    assert gate.reconcile(*scans) == [Outcome.ADMITTED, Outcome.UNKNOWN, Outcome.ADMITTED]
    acts = gate.acts
    assert gate.reconcile(*scans) == [Outcome.ADMITTED, Outcome.UNKNOWN, Outcome.ADMITTED]
    assert gate.acts == acts
    assert gate.admissions.kept[gate.order.id, 2].used_at == gate.time, "its clock was not to be believed"


def test_reconcile_what_is_not_good_is_told_for_each_scan() -> None:
    void = Gate(Facts(issued=True, charge_id="ch_1", charged=5000, refunded=5000))
    assert void.reconcile((void.codes[0], NINE)) == [Outcome.VOID]
    disputed = Gate(Facts(issued=True, charge_id="ch_1", charged=5000, dispute=Dispute.OPEN))
    assert disputed.reconcile((disputed.codes[0], NINE)) == [Outcome.SUSPENDED]
    undone = Gate()
    undone.scan(device="east", at=NINE)
    undone.undo()
    assert undone.reconcile((undone.codes[0], NINE)) == [Outcome.UNDONE]
