"""The check-in page: big answers in words, counts that arrive by themselves, and a gate without a network."""

import io
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from local.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


@pytest.fixture
def codes(offer: Offer) -> list[str]:
    """The codes of two free tickets, read off the printed ones as a person would."""
    ticket = offer.ticket("Day ticket", 0)
    form = {
        "lines": [{"ticket_type_id": ticket, "quantity": 2}],
        "buyer": {"name": "Ada Lovelace", "email": "a@b.example"},
    }
    made = offer.api.call("POST", f"/api/v1/events/{offer.id}/orders", form)
    url = f"{offer.api.origin}/api/v1/orders/{made['id']}/tickets.pdf"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {offer.api.token}", "Accept": "text/html"})
    with urllib.request.urlopen(request) as answer:
        pages = PdfReader(io.BytesIO(answer.read())).pages
    return ["".join(page.extract_text().split()[-2:]) for page in pages]


def gate(context: OpenContext, offer: Offer, device: str) -> Page:
    """The page of somebody who runs the event, its list fetched."""
    tab = context().new_page()
    sign_in(tab, ACCOUNTS[0].email, ACCOUNTS[0].password, following=f"/events/{offer.id}/check-in")
    tab.get_by_label("This device is called").fill(device)
    tab.get_by_label("This device is called").blur()
    expect(tab.locator("[data-network]")).to_contain_text("List of 2 tickets")
    return tab


def scan(tab: Page, code: str) -> None:
    tab.get_by_label("Ticket code").fill(code)
    tab.keyboard.press("Enter")


def verdict(tab: Page) -> Any:
    return expect(tab.locator("[data-verdict]"))


def test_check_in_says_who_comes_in_then_that_the_ticket_is_used_and_can_be_undone(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    tab = gate(context, offer, "North gate")
    scan(tab, codes[0].lower())
    verdict(tab).to_contain_text("Let them in")
    verdict(tab).to_contain_text("Ada Lovelace")
    expect(tab.locator("[data-counts]")).to_contain_text("1 of 2 are in")
    expect(tab.get_by_label("Ticket code")).to_be_focused()
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Used already")
    verdict(tab).to_contain_text("North gate")
    scan(tab, "nonsense")
    verdict(tab).to_contain_text("Not a ticket of this event")
    tab.get_by_role("button", name="Undo for Ada Lovelace").click()
    tab.get_by_role("button", name="Really undo? for Ada Lovelace").click()
    expect(tab.locator("[data-counts]")).to_contain_text("0 of 2 are in")


def test_check_in_elsewhere_is_counted_here_at_once(context: OpenContext, offer: Offer, codes: list[str]) -> None:
    here, elsewhere = gate(context, offer, "here"), gate(context, offer, "elsewhere")
    here.wait_for_timeout(1_500)  # its socket opens
    scan(elsewhere, codes[0])
    expect(here.locator("[data-counts]")).to_contain_text("1 of 2 are in")
    expect(here.locator("[data-latest]")).to_contain_text("elsewhere")


def test_two_gates_without_a_network_let_in_and_one_is_told_later_who_was_first(
    context: OpenContext, offer: Offer, codes: list[str]
) -> None:
    north, south = gate(context, offer, "North"), gate(context, offer, "South")
    for tab in (north, south):
        tab.context.set_offline(True)
        scan(tab, codes[0])
        verdict(tab).to_contain_text("Let them in")
        verdict(tab).to_contain_text("no network")
        scan(tab, codes[0])
        verdict(tab).to_contain_text("Used already")
        scan(tab, "nonsense")
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


def test_check_in_page_of_an_event_of_others_shows_nothing(context: OpenContext, offer: Offer) -> None:
    tab = context().new_page()
    sign_in(tab, ACCOUNTS[-1].email, ACCOUNTS[-1].password, following=f"/events/{offer.id}/check-in")
    expect(tab.get_by_role("alert")).to_contain_text("There is no such event")
