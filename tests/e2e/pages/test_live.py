"""Pages that get changes over the socket: an updated programme, an order whose state changes."""

import re

import pytest
from playwright.sync_api import Page, expect

from local.demo.demo import ACCOUNTS, ApiCaller
from tests.e2e.pages.conftest import (
    COME_BACK,
    LEAVE_PAGE,
    Offer,
    OpenContext,
    heard,
    sign_in,
    signed_in,
    wait_for,
    wait_until,
)
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
READER = ACCOUNTS[1]


@pytest.fixture
def tab(context: OpenContext) -> Page:
    """A tab of the reader."""
    page = context(viewport={"width": 320, "height": 800}).new_page()
    sign_in(page, READER.email, READER.password)
    return page


def talk(offer: Offer, title: str, state: str = "confirmed") -> None:
    offer.api.call("POST", f"/api/v1/events/{offer.id}/sessions", {"title": title, "state": state})


@pytest.mark.parametrize("page", ["", "/schedule"])
def test_programme_that_changes_is_offered_and_never_forced(tab: Page, offer: Offer, page: str) -> None:
    talk(offer, "Opening")
    frames = heard(tab)
    tab.goto(f"/e/{offer.slug}{page}")
    wait_for(tab, frames, "Watching")
    bar = tab.get_by_role("status").filter(has_text="Programme updated")
    talk(offer, "A secret", state="draft")
    talk(offer, "Closing")
    expect(bar).to_be_visible()
    assert len([frame for frame in frames if '"meta":"Changed"' in frame]) == 1, "the draft was told too"
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(tab.get_by_text("Closing")).to_have_count(0)
    bar.get_by_role("button", name="Not now").click()
    expect(bar).to_be_hidden()
    talk(offer, "One more")
    bar.get_by_role("button", name="Show").click()
    expect(tab.get_by_text(re.compile("Closing|3 sessions")).first).to_be_visible()
    expect(bar).to_be_hidden()


def test_programme_is_watched_again_after_the_socket_broke(tab: Page, offer: Offer) -> None:
    talk(offer, "Opening")
    frames = heard(tab)
    tab.goto(f"/e/{offer.slug}/schedule")
    wait_for(tab, frames, "Watching")
    frames.clear()
    tab.context.set_offline(True)
    tab.evaluate(LEAVE_PAGE)
    talk(offer, "Closing")
    tab.context.set_offline(False)
    tab.evaluate(COME_BACK)
    wait_for(tab, frames, "Watching")
    expect(tab.get_by_role("status").filter(has_text="Programme updated")).to_be_visible()


def test_order_that_moves_on_shows_at_once(tab: Page, offer: Offer, server: ServerProcess) -> None:
    buyer: ApiCaller = signed_in(server.origin, READER)
    form = {
        "lines": [{"ticket_type_id": offer.ticket("Standard", 5000), "quantity": 1}],
        "buyer": {"name": "Demo Attendee", "email": READER.email},
    }
    order = buyer.call("POST", f"/api/v1/events/{offer.id}/orders", form)["id"]
    frames = heard(tab)
    tab.goto(f"/orders/{order}/pay")
    wait_for(tab, frames, "WS connected")
    expect(tab.get_by_role("button", name=re.compile("^Pay "))).to_be_visible()
    buyer.call("POST", f"/api/v1/orders/{order}/cancel")
    expect(tab.get_by_role("link", name="Choose tickets again")).to_be_visible()
    told = f'"meta":"Order","order_id":"{order}","state":"cancelled"'
    wait_until(tab, lambda: any(told in frame for frame in frames))  # the page's own look may be first
