"""Pages of notifications on narrow screens in dark mode: nothing wider than the screen, no target too small to hit
(WCAG 2.2, 1.4.10 and 2.5.8; links within a sentence are exempt).
"""

import pytest
from playwright.sync_api import Page, expect

from local.demo.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
STAFF = ACCOUNTS[0]
TOO_WIDE = """
[...document.querySelectorAll("main *")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
  .filter((one) => !one.closest(".hidden, thead"))
  .map((one) => one.outerHTML.slice(0, 200))
"""
TOO_SMALL = """
[...document.querySelectorAll("main :is(a, button, input, select, summary, textarea)")]
  .filter((one) => one.checkVisibility() && !one.closest(".letter-text, .note"))
  .map((one) => [one, one.labels?.length && one.matches("[type=radio], [type=checkbox]") ? one.parentElement : one])
  .filter(([, area]) => Math.min(area.getBoundingClientRect().width, area.getBoundingClientRect().height) < 24)
  .map(([one]) => one.outerHTML.slice(0, 200))
"""


@pytest.fixture(params=[320, 390])
def tab(context: OpenContext, request: pytest.FixtureRequest) -> Page:
    """A tab of the organiser, who is an administrator too."""
    page = context(color_scheme="dark", viewport={"width": request.param, "height": 844}).new_page()
    sign_in(page, STAFF.email, STAFF.password)
    return page


def check(tab: Page) -> None:
    assert tab.evaluate(TOO_WIDE) == []
    assert tab.evaluate(TOO_SMALL) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 19, 26)"


def test_announcing_fits(tab: Page, offer: Offer) -> None:
    offer.ticket("Day ticket", 0)
    offer.ticket("Donaudampfschifffahrtsgesellschaftskapitänsmütze with a very long name", 0)
    form = {"title": "Dampfschifffahrt" * 6, "message": f"<p>{'x' * 300}</p>", "audience": {"roles": ["owner"]}}
    offer.api.call("POST", f"/api/v1/events/{offer.id}/announcements", form)
    tab.goto(f"/events/{offer.id}/announce")
    tab.get_by_text("Read it").click()
    tab.get_by_label("Whoever has one of certain tickets").check()
    tab.get_by_role("button", name="Look it over…").click()
    expect(tab.get_by_text("Choose at least one ticket.")).to_be_visible()
    check(tab)
    tab.get_by_label("Donau").check()
    tab.get_by_label("Subject").fill("x" * 100)
    tab.get_by_label("Message").fill("y" * 500)
    tab.get_by_role("button", name="Look it over…").click()
    expect(tab.get_by_role("button", name="Send to whoever has Donau")).to_be_visible()
    check(tab)


def test_looking_up_what_was_told_fits(tab: Page, offer: Offer) -> None:
    form = {"title": "Dampfschifffahrt" * 6, "message": "<p>Hello.</p>", "audience": {"roles": ["owner"]}}
    offer.api.call("POST", f"/api/v1/events/{offer.id}/announcements", form)
    tab.goto("/notifications")
    expect(tab.get_by_role("main").get_by_text(str(form["title"])).first).to_be_visible()
    check(tab)
    tab.goto("/admin/notifications")
    expect(tab.get_by_role("cell").filter(has_text=str(form["title"])).first).to_be_visible()
    check(tab)


def test_preferences_fit(tab: Page) -> None:
    tab.goto("/notifications/preferences")
    tab.get_by_label("Mails and pushes wait").check()
    check(tab)
