"""The page of notification preferences, and the unsubscribe links in mails."""

import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page, expect

from local.demo.demo import ACCOUNTS, ApiCaller
from tests.e2e.pages.conftest import OpenContext, sign_in, signed_in
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
READER = ACCOUNTS[1]
PLACE = "/api/v1/me/notification-preferences"
PAGE = "/notifications/preferences"
TOO_WIDE = """
[...document.querySelectorAll("main *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".hidden, thead"))
  .map((one) => one.outerHTML.slice(0, 200))
"""


@pytest.fixture
def reader(server: ServerProcess) -> Iterator[ApiCaller]:
    """The API client of the reader, whose preferences are reset afterwards."""
    api = signed_in(server.origin, READER)
    yield api
    change(api, {"actions": None, "quiet_hours": None, "timezone": None, "digest_hour": None})


def change(api: ApiCaller, patch: dict[str, object]) -> None:
    headers = {"Authorization": f"Bearer {api.token}", "If-Match": "*"}
    assert httpx.patch(f"{api.origin}{PLACE}", json=patch, headers=headers).status_code == 200


@pytest.fixture
def tab(context: OpenContext, reader: ApiCaller) -> Page:
    """The reader's page."""
    page = context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(page, READER.email, READER.password, following=PAGE.replace("/", "%2F"))
    page.get_by_role("button", name="Save").wait_for()
    return page


def test_choice_is_saved_and_stands_after_a_reload(tab: Page, reader: ApiCaller) -> None:
    tab.get_by_label("Mail: Announcements of organisers").select_option("Once a day")
    tab.get_by_label("Push: Announcements of organisers").uncheck()
    tab.get_by_label("Mails and pushes wait").check()
    tab.get_by_label("From").fill("21:30")
    tab.get_by_label("Time zone").select_option("Europe/Zurich")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    saved = reader.call("GET", PLACE)
    assert saved["actions"]["announcement"] == {"in_app": True, "mail": "digest", "push": False, "fixed": []}
    assert (saved["quiet_hours"], saved["timezone"]) == ({"from": "21:30", "to": "07:00"}, "Europe/Zurich")
    tab.get_by_label("Daily mail at").select_option("18:00")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    tab.reload()
    expect(tab.get_by_label("Mail: Announcements of organisers")).to_have_value("digest")
    expect(tab.get_by_label("From")).to_have_value("21:30")
    expect(tab.get_by_label("Daily mail at")).to_have_value("18")


def test_what_everybody_needs_cannot_be_switched_off(tab: Page) -> None:
    row = tab.get_by_role("row").filter(has=tab.get_by_role("rowheader", name="Your tickets"))
    expect(row.get_by_role("cell").nth(1)).to_contain_text("Always")
    expect(row.get_by_role("combobox")).to_have_count(0)


def test_push_waits_for_the_inbox(tab: Page) -> None:
    inbox, push = (tab.get_by_label(f"{channel}: Announcements of organisers") for channel in ("Inbox", "Push"))
    inbox.uncheck()
    expect(push).to_be_disabled()
    inbox.check()
    expect(push).to_be_enabled()
    expect(push).to_be_checked()


def test_fault_is_told_beside_its_field_and_nothing_typed_is_lost(tab: Page, reader: ApiCaller) -> None:
    before = reader.call("GET", PLACE)
    tab.get_by_label("Inbox: Announcements of organisers").uncheck()
    tab.get_by_label("Mail: Announcements of organisers").select_option("Once a day")
    tab.get_by_label("Push: Disputed payments").uncheck()
    tab.get_by_role("button", name="Save").click()
    wrong = tab.get_by_label("Mail: Announcements of organisers")
    expect(wrong).to_be_focused()
    expect(wrong).to_have_accessible_description(re.compile("collects from the inbox"))
    expect(tab.get_by_label("Push: Disputed payments")).not_to_be_checked()
    assert reader.call("GET", PLACE) == before
    wrong.select_option("No mail")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(wrong).to_have_accessible_description("")


def test_change_on_another_device_is_told_and_saved_over_only_when_asked_again(tab: Page, reader: ApiCaller) -> None:
    change(reader, {"digest_hour": 5})
    tab.get_by_label("Daily mail at").select_option("20:00")
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("alert").filter(has_text="elsewhere")).to_be_visible()
    assert reader.call("GET", PLACE)["digest_hour"] == 5
    tab.get_by_role("button", name="Save").click()
    expect(tab.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert reader.call("GET", PLACE)["digest_hour"] == 20


def test_everything_can_be_done_by_keyboard(tab: Page, reader: ApiCaller) -> None:
    tab.get_by_label("Push: Announcements of organisers").focus()
    tab.keyboard.press("Space")
    tab.keyboard.press("Tab")
    expect(tab.get_by_label("Inbox: Invitations to speak")).to_be_focused()
    tab.get_by_role("button", name="Save").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    assert reader.call("GET", PLACE)["actions"]["announcement"]["push"] is False


def test_page_fits_a_narrow_screen(tab: Page) -> None:
    tab.set_viewport_size({"width": 320, "height": 700})
    assert tab.evaluate(TOO_WIDE) == []
    expect(tab.get_by_role("rowheader", name="Announcements of organisers")).to_be_visible()


def test_link_that_was_made_up_leads_to_the_page_for_what_is_missing(tab: Page) -> None:
    tab.goto("/unsubscribe/made-up")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Nothing is playing here")


def test_signed_out_reader_is_sent_to_sign_in_and_back(context: OpenContext) -> None:
    page = context().new_page()
    page.goto(PAGE)
    page.wait_for_url("**/sign-in?next=%2Fnotifications%2Fpreferences")
