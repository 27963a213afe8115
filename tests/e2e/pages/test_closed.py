"""Web pushes to browsers in which Marquee is closed: switching them on and off, and what the service worker shows.

Headless Chromium has no push service, so it subscribes to the local one. The test decrypts the pushed messages with the
browser's keys and gives them to the service worker, as the browser would.
"""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Worker, expect

from local.demo.demo import ACCOUNTS, ApiCaller
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in, signed_in, wait_until
from tests.harness.browser import Browser
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
READER = ACCOUNTS[1]
PLACE = "/api/v1/me/push-subscriptions"
PAGE = "/notifications/preferences"
SUBSCRIBING = """
(() => {
  const form = %s;
  const made = (key) => ({
    endpoint: form.endpoint,
    options: { applicationServerKey: Uint8Array.from(atob(key.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0)).buffer },
    toJSON: () => form,
    unsubscribe: async () => (localStorage.removeItem("subscribed"), true),
  });
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    localStorage.setItem("subscribed", applicationServerKey);
    return made(applicationServerKey);
  };
  PushManager.prototype.getSubscription = async () => {
    const key = localStorage.getItem("subscribed");
    return key && made(key);
  };
})();
"""


@pytest.fixture
def browser(server: ServerProcess) -> Browser:
    """The keys of the tab's browser."""
    return Browser(f"{server.origin}/_local/push")


@pytest.fixture
def person(context: OpenContext, browser: Browser) -> BrowserContext:
    """A context whose browser supports pushes and grants the permission."""
    made = context(permissions=["notifications"])
    made.add_init_script(SUBSCRIBING % json.dumps(browser.form()))
    return made


def forget(api: ApiCaller) -> None:
    """Makes the server delete all subscriptions of a user, as when their push services report them as gone."""
    for one in api.call("GET", PLACE)["items"]:
        httpx.delete(f"{api.origin}{PLACE}/{one['id']}", headers={"Authorization": f"Bearer {api.token}"})


@pytest.fixture
def reader(server: ServerProcess) -> Iterator[ApiCaller]:
    """The API client of the reader, whose subscriptions are deleted afterwards."""
    api = signed_in(server.origin, READER)
    yield api
    forget(api)


@pytest.fixture
def tab(person: BrowserContext, reader: ApiCaller) -> Page:
    """The reader's preferences page."""
    page = person.new_page()
    sign_in(page, READER.email, READER.password, following=PAGE.replace("/", "%2F"))
    page.get_by_role("heading", name="When Marquee is closed").wait_for()
    return page


def switch_on(tab: Page) -> None:
    tab.get_by_role("button", name="Tell me on this browser").click()
    expect(tab.get_by_role("status").filter(has_text="tells you from now on")).to_be_visible()


def announce(offer: Offer, reader: ApiCaller, title: str) -> None:
    """Orders a ticket for the reader and announces to ticket holders."""
    ticket = offer.ticket("Free", 0)
    buyer = {"name": "Robin Example", "email": READER.email}
    order = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": buyer}
    reader.call("POST", f"/api/v1/events/{offer.id}/orders", order)
    form = {"title": title, "message": "<p>At nine.</p>", "audience": {"attendees": True}}
    offer.api.call("POST", f"/api/v1/events/{offer.id}/announcements", form)


def pushed(tab: Page, server: ServerProcess, browser: Browser, title: str) -> dict[str, Any]:
    """Waits for a push to this browser and returns the decrypted message."""

    def found() -> list[Any]:
        items = httpx.get(f"{server.origin}/_local/push.json").json()["items"]
        news = [browser.news(base64.b64decode(one["body"])) for one in items if one["to"] == browser.name]
        return [one for one in news if title in one["title"]]

    return wait_until(tab, found)[0]


def worker_of(person: BrowserContext) -> Worker:
    """Waits for the service worker and returns it."""
    return person.service_workers[0] if person.service_workers else person.wait_for_event("serviceworker")


def deliver(person: BrowserContext, tab: Page, news: dict[str, Any]) -> None:
    """Gives a message to the service worker, as the browser does when a push comes."""
    session = person.new_cdp_session(tab)
    found: list[str] = []
    session.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda e: found.extend(r["registrationId"] for r in e["registrations"]),
    )
    session.send("ServiceWorker.enable")
    wait_until(tab, lambda: found)
    message = {"origin": tab.evaluate("location.origin"), "registrationId": found[0], "data": json.dumps(news)}
    session.send("ServiceWorker.deliverPushMessage", message)


def shown(person: BrowserContext) -> list[list[str]]:
    """Returns titles and tags of the notifications on the screen."""
    return worker_of(person).evaluate(  # type: ignore[no-any-return]
        "async () => (await registration.getNotifications()).map((one) => [one.title, one.tag])"
    )


def test_switch_on_is_kept_and_off_again_leaves_nothing(tab: Page, reader: ApiCaller) -> None:
    switch_on(tab)
    assert len(reader.call("GET", PLACE)["items"]) == 1
    tab.reload()
    off = tab.get_by_role("button", name="Stop telling me on this browser")
    expect(off).to_be_visible()
    expect(tab.get_by_role("list").filter(has_text="elsewhere")).to_have_count(0)
    off.click()
    expect(tab.get_by_role("status").filter(has_text="tells you no more")).to_be_visible()
    expect(tab.get_by_role("button", name="Tell me on this browser")).to_be_focused()
    assert reader.call("GET", PLACE)["items"] == []
    assert tab.evaluate("localStorage.subscribed") is None


def test_nothing_is_asked_before_the_button_is_pressed(context: OpenContext, reader: ApiCaller) -> None:
    person = context()
    person.add_init_script(
        "Notification.requestPermission = () => { window.asked = true; return Promise.resolve('denied') }"
    )
    page = person.new_page()
    sign_in(page, READER.email, READER.password, following=PAGE.replace("/", "%2F"))
    button = page.get_by_role("button", name="Tell me on this browser")
    button.or_(page.get_by_text("This browser blocks notifications")).wait_for()
    assert page.evaluate("window.asked") is None
    if button.is_visible():
        button.click()
        expect(page.get_by_text("You did not allow it")).to_be_visible()
    assert reader.call("GET", PLACE)["items"] == []
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0


def test_push_is_shown_once_while_no_page_is_in_sight(
    *, tab: Page, person: BrowserContext, browser: Browser, server: ServerProcess, offer: Offer, reader: ApiCaller
) -> None:
    switch_on(tab)
    announce(offer, reader, "Doors open at nine")
    news = pushed(tab, server, browser, "Doors open at nine")
    worker = worker_of(person)
    worker.evaluate("() => { self.clients.matchAll = async () => [] }")
    for _ in range(2):
        deliver(person, tab, news)
    wait_until(tab, lambda: shown(person))
    tab.wait_for_timeout(300)  # a second one would have come by now
    assert shown(person) == [[news["title"], news["tag"]]]


def test_push_is_not_shown_while_a_page_is_in_sight(
    *, tab: Page, person: BrowserContext, browser: Browser, server: ServerProcess, offer: Offer, reader: ApiCaller
) -> None:
    switch_on(tab)
    announce(offer, reader, "Lunch is ready")
    deliver(person, tab, pushed(tab, server, browser, "Lunch is ready"))
    expect(tab.get_by_role("button", name=re.compile("Notifications, [1-9]"))).to_be_visible()
    tab.wait_for_timeout(300)
    assert shown(person) == []


def test_click_marks_it_read_and_leads_to_its_subject(
    *, tab: Page, person: BrowserContext, browser: Browser, server: ServerProcess, offer: Offer, reader: ApiCaller
) -> None:
    switch_on(tab)
    announce(offer, reader, "Room changed")
    news = pushed(tab, server, browser, "Room changed")
    opened = worker_of(person).evaluate(
        """async (news) => {
          let opened = null;
          self.clients.matchAll = async () => [];
          self.clients.openWindow = async (url) => { opened = url };
          await tell(news);
          const [notification] = await registration.getNotifications({ tag: news.tag });
          self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
          await new Promise((resolve) => setTimeout(resolve, 200));
          return opened;
        }""",
        news,
    )
    assert opened == f"/notifications?open={news['id']}"
    tab.goto(opened)
    tab.wait_for_url(re.compile(f"/e/{offer.slug}|/orders/|/e/{offer.id}"))
    read = reader.call("GET", "/api/v1/notifications?state=read")["items"]
    assert news["id"] in {one["id"] for one in read}


def test_click_on_one_that_is_long_gone_shows_the_inbox(tab: Page) -> None:
    tab.goto("/notifications?open=01ARZ3NDEKTSV4RRFFQ69G5FAV")
    expect(tab.get_by_role("heading", level=1, name="Notifications")).to_be_visible()
    expect(tab).to_have_url(re.compile(r"/notifications$"))


def test_sign_out_lets_go_and_the_next_person_is_asked_anew(tab: Page, reader: ApiCaller) -> None:
    switch_on(tab)
    tab.get_by_role("button", name=re.compile("^Account of")).click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("link", name="Sign in")).to_be_visible()
    tab.wait_for_function("() => localStorage.subscribed === undefined")
    other = ACCOUNTS[0]
    sign_in(tab, other.email, other.password, following=PAGE.replace("/", "%2F"))
    expect(tab.get_by_role("button", name="Tell me on this browser")).to_be_visible()


def test_other_browsers_can_be_removed(tab: Page, reader: ApiCaller, server: ServerProcess) -> None:
    reader.call("POST", PLACE, Browser(f"{server.origin}/_local/push").form())
    tab.reload()
    tab.get_by_role("button", name="Remove Another browser").click()
    expect(tab.get_by_role("status").filter(has_text="tells you no more")).to_be_visible()
    expect(tab.get_by_role("button", name="Tell me on this browser")).to_be_focused()
    assert reader.call("GET", PLACE)["items"] == []


def change_kept(tab: Page, name: str, value: str) -> None:
    """Changes what the browser has stored about its subscription."""
    read = "const kept = JSON.parse(localStorage['marquee.push'])"
    tab.evaluate(f"() => {{ {read}; kept.{name} = {value}; localStorage['marquee.push'] = JSON.stringify(kept) }}")


def test_subscription_is_renewed_after_a_day_and_given_up_when_somebody_else_is_here(
    tab: Page, reader: ApiCaller
) -> None:
    switch_on(tab)
    (before,) = reader.call("GET", PLACE)["items"]
    change_kept(tab, "at", "kept.at - 864e5")
    tab.goto("/notifications")
    tab.wait_for_function("() => Date.now() - JSON.parse(localStorage['marquee.push']).at < 6e4")
    assert [one["id"] for one in reader.call("GET", PLACE)["items"]] == [before["id"]]
    change_kept(tab, "user", "'somebody else'")
    tab.reload()
    tab.wait_for_function("() => localStorage.subscribed === undefined")


def test_browser_that_was_removed_elsewhere_does_not_come_back_unless_it_has_a_new_address(
    tab: Page, reader: ApiCaller
) -> None:
    switch_on(tab)
    forget(reader)
    change_kept(tab, "endpoint", "'https://push.example/before'")
    tab.goto("/notifications")
    wait_until(tab, lambda: reader.call("GET", PLACE)["items"])
    forget(reader)
    change_kept(tab, "at", "kept.at - 864e5")
    tab.reload()
    tab.wait_for_function("() => localStorage.subscribed === undefined")
    assert reader.call("GET", PLACE)["items"] == []


def test_browser_that_the_server_has_forgotten_says_that_it_does_not_tell(tab: Page, reader: ApiCaller) -> None:
    switch_on(tab)
    forget(reader)
    tab.reload()
    switch_on(tab)
    assert len(reader.call("GET", PLACE)["items"]) == 1
