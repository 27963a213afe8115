"""Staff send announcements, administrators look up sent notifications, and the attendee's bell counts them."""

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from local.demo.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, heard, sign_in, signed_in, wait_for
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
STAFF, READER = ACCOUNTS[:2]


def buy(offer: Offer, server: ServerProcess) -> None:
    """Orders a ticket for the reader."""
    ticket = offer.ticket("Day ticket", 0)
    form = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": {"name": "Ada", "email": READER.email}}
    signed_in(server.origin, READER).call("POST", f"/api/v1/events/{offer.id}/orders", form)


@pytest.fixture
def desk(context: OpenContext, offer: Offer) -> Page:
    """Opens the page of announcements on a phone."""
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
    expect(review).to_contain_text("Sent, it cannot be taken back.")
    desk.get_by_role("button", name="Send to everybody with a ticket").dblclick()
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


def test_announcement_whose_answer_is_lost_is_sent_once_also_after_a_reload(desk: Page, offer: Offer) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    desk.get_by_label("Staff of this event").check()
    desk.get_by_label("Owner").check()
    write(desk, "Once", "Only once.")
    desk.route("**/announcements", lambda route: lose(route) if route.request.method == "POST" else route.continue_())
    desk.get_by_role("button", name="Send to owner").click()
    expect(desk.get_by_role("alert").filter(has_text="No answer came.")).to_be_visible()
    expect(desk.get_by_role("listitem").filter(has_text="Once")).to_be_visible()
    desk.unroute_all()
    desk.reload()
    desk.get_by_role("button", name="Look it over…").click()
    desk.get_by_role("button", name="Send to owner").click()
    expect(desk.get_by_text("It is on its way.")).to_be_focused()
    assert sent(offer) == [("Once", "<p>Only once.</p>")]
    write(desk, "Once", "Only once.")
    desk.get_by_role("button", name="Send to").click()
    expect(desk.get_by_role("listitem").filter(has_text="Once")).to_have_count(2)


def test_announcement_that_is_still_being_taken_keeps_its_key(desk: Page, offer: Offer) -> None:
    keys: list[str] = []

    def hold(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            return route.continue_()
        refusal = {"status": 409, "code": "still_running", "detail": "Still running."}
        return route.fulfill(status=409, headers={"Retry-After": "1"}, body=json.dumps(refusal))

    desk.route("**/announcements", hold)
    write(desk, "Patience", "It comes.")
    desk.get_by_role("button", name="Send to").click()
    expect(desk.get_by_text("It is on its way.")).to_be_focused()
    assert (len(keys), len(set(keys))) == (2, 1)
    assert sent(offer) == [("Patience", "<p>It comes.</p>")]


def test_refused_announcement_says_why_and_can_be_mended(desk: Page, offer: Offer) -> None:
    for number in range(10):
        form = {"title": f"Number {number}", "message": "<p>Hello.</p>", "audience": {"roles": ["owner"]}}
        offer.api.call("POST", f"/api/v1/events/{offer.id}/announcements", form)
    write(desk, "One too many", "Hello.")
    desk.get_by_role("button", name="Send to").click()
    expect(desk.get_by_role("alert").filter(has_text="An event may send 10 announcements a day.")).to_be_visible()
    desk.get_by_role("button", name="Change it").click()
    expect(desk.get_by_label("Message")).to_have_value("Hello.")


def test_announcement_is_written_and_sent_by_keyboard_alone(desk: Page, offer: Offer) -> None:
    keyboard = desk.keyboard
    desk.get_by_label("Subject").focus()
    keyboard.type("By hand")
    keyboard.press("Tab")
    keyboard.type("No mouse.")
    keyboard.press("Tab")
    expect(desk.get_by_label("Everybody with a ticket")).to_be_focused()
    keyboard.press("ArrowDown")
    expect(desk.get_by_label("Staff of this event")).to_be_checked()
    keyboard.press("Tab")
    expect(desk.get_by_label("Owner")).to_be_focused()
    keyboard.press("Space")
    keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="By hand")).to_be_focused()
    keyboard.press("Tab")
    expect(desk.get_by_role("button", name="Send to owner")).to_be_focused()
    keyboard.press("Enter")
    expect(desk.get_by_text("It is on its way.")).to_be_focused()
    expect(desk.get_by_role("listitem").filter(has_text="By hand")).to_be_visible()
    keyboard.press("Tab")
    expect(desk.get_by_text("Read it")).to_be_focused()
    assert sent(offer) == [("By hand", "<p>No mouse.</p>")]


def test_progress_is_told_without_taking_the_reader_away(desk: Page, offer: Offer) -> None:
    form = {"title": "Long way", "message": "<p>Hello.</p>", "audience": {"roles": ["owner"]}}
    offer.api.call("POST", f"/api/v1/events/{offer.id}/announcements", form)
    now = {"state": "sending", "counts": {"recipients": 500, "delivered": 400, "mailed": 0}}

    def show(route: Route) -> None:
        (one,) = offer.api.call("GET", f"/api/v1/events/{offer.id}/announcements")["items"]
        route.fulfill(json={"items": [one | now], "next_cursor": None})

    desk.route("**/announcements?**", show)
    desk.reload()
    row = desk.get_by_role("listitem").filter(has_text="Long way")
    expect(row).to_contain_text("On its way 500 people, 400 inboxes, 0 mails so far")
    row.get_by_text("Read it").click()
    now |= {"state": "sent", "counts": {"recipients": 2000, "delivered": 1600, "mailed": 0}}
    expect(row).to_contain_text("Sent 2,000 people, 1,600 inboxes, 0 mails")
    expect(row.get_by_text("Read it")).to_be_focused()
    expect(row.get_by_text("Hello.")).to_be_visible()
    expect(desk.get_by_role("status").filter(has_text="“Long way” is sent.")).to_have_count(1)


def test_hostile_announcement_rings_in_an_open_tab_and_never_runs(
    offer: Offer, server: ServerProcess, context: OpenContext
) -> None:
    buy(offer, server)
    signed_in(server.origin, READER).call("POST", "/api/v1/notifications/read-all")
    reader = context(viewport={"width": 1280, "height": 900}).new_page()
    frames = heard(reader)
    sign_in(reader, READER.email, READER.password)
    bell = reader.get_by_role("button", name="Notifications,")
    expect(bell).to_have_accessible_name("Notifications, none unread")
    wait_for(reader, frames, "WS connected")  # notifications from here on are pushed
    message = (
        '<p>Hi <b>you</b><img src=x onerror="alert(1)"><script>alert(2)</script><a href="javascript:alert(3)">x</a></p>'
    )
    form = {"title": "<img src=x onerror=alert(4)>", "message": message, "audience": {"attendees": True}}
    offer.api.call("POST", f"/api/v1/events/{offer.id}/announcements", form)
    expect(bell).to_have_accessible_name("Notifications, 1 unread")
    expect(reader.locator("[data-bell] > [role=status]")).to_contain_text("New notification: Alpine Python Days: <img")
    bell.click()
    note = reader.locator(".note.unread")
    assert "<p>Hi <b>you</b>" in note.inner_html()
    assert note.locator("img, script, [href^='javascript:'], [onerror]").count() == 0


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
    expect(desk.get_by_role("button", name="Send to owner")).to_be_visible()
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
    sign_in(page, STAFF.email, STAFF.password)
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("link", name="What people were told").click()
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


def test_more_of_what_was_told_is_added_and_the_focus_stays(context: OpenContext) -> None:
    one = {
        "action": "announcement",
        "user": {"id": "0" * 26, "email": "ada@example.org"},
        "title": "Hello",
        "received_at": "2030-01-01T08:00:00Z",
        "has_read": True,
        "read_at": "2030-01-01T09:00:00Z",
        "delivery": {"pushed": 2, "mailed": "sent", "web_pushed": 1},
    }
    pages: dict[str, tuple[int, str | None]] = {"": (0, "b"), "b": (3, "c"), "c": (1, None)}

    def answer(route: Route) -> None:
        number, following = pages[parse_qs(urlsplit(route.request.url).query).get("cursor", [""])[0]]
        route.fulfill(json={"items": [one | {"id": str(n)} for n in range(number)], "next_cursor": following})

    page = context(viewport={"width": 1280, "height": 900}).new_page()
    page.route("**/api/v1/admin/notifications**", answer)
    sign_in(page, STAFF.email, STAFF.password, following="%2Fadmin%2Fnotifications")
    said = page.get_by_role("main").get_by_role("status")
    expect(said.first).to_have_text("Nothing that fits in the newest months; there may be more before.")
    more = page.get_by_role("button", name="Show more")
    more.press("Enter")
    expect(said.first).to_have_text("3 shown, there are more")
    expect(more).to_be_focused()
    cells = page.get_by_role("row").nth(1).get_by_role("cell")
    expect(cells.nth(2)).to_contain_text("ada@example.org")
    expect(cells.nth(5)).to_have_text("2")
    page.keyboard.press("Enter")
    expect(said.first).to_have_text("4 shown")
    expect(said.first).to_be_focused()
    expect(page.get_by_role("row")).to_have_count(5)


def test_what_was_told_is_nobody_elses_to_see(context: OpenContext) -> None:
    page = context().new_page()
    sign_in(page, READER.email, READER.password)
    page.get_by_role("button", name="Account of").click()
    expect(page.get_by_role("link", name="Your events")).to_be_visible()
    expect(page.get_by_role("link", name="What people were told")).to_have_count(0)
    page.goto("/admin/notifications")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is playing here")
    expect(page.get_by_role("alert")).to_contain_text("The address may have a typing mistake")
    expect(page.get_by_role("search")).to_have_count(0)
