"""Check-in under load and with concurrent writers: one scan wins, and no refund or change of attendee gets lost."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.check_in.domain.check_in import CheckIn, CheckInForm, OfflineScan, ReconcileForm
from chalicelib.core.errors import AlreadyCheckedIn, MarqueeError, NotFound, TicketNotValid
from chalicelib.core.times import moment
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.orders.ports import SaleChange
from chalicelib.tickets.domain.ticket import AttendeeChange, AttendeesForm, tickets_of
from tests.harness.shop import BUYER, OWNER, START, Shop, together

ANY = frozenset({"*"})


@pytest.fixture
def paid(shop: Shop) -> OrderRecord:
    """Returns a paid order of three tickets."""
    record = shop.order((shop.ticket(50), 3))
    session = shop.checkout(record)
    shop.payments.pay(session)
    shop.hear(session)
    assert shop.state(record) is OrderState.PAID
    return shop.record(record)


def code(record: OrderRecord, number: int = 1) -> str:
    return tickets_of(record)[number - 1].code


def admit(shop: Shop, text: str, device: str | None = None) -> CheckIn:
    return shop.services.check_in.check_people_in.check_in(
        shop.event_id, CheckInForm(code=text, device=device), caller=OWNER
    )


def refund(shop: Shop, record: OrderRecord) -> None:
    """Refunds the whole order."""
    from chalicelib.orders.domain.order import moved_on

    before = shop.record(record)
    facts = replace(before.facts, refunded=before.facts.charged)
    after = moved_on(before, facts, now=moment(shop.clock.now()))
    shop.services.orders.store.write_order(SaleChange(before=before, after=after))


def counted(shop: Shop) -> int:
    return shop.services.check_in.read_check_ins.count_check_ins(shop.event_id).checked_in


def test_check_in_20_scans_at_once_admit_one(shop: Shop, paid: OrderRecord) -> None:
    results = together(20, lambda number: admit(shop, code(paid), f"gate {number}"))
    (winner,) = [one for one in results if isinstance(one, CheckIn)]
    told = [one.extra["check_in"]["device"] for one in results if isinstance(one, AlreadyCheckedIn)]
    assert told == [winner.device] * 19
    assert counted(shop) == 1


def test_check_in_20_tickets_at_once_admit_all_and_count_them(shop: Shop) -> None:
    record = shop.record(shop.order((shop.ticket(50, amount=0), 20)))
    results = together(20, lambda number: admit(shop, code(record, number + 1)))
    assert Counter(type(one) for one in results) == {CheckIn: 20}
    assert counted(shop) == 20


def test_check_in_and_undo_20_at_once_leave_the_count_true(shop: Shop, paid: OrderRecord) -> None:
    name = tickets_of(paid)[0].name

    def work(number: int) -> object:
        if number % 2:
            return shop.services.check_in.check_people_in.undo_check_in(shop.event_id, name, match=ANY, caller=OWNER)
        return admit(shop, code(paid))

    results = together(20, work)
    assert {type(one) for one in results} <= {CheckIn, type(None), AlreadyCheckedIn, NotFound}
    kept = shop.services.check_in.store.find(shop.event_id, paid.id, 1)
    assert kept is not None
    assert counted(shop) == int(kept.stands)
    assert [act.admitted for act in kept.acts] == [number % 2 == 0 for number in range(len(kept.acts))]
    assert len(shop.services.check_in.store.load_latest(shop.event_id, limit=9, after="").admissions) == int(
        kept.stands
    )


def happen_before_write(shop: Shop, monkeypatch: pytest.MonkeyPatch, happening: Callable[[], object]) -> None:
    """Calls `happening` once, between a service's read of admissions and its write."""
    store, left = shop.services.check_in.store, [happening]

    def after_it(write: Callable[..., None]) -> Callable[..., None]:
        def written(*arguments: Any, **more: Any) -> None:
            if left:
                left.pop()()
            write(*arguments, **more)

        return written

    for name in ("write", "rewrite"):
        monkeypatch.setattr(store, name, after_it(getattr(store, name)))


def test_check_in_loses_against_a_refund_in_between(
    shop: Shop, paid: OrderRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen_before_write(shop, monkeypatch, lambda: refund(shop, paid))
    with pytest.raises(TicketNotValid) as refused:
        admit(shop, code(paid))
    assert (refused.value.code, counted(shop)) == ("ticket_void", 0)


def test_check_in_loses_against_a_new_attendee_in_between(
    shop: Shop, paid: OrderRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = AttendeesForm(attendees=[AttendeeChange(number=1, name="Grace Hopper")])

    def change() -> None:
        shop.services.tickets.issue_tickets.update_attendees(paid.id, form, principal=BUYER, access=None)

    happen_before_write(shop, monkeypatch, change)
    with pytest.raises(NotFound) as refused:
        admit(shop, code(paid))
    assert (refused.value.code, counted(shop)) == ("unknown_ticket", 0)


def test_change_attendee_loses_against_a_check_in_in_between(
    shop: Shop, paid: OrderRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = AttendeesForm(attendees=[AttendeeChange(number=1, name="Grace Hopper")])
    happen_before_write(shop, monkeypatch, lambda: admit(shop, code(paid)))
    with pytest.raises(TicketNotValid) as refused:
        shop.services.tickets.issue_tickets.update_attendees(paid.id, form, principal=BUYER, access=None)
    assert (refused.value.code, shop.record(paid)) == ("ticket_used", paid)


def test_change_attendees_of_4_tickets_at_once_all_take_effect(shop: Shop) -> None:
    record = shop.record(shop.order((shop.ticket(50, amount=0), 4)))

    def work(number: int) -> object:
        form = AttendeesForm(attendees=[AttendeeChange(number=number + 1, name=f"Guest {number}")])
        return shop.services.tickets.issue_tickets.update_attendees(record.id, form, principal=BUYER, access=None)

    assert not [one for one in together(4, work) if isinstance(one, MarqueeError)]
    assert [ticket.attendee.name for ticket in tickets_of(shop.record(record))] == [f"Guest {n}" for n in range(4)]


def test_reconcile_20_devices_at_once_with_the_same_tickets_admit_each_once(shop: Shop, paid: OrderRecord) -> None:
    scans = [OfflineScan(code=code(paid, number), at=moment(START)) for number in (1, 2, 3)]

    def work(number: int) -> list[str]:
        form = ReconcileForm(device=f"gate {number}", scans=scans)
        done = shop.services.check_in.check_people_in.reconcile_check_ins(shop.event_id, form, caller=OWNER)
        return [result.outcome.value for result in done.results]

    results = together(20, work)
    assert Counter(outcome for one in results for outcome in one) == {"admitted": 3, "duplicate": 57}
    assert counted(shop) == 3


def test_check_in_came_and_went_too_often_is_refused(
    shop: Shop, paid: OrderRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.check_in.services.check_people_in.MOST_ACTS", 2)
    admit(shop, code(paid))
    shop.services.check_in.check_people_in.undo_check_in(
        shop.event_id, tickets_of(paid)[0].name, match=ANY, caller=OWNER
    )
    with pytest.raises(TicketNotValid) as refused:
        admit(shop, code(paid))
    assert refused.value.code == "too_many_check_ins"
    scan = OfflineScan(code=code(paid), at=moment(START))
    form = ReconcileForm(device="gate", scans=[scan])
    (result,) = shop.services.check_in.check_people_in.reconcile_check_ins(shop.event_id, form, caller=OWNER).results
    assert (result.outcome, result.ticket) == ("too_many_check_ins", tickets_of(paid)[0].name)


def test_counters_of_a_type_are_spread(shop: Shop) -> None:
    from chalicelib.check_in.adapters import dynamo as admission_store

    record = shop.record(shop.order((shop.ticket(50, amount=0), 20)))
    for number in range(1, 21):
        admit(shop, code(record, number))
    parts = [item for item in admission_store.CounterItem.scan() if item.sk.startswith("ADMISSIONS#")]
    assert sum(int(item.admitted) for item in parts) == 20
    assert 4 <= len(parts) <= admission_store.COUNTERS
