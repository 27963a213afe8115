"""Announcing to many and looking up what was told, as staff and administrators do it; the attendee's bell rings."""

import re

import pytest
from playwright.sync_api import Page, expect

from local.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in, signed_in
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
STAFF, READER = ACCOUNTS


def buy(offer: Offer, server: ServerProcess) -> None:
    """The reader has a ticket."""
    ticket = offer.ticket("Day ticket", 0)
    form = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": {"name": "Ada", "email": READER.email}}
    signed_in(server.origin, READER).call("POST", f"/api/v1/events/{offer.id}/orders", form)


@pytest.fixture
def desk(context: OpenContext, offer: Offer) -> Page:
    """The page where staff announce, on a phone."""
    page = context(viewport={"width": 320, "height": 800}).new_page()
    sign_in(page, STAFF.email, STAFF.password, following=f"%2Fevents%2F{offer.id}%2Fannounce")
    page.get_by_role("heading", name="Write to many").wait_for()
    return page


def write(desk: Page, subject: str, message: str) -> None:
    desk.get_by_label("Subject").fill(subject)
    desk.get_by_label("Message").fill(message)
    desk.get_by_role("button", name="Look it over…").click()


def sent(offer: Offer) -> list[tuple[str, str]]:
    found = offer.api.call("GET", f"/api/v1/events/{offer.id}/announcements")["items"]
    return [(one["title"], one["message"]) for one in found]


def test_announcement_is_looked_over_sent_once_and_rings(
    desk: Page, offer: Offer, server: ServerProcess, context: OpenContext
) -> None:
    buy(offer, server)
    reader = context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(reader, READER.email, READER.password)
    write(desk, "Doors open at nine", "Bring <b>water</b>.\n\nSee https://example.org/map.")
    review = desk.get_by_role("region", name="Please look it over")
    expect(review.get_by_role("heading", name="Doors open at nine")).to_be_focused()
    expect(review).to_contain_text("To everybody with a ticket. Sent, it cannot be taken back.")
    desk.get_by_role("button", name="Send it").dblclick()
    expect(desk.get_by_text("It is on its way.")).to_be_focused()
    row = desk.get_by_role("listitem").filter(has_text="Doors open at nine")
    expect(row).to_contain_text("Sent 1 person, 1 inbox, 1 mail")
    link = '<a href="https://example.org/map" rel="noopener noreferrer nofollow">https://example.org/map</a>'
    assert sent(offer) == [("Doors open at nine", f"<p>Bring &lt;b&gt;water&lt;/b&gt;.</p><p>See {link}.</p>")]
    reader.get_by_role("button", name=re.compile("Notifications")).click()
    note = reader.get_by_role("listitem").filter(has_text="Alpine Python Days: Doors open at nine").first
    expect(note).to_contain_text("Bring <b>water</b>.")
    row.get_by_text("Read it").click()
    expect(row).to_contain_text("See https://example.org/map.")
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_announcement_that_is_not_complete_says_what_is_missing_and_survives_a_reload(desk: Page, offer: Offer) -> None:
    write(desk, "", "")
    expect(desk.get_by_label("Subject")).to_be_focused()
    expect(desk.get_by_text("Type a subject.")).to_be_visible()
    desk.get_by_label("Staff of this event").check()
    write(desk, "For us", "Meet at eight.")
    expect(desk.get_by_text("Choose at least one role.")).to_be_visible()
    desk.get_by_label("Owner").check()
    desk.reload()
    expect(desk.get_by_label("Message")).to_have_value("Meet at eight.")
    expect(desk.get_by_label("Owner")).to_be_checked()
    desk.get_by_role("button", name="Look it over…").click()
    expect(desk.get_by_text("To owner. Sent, it cannot be taken back.")).to_be_visible()
    desk.get_by_role("button", name="Change it").click()
    expect(desk.get_by_label("Subject")).to_be_focused()
    assert sent(offer) == []


def test_announcing_is_for_staff_of_the_event(offer: Offer, context: OpenContext) -> None:
    page = context().new_page()
    sign_in(page, READER.email, READER.password, following=f"%2Fevents%2F{offer.id}%2Fannounce")
    expect(page.get_by_role("alert")).to_contain_text("There is no such event")


def test_administrator_looks_up_what_was_told_and_to_whom(
    offer: Offer, server: ServerProcess, context: OpenContext
) -> None:
    buy(offer, server)
    page = context(viewport={"width": 320, "height": 800}).new_page()
    sign_in(page, STAFF.email, STAFF.password, following="%2Fadmin%2Fnotifications")
    page.get_by_label("About").select_option("Order paid")
    page.get_by_role("button", name="Show", exact=True).click()
    table = page.get_by_role("region", name="What people were told")
    row = table.get_by_role("row").filter(has_text=READER.email).first
    expect(row).to_contain_text("Paid: Alpine Python Days")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    text = saved.value.path().read_text()
    assert READER.email in text
    row.get_by_role("link", name="all of this account").click()
    expect(table.get_by_role("row").filter(has_text=READER.email).first).to_be_visible()
    assert "user=" in page.url


def test_what_was_told_is_nobody_elses_to_see(context: OpenContext) -> None:
    page = context().new_page()
    sign_in(page, READER.email, READER.password, following="%2Fadmin%2Fnotifications")
    expect(page.get_by_role("alert")).to_have_text("There is no such page.")
