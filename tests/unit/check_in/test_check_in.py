"""The state of a ticket at check-in."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.check_in.domain.check_in import (
    LONGEST_AWAY,
    Act,
    Admission,
    OfflineScan,
    ReconcileForm,
    arrival_of,
    check_in_of,
    news_of,
    offline_hash,
    tag_of,
)
from chalicelib.tickets.domain.ticket import tickets_of
from tests.unit.orders.builders import PAID, record

NINE = datetime(2030, 6, 1, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
IN = Act(admitted=True, at=NINE, by="gate", device="east", scanned_at=NINE)
OUT = Act(admitted=False, at=TEN, by="boss")


def admission(*acts: Act) -> Admission:
    return Admission(event_id="E", order_id="O", number=1, ticket_type_id="T", acts=list(acts))


def test_used_ticket_stands_until_that_is_undone() -> None:
    assert (admission(IN).stands, admission(IN).used_at) == (True, NINE)
    assert (admission(IN, OUT).stands, admission(IN, OUT).used_at) == (False, None)
    assert admission(IN, OUT, IN).stands


def test_used_ticket_arrived_when_its_scanner_had_no_network() -> None:
    late = Act(admitted=True, at=TEN, by="gate", device="east", scanned_at=NINE, came_at=NINE)
    assert (late.arrived_at, admission(late).used_at, news_of(admission(late)).recorded_at) == (NINE, NINE, TEN)


@pytest.mark.parametrize(
    ("device", "at", "same"),
    [("east", NINE, True), ("west", NINE, False), ("east", TEN, False), (None, NINE, False), ("east", None, False)],
)
def test_repeated_scan_is_the_same_device_at_the_same_moment(
    device: str | None, at: datetime | None, *, same: bool
) -> None:
    assert admission(IN).is_by(device=device, scanned_at=at) is same
    assert admission(IN, OUT).was_undone(device=device, scanned_at=at) is same


def test_repeated_scan_without_device_and_time_is_never_recognised() -> None:
    by_hand = Act(admitted=True, at=NINE, by="gate")
    assert not admission(by_hand).is_by(device=None, scanned_at=None)
    assert not admission(by_hand, OUT).was_undone(device=None, scanned_at=None)


def test_repeated_scan_that_stands_again_was_not_undone() -> None:
    assert not admission(IN, OUT, IN).was_undone(device="east", scanned_at=NINE)
    assert not admission(IN, OUT).is_by(device="east", scanned_at=NINE)


@pytest.mark.parametrize(
    ("scanned_at", "arrived"),
    [
        (TEN, TEN),
        (TEN - LONGEST_AWAY, TEN - LONGEST_AWAY),
        (TEN - LONGEST_AWAY - timedelta(seconds=1), None),
        (TEN + timedelta(seconds=1), None),
    ],
)
def test_arrival_of_a_clock_that_cannot_be_right_is_not_believed(
    scanned_at: datetime, arrived: datetime | None
) -> None:
    assert arrival_of(scanned_at, now=TEN) == arrived


def test_tag_of_a_check_in_differs_after_an_undo() -> None:
    ticket = tickets_of(record(PAID, ticket_secret="secret"))[0]
    again = Act(admitted=True, at=TEN, by="gate")
    first, second = (check_in_of(one, ticket, name="Gate") for one in (admission(IN), admission(IN, OUT, again)))
    assert tag_of(first) != tag_of(second)
    assert tag_of(first) == tag_of(check_in_of(admission(IN), ticket, name=None))


@pytest.mark.parametrize(
    ("year", "pointers"), [(1899, ["/scans/1/at"]), (1900, []), (2500, []), (2501, ["/scans/1/at"])]
)
def test_check_scans_of_a_year_that_no_clock_shows_are_refused(year: int, pointers: list[str]) -> None:
    scans = [OfflineScan(code="c", at=NINE), OfflineScan(code="c", at=NINE.replace(year=year))]
    found = ReconcileForm(device="east", scans=scans).violations()
    assert [violation.pointer for violation in found] == pointers


def test_hash_of_a_code_differs_with_the_salt_and_shows_no_code() -> None:
    one, other = offline_hash("CODE", salt="a"), offline_hash("CODE", salt="b")
    assert (len(one), one != other, "CODE" in one) == (32, True, False)
