"""The unsubscribe link in a mail: a page that asks first, and a button, without an account or JavaScript."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from local.demo.demo import ApiCaller
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in
from tests.e2e.test_mail import eventually
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
EMAIL, PASSWORD = "refuser@example.org", "correct horse battery"
PLACE = "/api/v1/me/notification-preferences"


@pytest.fixture(scope="module")
def reader(server: ServerProcess) -> ApiCaller:
    """The API client of a user who exists only for this module."""
    api = ApiCaller(server.origin)
    form = {"email": EMAIL, "password": PASSWORD, "name": "Ada Lovelace"}
    api.token = api.call("POST", "/api/v1/auth/sign-up", form)["access_token"]
    (mail,) = eventually(lambda: mails(server, ""))
    api.call("POST", "/api/v1/auth/verify", {"token": re.findall(r"/verify#(\S+)", mail)[0]})
    return api


def mails(server: ServerProcess, subject: str) -> list[str]:
    """Returns the plain text of the mails to the reader, newest first."""
    found = httpx.get(f"{server.origin}/_local/mail.json?to={EMAIL}").json()["items"]
    return [one["text"] for one in found if subject in one["subject"]]


@pytest.fixture
def links(server: ServerProcess, reader: ApiCaller, offer: Offer) -> dict[str, str]:
    """The paths of the links at the end of an announcement's mail, by their text."""
    headers = {"Authorization": f"Bearer {reader.token}", "If-Match": "*"}
    assert httpx.patch(f"{server.origin}{PLACE}", json={"actions": None}, headers=headers).status_code == 200
    ticket = offer.ticket("Day ticket", 0)
    order = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": {"name": "Ada", "email": EMAIL}}
    reader.call("POST", f"/api/v1/events/{offer.id}/orders", order)
    title = f"News {offer.slug}"
    form = {"title": title, "message": "<p>Hello.</p>", "audience": {"attendees": True}}
    offer.api.call("POST", f"/api/v1/events/{offer.id}/announcements", form)
    (text,) = eventually(lambda: mails(server, title))
    foot = text.split("\n-- \n")[1]
    return dict(re.findall(r"^(.+): https?://[^/]+(/\S+)$", foot, re.MULTILINE))


def stop_link(links: dict[str, str]) -> str:
    (path,) = [path for words, path in links.items() if words.startswith("No more mails about")]
    return path


def mail_choice(reader: ApiCaller) -> str:
    return str(reader.call("GET", PLACE)["actions"]["announcement"]["mail"])


def test_link_asks_first_and_the_button_stops_the_mails(
    context: OpenContext, links: dict[str, str], reader: ApiCaller
) -> None:
    tab = context(java_script_enabled=False, viewport={"width": 320, "height": 700}).new_page()
    tab.goto(stop_link(links))
    expect(tab.get_by_role("heading", level=1)).to_have_text("Stop these mails?")
    expect(tab.get_by_text("Nothing has changed yet.")).to_be_visible()
    assert mail_choice(reader) == "each"
    tab.get_by_role("button", name="No more mails about this").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("No more mails")
    expect(tab.get_by_role("status")).to_have_text("You will get no more mails about announcements of organisers.")
    assert mail_choice(reader) == "off"
    tab.reload()
    expect(tab.get_by_role("heading", level=1)).to_have_text("No more mails")
    assert EMAIL not in tab.content()


def test_button_is_reached_by_keyboard_and_leads_on_to_the_choice(
    context: OpenContext, links: dict[str, str], reader: ApiCaller
) -> None:
    tab: Page = context(color_scheme="dark", viewport={"width": 390, "height": 844}).new_page()
    sign_in(tab, EMAIL, PASSWORD, following=stop_link(links).replace("/", "%2F"))
    tab.locator("main").focus()
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="No more mails about this")).to_be_focused()
    tab.keyboard.press("Enter")
    tab.get_by_role("main").get_by_role("link", name="what you are told").click()
    expect(tab.get_by_label("Mail: Announcements of organisers")).to_have_value("off")
    assert mail_choice(reader) == "off"


def test_foot_of_a_mail_leads_to_what_one_is_told(context: OpenContext, links: dict[str, str]) -> None:
    tab = context().new_page()
    sign_in(tab, EMAIL, PASSWORD, following=links["Choose what you are told"].replace("/", "%2F"))
    expect(tab.get_by_role("heading", level=1)).to_have_text("What you are told")
    expect(tab.get_by_role("button", name="Save")).to_be_visible()
    tab.goto("/")
    tab.get_by_role("button", name="Account of").click()
    tab.get_by_role("link", name="What you are told").click()
    tab.wait_for_url("**/notifications/preferences")
