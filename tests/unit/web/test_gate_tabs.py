"""What the check-in page stores in a browser, with several tabs and a storage that may be full (gate_tabs.mjs)."""

from pathlib import Path
from typing import Any

from tests.harness.node import needs_node, run

DRIVER = Path(__file__).with_name("gate_tabs.mjs")
USED = "already_checked_in"


def play(scenario: str) -> Any:
    """Runs a scenario and returns its result."""
    return run(DRIVER, scenario)


@needs_node
def test_scans_when_the_storage_is_full_stay_and_lists_go() -> None:
    expected = {
        "verdicts": ["admitted"] * 5,
        "kept": ["A", "B", "C", "D", "E"],
        "safe": False,
        "other": 1,
        "list": None,
    }
    assert play("scans_fill_the_storage") == expected


@needs_node
def test_scan_that_cannot_be_stored_stays_in_its_tab_and_is_stored_later() -> None:
    assert play("nothing_more_can_be_stored") == {
        "verdicts": ["admitted", USED, USED],
        "kept": ["A"],
        "waits": ["A", "B"],
        "safe": False,
        "written": ["A", "B", "C"],
    }


@needs_node
def test_marks_when_the_storage_is_full_stay_and_are_told_as_unsafe() -> None:
    assert play("marks_fill_the_storage") == {"kept": ["T-A"], "safe": False, "verdicts": [USED, USED]}


@needs_node
def test_list_that_comes_after_a_newer_one_of_another_tab_is_not_taken() -> None:
    assert play("older_list_comes_last") == [USED, USED]


@needs_node
def test_scans_while_the_first_list_loads_are_known_without_a_network() -> None:
    assert play("scans_while_the_first_list_loads") == [USED, USED, USED, "admitted"]


@needs_node
def test_scan_that_is_taken_back_while_it_is_sent_is_undone_on_the_server() -> None:
    assert play("taken_back_while_it_is_sent") == {
        "waits": [0, 1],
        "undone": ["DELETE", "/api/v1/events/E/check-ins/T-A"],
        "unsent": 0,
        "verdict": "admitted",
    }


@needs_node
def test_list_that_was_forgotten_stays_so_until_the_page_is_opened_again() -> None:
    assert play("forgotten_while_the_list_loads") == [None, 0, 0, 0, 1]


@needs_node
def test_scans_of_the_earlier_release_wait_and_its_lists_go() -> None:
    scan = {"code": "ORDER-1-MAC", "at": "2026-11-30T10:00:00Z", "ticket": "ORDER-1"}
    assert play("earlier_release_left_scans") == {
        "full": 1,
        "waiting": [scan | {"device": "north", "attendee": "", "type": ""}],
        "keys": ["marquee.gate.scans.F", "marquee.gate.scans.U.E"],
    }


@needs_node
def test_sign_out_removes_what_is_of_that_person_and_of_the_earlier_release() -> None:
    assert play("both_sign_out") == {
        "told": "1 scan was not sent. Sign out and lose it",
        "left": ["marquee.gate.list.V.E"],
        "end": [],
    }


@needs_node
def test_scan_of_a_ticket_that_came_too_often_is_not_told_as_refunded() -> None:
    assert play("words_of_outcomes") == [
        "Ann was let in here; the server does not count it, as the ticket was checked in and undone too often.",
        "admitted",
        "Ann was let in here, but the ticket was refunded.",
    ]
