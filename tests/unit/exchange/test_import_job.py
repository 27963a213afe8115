"""A report of an import is kept as a whole, or says what is missing."""

import pytest

from chalicelib.exchange.domain.import_job import Import, ImportState, ReportLine, shorten_report


def done(*reasons: str) -> Import:
    lines = [
        ReportLine(kind="sessions", source_id=str(number), outcome="mended", reason=reason)
        for number, reason in enumerate(reasons)
    ]
    return Import(id="I", state=ImportState.DONE, event_id="E", counts={}, total=len(lines), report=lines)


def characters(one: Import) -> int:
    return sum(len(line.reason) for line in one.report)


def test_shorten_report_that_fits_leaves_it_as_it_is() -> None:
    whole = done("a" * 5_000, "b")
    assert shorten_report(whole, fits=lambda one: True) is whole


@pytest.mark.parametrize(("room", "longest"), [(1_200, 1_000), (400, 300), (130, 100), (40, 30)])
def test_shorten_report_with_too_long_reasons_cuts_them_no_shorter_than_needed(room: int, longest: int) -> None:
    found = shorten_report(done("a" * 5_000, "short"), fits=lambda one: characters(one) <= room)
    assert [line.reason for line in found.report] == ["a" * (longest - 1) + "…", "short"]


def test_shorten_report_of_too_many_lines_says_first_how_many_are_left_out() -> None:
    whole = done(*("x" * 20 for _ in range(64)))
    found = shorten_report(whole, fits=lambda one: len(one.report) <= 10)
    assert found.report[0].reason == "the report is too long; 56 lines are left out"
    assert [line.source_id for line in found.report[1:]] == [str(number) for number in range(8)]
    assert (found.total, found.state) == (64, ImportState.DONE)


def test_shorten_report_without_any_room_still_says_that_lines_are_left_out() -> None:
    found = shorten_report(done("a", "b", "c"), fits=lambda one: False)
    assert [line.reason for line in found.report] == ["the report is too long; 3 lines are left out"]
