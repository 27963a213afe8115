"""Every screen of the desk and its states by axe-core (WCAG 2.2 AA), wide and narrow, light and dark. None is too wide."""

import pytest
from playwright.sync_api import Page, expect

from local.demo.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in
from tests.harness.axe import violations

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
ORGANISER, NOBODY = ACCOUNTS[0], ACCOUNTS[-1]


@pytest.fixture(
    params=[(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")], ids=lambda given: f"{given[0]}-{given[1]}"
)
def tab(context: OpenContext, request: pytest.FixtureRequest) -> Page:
    """A tab of one width and colour scheme."""
    width, scheme = request.param
    return context(color_scheme=scheme, viewport={"width": width, "height": 800}).new_page()


def check(tab: Page) -> None:
    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_screens_of_an_event_break_no_rule(tab: Page, offer: Offer) -> None:
    sign_in(tab, ORGANISER.email, ORGANISER.password, following="/organise")
    expect(tab.locator(".event-row").first).to_be_visible()
    check(tab)
    screens = {"": "Overview", "details": "Details", "programme": "Programme", "schedule": "Schedule"}
    for path, heading in {**screens, "tickets": "Tickets", "settings": "Settings"}.items():
        tab.goto(f"/organise/{offer.id}/{path}".rstrip("/"))
        expect(tab.get_by_role("heading", name=heading, level=1)).to_be_visible()
        expect(tab.get_by_text("Loading…")).to_have_count(0)
        check(tab)
    tab.goto("/organise/import")
    expect(tab.get_by_label("Archive")).to_be_visible()
    check(tab)


def test_lists_of_the_programme_break_no_rule(tab: Page, offer: Offer) -> None:
    lists = {"sessions": {"title": "Tides"}, "speakers": {"name": "Ida"}, "tracks": {"name": "Sea", "color": "#003366"}}
    for kind, fields in {**lists, "microlocations": {"name": "Quay"}, "sponsors": {"name": "Ebb"}}.items():
        offer.api.call("POST", f"/api/v1/events/{offer.id}/{kind}", fields)
    sign_in(tab, ORGANISER.email, ORGANISER.password, following=f"/organise/{offer.id}/programme")
    for kind in ("sessions", "speakers", "tracks", "rooms", "sponsors"):
        tab.goto(f"/organise/{offer.id}/programme?list={kind}")
        tab.locator(".row-button").first.click()
        expect(tab.get_by_role("heading", name="Change “")).to_be_focused()
        check(tab)
        tab.get_by_role("button", name="Remove", exact=True).click()
        expect(tab.get_by_role("dialog")).to_be_visible()
        check(tab)


def test_tickets_in_their_states_break_no_rule(tab: Page, offer: Offer) -> None:
    sign_in(tab, ORGANISER.email, ORGANISER.password, following=f"/organise/{offer.id}/tickets")
    expect(tab.get_by_text("There are no tickets yet.")).to_be_visible()
    check(tab)
    offer.ticket("Standard", 4900)
    tab.reload()
    expect(tab.get_by_role("button", name="Change Standard")).to_be_visible()
    check(tab)
    tab.get_by_role("button", name="Add ticket type").click()
    tab.get_by_text("More settings").click()
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_role("alert")).to_be_focused()
    check(tab)
    tab.get_by_role("button", name="Cancel").click()
    tab.get_by_role("button", name="Remove Standard").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    check(tab)


def test_form_with_errors_and_with_a_conflict_breaks_no_rule(tab: Page, offer: Offer) -> None:
    sign_in(tab, ORGANISER.email, ORGANISER.password, following=f"/organise/{offer.id}/details")
    name = tab.get_by_label("Name", exact=True)
    name.fill("")
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_role("alert")).to_be_focused()
    check(tab)
    name.fill("Mine")
    offer.api.call("PATCH", f"/api/v1/events/{offer.id}", {"name": "Theirs"}, **{"If-Match": "*"})
    tab.reload()
    expect(tab.get_by_text("What you typed before is still here.")).to_be_visible()
    check(tab)
    tab.get_by_role("button", name="Save", exact=True).click()
    expect(tab.get_by_role("heading", name="Somebody else changed this meanwhile")).to_be_focused()
    check(tab)


def test_screens_without_an_event_break_no_rule(tab: Page) -> None:
    sign_in(tab, NOBODY.email, NOBODY.password, following="/organise/new")
    tab.get_by_role("button", name="Create event").click()
    expect(tab.get_by_role("alert")).to_be_focused()
    check(tab)
    for path in ("/organise", "/organise/01KBC000000000000000000001"):
        tab.goto(path)
        expect(tab.get_by_role("heading", level=1)).to_be_visible()
        expect(tab.get_by_text("Loading…")).to_have_count(0)
        check(tab)
