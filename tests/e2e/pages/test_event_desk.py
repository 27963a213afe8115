"""The organiser's way in the browser: from opening an account to a published event on sale, by pointer, touch and keys."""

import itertools
import re
import time
from datetime import datetime

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.pages.conftest import OpenContext, wait_until
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
MOST_ACTIONS = 25
SECONDS_AN_ACTION, SECONDS_A_CHARACTER, MOST_SECONDS = 1.5, 0.25, 180
LINK_IN_MAIL = 2
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
