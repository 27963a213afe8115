"""The check-in page: results in large words, pushed counts, and check-in without a network."""

import pytest
from playwright.sync_api import Page, expect

from local.demo.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, heard, sign_in, wait_for, wait_until
from tests.e2e.pages.gate_steps import buy_tickets, open_gate, scan, undo, verdict

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

UNANSWERED = """const ask = window.fetch;
window.fetch = (place, options) =>
  window.isUnanswered && String(place).endsWith("/check-ins") ? new Promise(() => {}) : ask(place, options);"""
"""A network that sends scans but never returns an answer. Runs in the page, because a service worker may hide its
requests from a route.
"""

REFUSED = """const ask = window.fetch;
window.refused = [];
window.fetch = (place, options) => {
  if (!window.refuses || !String(place).endsWith("/reconcile")) return ask(place, options);
  window.refused.push(Date.now());
  return Promise.resolve(new Response("{}", { status: 503 }));
};"""
"""A server that answers GETs and takes no scans that were made without a network."""


@pytest.fixture
def codes(offer: Offer) -> list[str]:
    """The codes of two free tickets."""
    return buy_tickets(offer, 2)


def test_check_in_says_who_comes_in_then_that_the_ticket_is_used_and_can_be_undone(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    tab = open_gate(context(), offer, "North gate")
    scan(tab, codes[0].lower())
    verdict(tab).to_contain_text("Let them in")
    verdict(tab).to_contain_text("Ada Lovelace")
    expect(tab.locator("[data-counts]")).to_contain_text("1 of 2 are in")
    expect(tab.get_by_label("Ticket code")).to_be_focused()
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Used already")
    verdict(tab).to_contain_text("North gate")
    scan(tab, "01ARZ3NDEKTSV4RRFFQ69G5FAV-1-01ARZ3NDEKTSV4RRFFQ69G5FAV")
    verdict(tab).to_contain_text("Not a ticket of this event")
    scan(tab, "nonsense")
    verdict(tab).to_contain_text("Not a ticket code")
    undo(tab, "Ada Lovelace")
    expect(tab.locator("[data-counts]")).to_contain_text("0 of 2 are in")


def test_check_in_elsewhere_is_counted_here_at_once(context: OpenContext, offer: Offer, codes: list[str]) -> None:
    person = context()
    frames = heard(person)
    here, elsewhere = open_gate(person, offer, "here"), open_gate(context(), offer, "elsewhere")
    wait_for(here, frames, "WS connected")
    scan(elsewhere, codes[0])
    expect(here.locator("[data-counts]")).to_contain_text("1 of 2 are in")
    expect(here.locator("[data-latest]")).to_contain_text("elsewhere")


def test_two_gates_without_a_network_let_in_and_one_is_told_later_who_was_first(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    north, south = open_gate(context(), offer, "North"), open_gate(context(), offer, "South")
    for tab in (north, south):
        tab.context.set_offline(True)
        scan(tab, codes[0])
        verdict(tab).to_contain_text("Let them in")
        verdict(tab).to_contain_text("no network")
        scan(tab, codes[0])
        verdict(tab).to_contain_text("Used already")
        scan(tab, "01ARZ3NDEKTSV4RRFFQ69G5FAV-1-01ARZ3NDEKTSV4RRFFQ69G5FAV")
        verdict(tab).to_contain_text("Not on this device’s list")
        expect(tab.locator("[data-network]")).to_contain_text("1 scan waits")
    for tab in (north, south):
        tab.context.set_offline(False)
        expect(tab.locator("[data-network]")).not_to_contain_text("waits")
    expect(north.get_by_text("was let in here")).to_have_count(0)
    expect(
        south.get_by_text("Ada Lovelace was let in here, but the ticket was used already. North was first")
    ).to_be_visible()
    expect(south.locator("[data-counts]")).to_contain_text("1 of 2 are in")


def test_ticket_that_this_device_let_in_is_used_when_the_network_goes(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    tab = open_gate(context(), offer, "North gate")
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Let them in")
    tab.context.set_offline(True)
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Used already")
    expect(tab.locator("[data-network]")).not_to_contain_text("waits")
    tab.context.set_offline(False)
    undo(tab, "Ada Lovelace")
    expect(tab.locator("[data-counts]")).to_contain_text("0 of 2 are in")
    tab.context.set_offline(True)
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Let them in")
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Used already")


def test_ticket_that_was_let_in_in_another_tab_or_elsewhere_is_used_when_the_network_goes(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    here, elsewhere = open_gate(context(), offer, "here"), open_gate(context(), offer, "elsewhere")
    beside = here.context.new_page()
    beside.goto(f"/events/{offer.id}/check-in")
    expect(beside.locator("[data-network]")).to_contain_text("List of 2 tickets")
    scan(elsewhere, codes[0])
    expect(here.locator("[data-counts]")).to_contain_text("1 of 2 are in")
    scan(beside, codes[1])
    verdict(beside).to_contain_text("Let them in")
    here.context.set_offline(True)
    for code in codes:
        scan(here, code)
        verdict(here).to_contain_text("Used already")
        verdict(here).to_contain_text("no network")


def test_scan_without_a_network_that_was_a_mistake_is_taken_back_and_counts_nowhere(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    tab = open_gate(context(), offer, "gate")
    tab.context.set_offline(True)
    scan(tab, codes[0])
    expect(tab.locator("[data-network]")).to_contain_text("1 scan waits")
    undo(tab, "Ada Lovelace")
    expect(tab.locator("[data-network]")).not_to_contain_text("waits")
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Let them in")
    undo(tab, "Ada Lovelace")
    tab.context.set_offline(False)
    scan(tab, codes[1])
    expect(tab.locator("[data-network]")).not_to_contain_text("Undone")
    expect(tab.locator("[data-counts]")).to_contain_text("1 of 2 are in")


def test_scan_that_the_server_does_not_answer_is_judged_by_the_list_and_told_later(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    person = context()
    person.add_init_script(UNANSWERED)
    tab = open_gate(person, offer, "gate")
    tab.evaluate("window.isUnanswered = true")
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Let them in")
    verdict(tab).to_contain_text("no network")
    expect(tab.locator("[data-network]")).to_contain_text("The server cannot be reached.")
    tab.evaluate("window.isUnanswered = false")
    scan(tab, codes[1])
    verdict(tab).to_contain_text("Let them in")
    expect(tab.locator("[data-counts]")).to_contain_text("2 of 2 are in")
    expect(tab.get_by_text("was let in here")).to_have_count(0)


def test_scans_that_the_server_refuses_are_sent_again_after_longer_and_longer_pauses(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    person = context()
    person.add_init_script(REFUSED)
    tab = open_gate(person, offer, "gate")
    tab.evaluate("window.refuses = true")
    person.set_offline(True)
    scan(tab, codes[0])
    expect(tab.locator("[data-network]")).to_contain_text("1 scan waits")
    person.set_offline(False)
    wait_until(tab, lambda: tab.evaluate("window.refused.length >= 3"))
    tab.wait_for_timeout(1_000)
    first, second, third, *more = tab.evaluate("window.refused")
    assert (second - first >= 500, third - second >= 1_000, more) == (True, True, [])
    tab.evaluate("window.refuses = false")
    expect(tab.locator("[data-network]")).not_to_contain_text("waits")
    expect(tab.locator("[data-counts]")).to_contain_text("1 of 2 are in")


def test_list_that_the_browser_cannot_keep_says_so_and_serves_while_the_page_is_open(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    person = context()
    person.add_init_script(
        """const keep = Storage.prototype.setItem;
        Storage.prototype.setItem = function (key, value) {
          if (key.startsWith("marquee.gate.list.")) throw new DOMException("", "QuotaExceededError");
          keep.call(this, key, value);
        };"""
    )
    tab = open_gate(person, offer, "gate")
    expect(tab.locator("[data-network]")).to_contain_text("do not close or reload this page without a network")
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Let them in")
    person.set_offline(True)
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Used already")
    scan(tab, codes[1])
    verdict(tab).to_contain_text("Let them in")


def sign_out(tab: Page, button: str = "Sign out") -> None:
    tab.get_by_role("button", name="Account of").click()
    tab.get_by_role("button", name=button).click()


def test_sign_out_while_scans_wait_asks_first_and_tells_the_server_when_it_can(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    person = context()
    tab = open_gate(person, offer, "gate")
    other = person.new_page()
    other.goto("/events")
    person.set_offline(True)
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Let them in")
    sign_out(tab)
    expect(tab.get_by_role("button", name="1 scan was not sent. Sign out and lose it")).to_be_visible()
    tab.close()
    person.set_offline(False)
    sign_out(other)
    expect(other.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    found = offer.api.call("GET", f"/api/v1/events/{offer.id}/check-ins")
    assert [one["attendee"] for one in found["items"]] == ["Ada Lovelace"]
    assert other.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('marquee.gate.'))") == [
        "marquee.gate.device"
    ]


def test_sign_out_in_another_tab_leaves_nothing_at_the_gate(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    person = context()
    tab = open_gate(person, offer, "gate")
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Ada Lovelace")
    other = person.new_page()
    other.goto("/events")
    sign_out(other)
    expect(tab.get_by_role("alert")).to_contain_text("You are signed out.")
    expect(tab.get_by_text("Ada Lovelace")).to_have_count(0)


def test_check_in_page_of_an_event_of_others_shows_nothing(context: OpenContext, offer: Offer) -> None:
    tab = context().new_page()
    sign_in(tab, ACCOUNTS[-1].email, ACCOUNTS[-1].password, following=f"/events/{offer.id}/check-in")
    expect(tab.get_by_role("alert")).to_contain_text("There is no such event")
