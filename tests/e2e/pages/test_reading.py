"""Reading pages: without JavaScript, on small screens, with hostile text; accounts from end to end."""

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from local.demo.demo import ApiCaller, mailed_token
from local.demo.demo_conference import NAME, SLUG
from tests.e2e.pages.conftest import Offer, OpenContext, wait_until
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
PLACES = ["/", f"/e/{SLUG}", f"/e/{SLUG}/schedule", "/sign-in", "/sign-up", "/reset", "/e/nothing", "/orders/x/pay"]
EVIL = '<img src=x onerror="alert(1)">'
_numbers = itertools.count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PLACES)
def test_no_page_scrolls_sideways_at_320_pixels(context: OpenContext, path: str, scheme: str) -> None:
    tab = context(viewport={"width": 320, "height": 640}, color_scheme=scheme).new_page()
    tab.goto(path, wait_until="networkidle")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320


def test_public_pages_can_be_read_without_scripts(context: OpenContext) -> None:
    tab = context(java_script_enabled=False).new_page()
    tab.goto("/")
    tab.get_by_role("link", name=NAME).click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(NAME)
    expect(tab.locator(".price").first).to_be_visible()
    expect(tab.locator(".stepper").first).to_be_hidden()
    expect(tab.locator(".stub noscript p")).to_be_visible()
    tab.get_by_role("link", name="See the schedule").click()
    expect(tab.get_by_role("heading", level=4).first).to_be_visible()


def test_hostile_text_is_only_text(tab: Page, offer: Offer) -> None:
    base = f"/api/v1/events/{offer.id}"
    track = offer.api.call("POST", f"{base}/tracks", {"name": EVIL})["id"]
    room = offer.api.call("POST", f"{base}/microlocations", {"name": EVIL})["id"]
    speaker = offer.api.call("POST", f"{base}/speakers", {"name": EVIL, "short_biography": EVIL})["id"]
    talk = {"title": EVIL, "state": "confirmed", "track_id": track, "microlocation_id": room, "speaker_ids": [speaker]}
    offer.api.call("POST", f"{base}/sessions", {**talk, "long_abstract": EVIL})
    offer.ticket(EVIL, 100)
    for place in (f"/e/{offer.slug}", f"/e/{offer.slug}/schedule"):
        tab.goto(place)
        expect(tab.get_by_text(EVIL).first).to_be_attached()
        assert tab.locator("img").count() == 0
        tab.wait_for_load_state("networkidle")


def test_picture_that_does_not_come_leaves_its_place_to_initials(context: OpenContext, offer: Offer) -> None:
    """Imports contain URLs of pictures that no longer exist."""
    base = f"/api/v1/events/{offer.id}"
    for name in ("Ada Gone", "Zoe Gone"):
        offer.api.call("POST", f"{base}/speakers", {"name": name, "photo_url": "https://gone.invalid/p.jpg"})
    tab = context(viewport={"width": 390, "height": 740}).new_page()
    tab.goto(f"/e/{offer.slug}")
    for name, initials in (("Ada Gone", "AG"), ("Zoe Gone", "ZG")):
        tab.get_by_role("heading", name=name).scroll_into_view_if_needed()
        avatar = tab.locator(".speaker", has_text=name).locator(".avatar")
        expect(avatar).to_have_text(initials)
        expect(avatar.locator("img")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1200])
def test_sold_out_type_keeps_room_for_its_name(context: OpenContext, offer: Offer, width: int) -> None:
    sold_out = offer.ticket("Day ticket with workshop", 0, quantity=1)
    form = {
        "lines": [{"ticket_type_id": sold_out, "quantity": 1}],
        "buyer": {"name": "Ada", "email": "ada@example.org"},
    }
    offer.api.call("POST", f"/api/v1/events/{offer.id}/orders", form)
    tab = context(viewport={"width": width, "height": 740}).new_page()
    tab.goto(f"/e/{offer.slug}")
    expect(tab.get_by_role("button", name="Tell me when tickets come free")).to_be_visible()
    name = tab.get_by_role("heading", name="Day ticket with workshop").bounding_box()
    assert name is not None
    assert name["width"] > 100


@pytest.mark.parametrize("width", [360, 1200])
def test_day_of_a_long_schedule_is_where_its_link_leads(context: OpenContext, offer: Offer, width: int) -> None:
    tab = context(viewport={"width": width, "height": 740}, reduced_motion="reduce").new_page()
    for day in range(3):
        for hour in range(8, 14):
            starts_at = f"2099-06-{11 + day}T{hour:02}:00:00Z"
            talk = {"title": f"Talk {day}-{hour}", "state": "confirmed", "starts_at": starts_at}
            talk["ends_at"] = starts_at.replace(":00:00Z", ":45:00Z")
            offer.api.call("POST", f"/api/v1/events/{offer.id}/sessions", talk)
    tab.goto(f"/e/{offer.slug}/schedule")
    for day in (13, 12, 11):
        tab.get_by_role("navigation", name="Days").get_by_role("link", name=f"{day} Jun").click()
        top = f"document.getElementById('day-2099-06-{day}').getBoundingClientRect().top"
        below = "document.querySelector('nav.days').getBoundingClientRect().bottom"
        assert 0 <= tab.evaluate(f"{top} - {below}") < 100


def test_reader_in_another_zone_sees_their_own_time_too(context: OpenContext, offer: Offer) -> None:
    tab = context(timezone_id="America/New_York").new_page()
    tab.goto(f"/e/{offer.slug}")
    expect(tab.get_by_text(re.compile(r"Thu.? 03:00 GMT-4 your time"))).to_be_visible()
    at_home = context(timezone_id="Europe/Zurich").new_page()
    at_home.goto(f"/e/{offer.slug}")
    expect(at_home.locator("[data-your-time]")).to_be_empty()


@pytest.mark.parametrize(("locale", "expected"), [("de-CH", "CHF\u00a0120.00"), ("de-DE", "120,00\u00a0CHF")])
def test_price_is_written_the_readers_way(context: OpenContext, offer: Offer, locale: str, expected: str) -> None:
    offer.ticket("Early bird", 12000)
    tab = context(locale=locale).new_page()
    tab.goto(f"/e/{offer.slug}")
    expect(tab.locator(".price data")).to_have_text(expected)


def test_page_is_kept_and_asked_for_by_its_tag(tab: Page) -> None:
    tab.goto(f"/e/{SLUG}")
    with tab.expect_response(f"**/e/{SLUG}") as seen:
        tab.reload()
    assert seen.value.status in (200, 304)
    assert seen.value.headers["etag"]


def test_account_from_sign_up_to_new_password(tab: Page, server: ServerProcess) -> None:
    email = f"robin-{next(_numbers)}@example.org"
    tab.goto("/sign-up?next=/notifications")
    tab.get_by_label("Name").fill("Robin Example")
    tab.get_by_label("E-mail").fill(email)
    tab.get_by_label("Password").fill("short")
    tab.get_by_role("button", name="Open the account").click()
    expect(tab.get_by_label("Password")).to_be_focused()
    tab.get_by_label("Password").fill("correct horse battery")
    tab.get_by_role("button", name="Open the account").click()
    tab.wait_for_url("**/notifications")
    expect(tab.get_by_text("Nothing yet.").last).to_be_visible()
    tab.goto(f"/verify#{mailed_token(server.origin, email)}")
    expect(tab.get_by_role("heading", level=1)).to_have_text("Your address is confirmed")
    assert "#" not in tab.url
    tab.get_by_role("button", name="Account of Robin Example").click()
    tab.get_by_role("button", name="Sign out").click()
    tab.goto("/reset")
    tab.get_by_label("E-mail").fill(email)
    tab.get_by_role("button", name="Send the link").click()
    expect(tab.locator("[data-status]")).to_contain_text("a link is on its way")
    tab.goto("about:blank")
    tab.goto(f"/reset#{reset_token(tab, server.origin, email)}")
    tab.get_by_label("New password").fill("another good password")
    tab.get_by_role("button", name="Set the password").click()
    expect(tab.get_by_text("Your new password is set.")).to_be_visible()
    tab.get_by_role("link", name="Back to sign in").click()
    tab.get_by_label("E-mail").fill(email)
    tab.get_by_label("Password").fill("correct horse battery")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("alert")).to_have_text("The address or the password is wrong.")
    tab.get_by_label("Password").fill("another good password")
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_role("button", name="Account of Robin Example")).to_be_visible()


def reset_token(tab: Page, origin: str, email: str) -> str:
    """Waits for the mail to an address and returns the token of its reset link."""

    def found() -> list[str]:
        mails = ApiCaller(origin).call("GET", "/_local/mail.json")["items"]
        mine = [mail["text"] for mail in mails if email in str(mail["to"]) and mail.get("text")]
        return [token for text in mine for token in re.findall(r"/reset#([\w-]+)", text)]

    return wait_until(tab, found)[0]


@pytest.mark.parametrize("path", ["//evil.example/", "/.//evil.example/"])
def test_next_never_leads_to_another_site(tab: Page, path: str) -> None:
    tab.goto(f"/sign-in?next={path}")
    ours = tab.evaluate("location.origin")
    tab.get_by_label("E-mail").fill("attendee@marquee.example")
    tab.get_by_label("Password").fill("difference engine")
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url(lambda url: "/sign-in" not in url)
    assert tab.evaluate("location.origin") == ours
