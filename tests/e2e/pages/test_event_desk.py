"""The organiser's way in the browser: from opening an account to a published event on sale, by pointer, touch and keys."""

import io
import itertools
import json
import re
import time
import zipfile
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from local.demo.demo import ACCOUNTS, ApiCaller
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in, wait_until
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
MOST_ACTIONS = 25
SECONDS_AN_ACTION, SECONDS_A_CHARACTER, MOST_SECONDS = 1.5, 0.25, 180
LINK_IN_MAIL = 2
ORGANISER = ACCOUNTS[0]
_numbers = itertools.count(1)


class Hand:
    """Somebody who uses a page in one way, and counts what it takes: a press or a filled field is an action."""

    def __init__(self, page: Page, way: str) -> None:
        self.page = page
        self.way = way
        self.actions = self.characters = self.tabs = 0

    def press(self, target: Locator) -> None:
        """Presses a button or follows a link."""
        self.actions += 1
        if self.way == "pointer":
            target.click()
        elif self.way == "touch":
            target.tap()
        else:
            self._reach(target)
            self.page.keyboard.press("Enter")

    def type(self, target: Locator, text: str) -> None:
        """Types into a field, in the place of what is there."""
        self.actions += 1
        self.characters += len(text)
        if self.way == "keyboard":
            self._reach(target)
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.type(text)
        else:
            target.fill(text)

    def choose_moment(self, target: Locator, day: str, hour: str) -> None:
        """Chooses a day (2099-06-11) and an hour (09:00) in a field of both."""
        self.actions += 1
        self.characters += len(day + hour)
        if self.way == "keyboard":
            self._reach(target)  # the browser's own language is American English, whatever that of the page
            self.page.keyboard.type(datetime.fromisoformat(f"{day}T{hour}").strftime("%m%d%Y%I%M%p"))
        else:
            target.fill(f"{day}T{hour}")
        expect(target).to_have_value(f"{day}T{hour}")

    def _reach(self, target: Locator) -> None:
        """Goes to an element by the Tab key."""
        expect(target).to_be_visible()
        for _ in range(150):
            if target.evaluate("(one) => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            self.tabs += 1
        raise AssertionError(f"the Tab key never reached {target}")

    @property
    def seconds(self) -> float:
        """How long this takes, by the time that an action and a character are counted with."""
        return self.actions * SECONDS_AN_ACTION + self.characters * SECONDS_A_CHARACTER


@pytest.mark.parametrize(("way", "size"), [("pointer", (1280, 800)), ("touch", (360, 740)), ("keyboard", (1280, 800))])
def test_organiser_goes_from_sign_up_to_an_event_on_sale(
    context: OpenContext, server: ServerProcess, capsys: pytest.CaptureFixture[str], way: str, size: tuple[int, int]
) -> None:
    width, height = size
    person = context(viewport={"width": width, "height": height}, has_touch=way == "touch")
    page = person.new_page()
    hand = Hand(page, way)
    number = next(_numbers)
    email = f"organiser-{way}-{number}@example.org"
    began = time.monotonic()
    page.goto("/sign-up")
    hand.type(page.get_by_label("Name"), "Robin Example")
    hand.type(page.get_by_label("E-mail"), email)
    hand.type(page.get_by_label("Password"), "correct horse battery")
    hand.press(page.get_by_role("button", name="Open the account"))
    hand.press(page.get_by_role("link", name="New event"))
    hand.type(page.get_by_label("Name"), f"Tidal Days {way}")
    hand.choose_moment(page.get_by_label("Starts"), "2099-06-11", "09:00")
    hand.choose_moment(page.get_by_label("Ends"), "2099-06-12", "17:00")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/London")
    hand.type(page.get_by_label("Venue"), "Harbour Hall")
    hand.press(page.get_by_role("button", name="Create event"))
    hand.press(page.get_by_role("link", name="Describe the event"))
    hand.type(page.get_by_label("Description"), "Two days about tides.")
    hand.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_text(re.compile("^Saved at"))).to_be_visible()
    hand.press(page.get_by_role("link", name="Next: Tickets"))
    hand.press(page.get_by_role("button", name="Add ticket type"))
    hand.type(page.get_by_label("Name"), "Standard")
    hand.type(page.get_by_label("Price"), "49")
    hand.type(page.get_by_label("Quantity"), "200")
    hand.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("“Standard” is saved.")).to_be_visible()
    open_mailed_link(page, server.origin, email)
    hand.actions += LINK_IN_MAIL
    hand.press(page.get_by_role("link", name="Next: check and publish"))
    hand.press(page.get_by_role("button", name="Publish"))
    expect(page.get_by_role("heading", name="The event is published")).to_be_visible()
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\nW1 {way} {width} px: {hand.actions} actions, {hand.seconds:.0f} s of a person, {took:.1f} s here")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert hand.actions <= MOST_ACTIONS
    assert hand.seconds <= MOST_SECONDS
    guest = context().new_page()
    guest.goto(str(page.locator('.notice a[href^="/e/"]').get_attribute("href")))
    expect(guest.get_by_role("heading", name="Standard")).to_be_visible()
    expect(guest.get_by_text("Two days about tides.")).to_be_visible()
    expect(guest.locator(".price data")).to_have_text("€49.00")


def open_mailed_link(page: Page, origin: str, email: str) -> None:
    """Follows the link that proves an address, in another tab, and comes back."""

    def links() -> list[str]:
        items = httpx.get(f"{origin}/_local/mail.json?to={email}").json()["items"]
        return [link for one in items for link in re.findall(r"\S+/verify#\S+", one["text"])]

    mail = page.context.new_page()
    mail.goto(wait_until(page, links)[0])
    expect(mail.get_by_role("heading", level=1)).to_have_text("Your address is confirmed")
    mail.close()


def test_event_is_unpublished_archived_and_deleted_with_a_question(context: OpenContext, offer: Offer) -> None:
    page = context().new_page()
    sign_in(page, ORGANISER.email, ORGANISER.password, following=f"/organise/{offer.id}/settings")
    page.get_by_role("button", name="Unpublish").click()
    expect(page.get_by_text("The event is a draft again.")).to_be_visible()
    assert offer.api.call("GET", f"/api/v1/events/{offer.id}?view=all")["state"] == "draft"
    page.get_by_role("button", name="Archive the event").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_text("The event is archived.")).to_be_visible()
    page.get_by_role("button", name="Delete the event").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click(force=True)
    expect(dialog).to_be_visible()  # nothing happens before the name is typed
    dialog.get_by_role("textbox").fill("Alpine Python Days")
    dialog.get_by_role("button", name="Delete").click()
    page.wait_for_url("**/organise")
    expect(page.locator(f'a[href="/organise/{offer.id}"]')).to_have_count(0)


def test_event_with_ticket_types_is_not_deleted_and_says_why(context: OpenContext, offer: Offer) -> None:
    offer.ticket("Standard", 4900)
    page = context().new_page()
    sign_in(page, ORGANISER.email, ORGANISER.password, following=f"/organise/{offer.id}/settings")
    page.get_by_role("button", name="Delete the event").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("Alpine Python Days")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("alert")).to_contain_text("archive it instead")


def test_archive_is_imported_with_progress_and_a_report(context: OpenContext, tmp_path: Path) -> None:
    page = context().new_page()
    sign_in(page, ORGANISER.email, ORGANISER.password, following="/organise/import")
    file = tmp_path / "tides.zip"
    file.write_bytes(archive(sessions=300))
    page.get_by_label("Archive").set_input_files(file)
    expect(page.get_by_role("heading", name="The event is imported")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"^Not taken \(1\)"))).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("region", name="Report").get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name=re.compile(r"^All \(30\d\)")).click()
    page.get_by_role("button", name="Show more").click()
    page.get_by_role("link", name="Open the event").click()
    expect(page.get_by_text("Tidal Archive")).to_be_visible()


def test_file_that_is_no_archive_is_refused_in_words(context: OpenContext, tmp_path: Path) -> None:
    page = context().new_page()
    sign_in(page, ORGANISER.email, ORGANISER.password, following="/organise/import")
    file = tmp_path / "tides.zip"
    file.write_bytes(b"no archive")
    page.get_by_label("Archive").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text("Nothing was made.")
    page.get_by_role("button", name="Choose another file").click()
    expect(page.get_by_label("Archive")).to_be_enabled()


def archive(*, sessions: int) -> bytes:
    """Returns an Open Event archive with this many sessions, the last of which has no title."""
    talks = [
        {"id": n, "title": f"Talk {n}" if n < sessions else "", "start_time": "2099-06-11T09:00:00Z"}
        for n in range(1, sessions + 1)
    ]
    event = {"id": 1, "name": "Tidal Archive", "start_time": "2099-06-11T08:00:00Z", "end_time": "2099-06-12T17:00:00Z"}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("event.json", json.dumps(event))
        packed.writestr("sessions.json", json.dumps(talks))
    return buffer.getvalue()


def test_attendee_is_found_and_their_ticket_given_to_somebody_else(context: OpenContext, offer: Offer) -> None:
    form = {
        "lines": [{"ticket_type_id": offer.ticket("Day ticket", 0), "quantity": 2}],
        "buyer": {"name": "Ada Lovelace", "email": "ada@example.org"},
    }
    order = ApiCaller(offer.api.origin).call("POST", f"/api/v1/events/{offer.id}/orders", form)["id"]
    page = context().new_page()
    sign_in(page, ORGANISER.email, ORGANISER.password, following=f"/organise/{offer.id}/attendees")
    page.get_by_role("button", name="Ada Lovelace").first.click()
    page.get_by_label("Name").fill("")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Type the name of the attendee.")
    page.get_by_label("Name").fill('<img src=x onerror="alert(1)">')
    page.get_by_label("E-mail").fill("grace@example.org")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The ticket is changed.")).to_be_visible()
    expect(page.get_by_role("button", name='<img src=x onerror="alert(1)">')).to_be_visible()
    tickets = offer.api.call("GET", f"/api/v1/orders/{order}/tickets")["items"]
    assert sorted(str(one["attendee"]["email"]) for one in tickets) == ["ada@example.org", "grace@example.org"]


def test_screen_that_cannot_be_loaded_says_so_and_loads_again(context: OpenContext, offer: Offer) -> None:
    person = context()
    page = person.new_page()
    sign_in(page, ORGANISER.email, ORGANISER.password, following=f"/organise/{offer.id}")
    expect(page.get_by_role("heading", name="The event is published")).to_be_visible()
    page.route("**/settings.js", lambda route: route.abort())
    page.get_by_role("navigation", name="Event").get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="This screen could not be loaded")).to_be_focused()
    page.unroute("**/settings.js")
    page.get_by_role("button", name="Load again").click()
    expect(page.get_by_role("button", name="Archive the event")).to_be_visible()
