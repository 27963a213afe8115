"""A browser, tabs that fail a test on any script error, and one event per test."""

import contextlib
import itertools
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from local.demo.demo import ACCOUNTS, ApiCaller, DemoAccount
from tests.harness.server import ServerProcess

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
ARGUMENTS += ["--disable-component-update", "--disable-sync"]
CLOSING_SECONDS = 20
PATIENCE_MS = 15_000
"""Longer than the polling interval of a page without a socket (5 s), on a busy machine; shorter than that of a page
with a socket (20 s), so that whatever appears in time was pushed.
"""
expect.set_options(timeout=PATIENCE_MS)
LEAVE_PAGE = "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))"
COME_BACK = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
"""Scripts: what a page hears when it is kept while another one is shown, and when it is shown again. It closes its
socket on the first and opens one on the second.
"""
T = TypeVar("T")
_numbers = itertools.count(1)


class Chromium:
    """A browser that is killed and started again when it does not close a context in time: about one close in thousands
    never returns.
    """

    def __init__(self, kind: BrowserType, path: str, *arguments: str) -> None:
        self._kind = kind
        self._path = path
        self._arguments = [*ARGUMENTS, *arguments]
        self._start()

    def _start(self) -> None:
        self._browser: Browser = self._kind.launch(executable_path=self._path, args=self._arguments)
        processes = self._browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        self._pid = next(one["id"] for one in processes if one["type"] == "browser")

    def open(self, **options: Any) -> BrowserContext:
        """Opens a new context."""
        if not self._browser.is_connected():
            self._start()
        return self._browser.new_context(**options)

    def close(self, context: BrowserContext) -> None:
        """Closes a context and its pages."""
        overdue = threading.Timer(CLOSING_SECONDS, os.kill, (self._pid, signal.SIGKILL))
        overdue.start()
        try:
            with contextlib.suppress(Error):
                context.close()
        finally:
            overdue.cancel()

    def quit(self) -> None:
        """Closes the browser."""
        self._browser.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The Playwright driver."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of Debian's Chromium. Without it the tests are skipped."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("*** Chromium is not installed: NO browser test ran. tests/install_chromium.sh installs it. ***")
    return path


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, chromium_path: str) -> Iterator[Chromium]:
    """The browser shared by the tests."""
    browser = Chromium(playwright.chromium, chromium_path)
    yield browser
    browser.quit()


OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def context(chromium: Chromium, server: ServerProcess) -> Iterator[OpenContext]:
    """Opens browser contexts (one per person). Their script errors and policy violations fail the test."""
    yield from contexts(chromium, server.origin)


def contexts(chromium: Chromium, origin: str) -> Iterator[OpenContext]:
    """Yields a function that opens contexts on a site, and closes them after the test."""
    opened: list[BrowserContext] = []
    problems: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.text.startswith("Executing inline event handler"):
            return  # the policy blocked hostile text, as expected; if it had run, a dialog would have failed the test
        if "Content Security Policy" in message.text or "Uncaught" in message.text:
            problems.append(message.text)

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", heard)
        page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))

    def make(**options: Any) -> BrowserContext:
        given = {"locale": "en-GB", "timezone_id": "Europe/London", "base_url": origin}
        made = chromium.open(**{**given, **options})
        made.set_default_timeout(PATIENCE_MS)
        made.on("page", watch)
        opened.append(made)
        return made

    yield make
    for one in opened:
        chromium.close(one)
    assert problems == []


@pytest.fixture
def tab(context: OpenContext) -> Page:
    """A tab without a signed-in user."""
    return context().new_page()


@dataclass(frozen=True, slots=True)
class Offer:
    """A published event, and the API client of its organiser."""

    api: ApiCaller
    id: str
    slug: str
    currency: str = "CHF"

    def ticket(self, name: str, amount: int, **fields: Any) -> str:
        """Creates a ticket type and returns its id."""
        given = {"name": name, "price": {"amount": amount, "currency": self.currency}, "quantity": 20, **fields}
        return str(self.api.call("POST", f"/api/v1/events/{self.id}/ticket-types", given)["id"])

    def available(self, ticket_type_id: str) -> int:
        """Returns how many tickets are left."""
        return int(self.api.call("GET", f"/api/v1/events/{self.id}/ticket-types/{ticket_type_id}")["available"])


@pytest.fixture
def offer(server: ServerProcess) -> Offer:
    """A published event for one test."""
    return publish(server.origin)


def publish(origin: str) -> Offer:
    """Publishes an event as the first demo user."""
    api = signed_in(origin, ACCOUNTS[0])
    slug = f"browser-{next(_numbers)}"
    fields = {
        "name": "Alpine Python Days",
        "slug": slug,
        "starts_at": "2099-06-11T07:00:00Z",
        "ends_at": "2099-06-12T16:00:00Z",
        "timezone": "Europe/Zurich",
        "currency": "CHF",
        "venue": {"name": "Kursaal", "city": "Bern", "country": "CH"},
        "state": "published",
    }
    return Offer(api, api.call("POST", "/api/v1/events", fields)["id"], slug)


def signed_in(origin: str, account: DemoAccount) -> ApiCaller:
    """Returns the API client of a demo user."""
    api = ApiCaller(origin)
    form = {"email": account.email, "password": account.password}
    api.token = api.call("POST", "/api/v1/auth/sign-in", form)["access_token"]
    return api


def sign_in(tab: Page, email: str, password: str, *, following: str = "/") -> None:
    """Signs in through the sign-in page."""
    tab.goto(f"/sign-in?next={following}")
    tab.get_by_label("E-mail").fill(email)
    tab.get_by_label("Password").fill(password)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url(lambda url: "/sign-in" not in url)


def heard(page: Page | BrowserContext) -> list[str]:
    """Returns a list that collects the socket frames of a tab, or of all tabs of a context, from now on."""
    frames: list[str] = []

    def listen(tab: Page) -> None:
        tab.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))

    if isinstance(page, Page):
        listen(page)
    else:
        page.on("page", listen)
    return frames


def wait_for(tab: Page, frames: list[str], meta: str) -> None:
    """Waits until a socket has received a frame with this `meta`."""
    wait_until(tab, lambda: any(f'"meta":"{meta}"' in frame for frame in frames))


def wait_until(tab: Page, found: Callable[[], T]) -> T:
    """Calls `found` until its result is true, and returns that. The tab keeps running meanwhile."""
    until = time.monotonic() + PATIENCE_MS / 1000
    while not (one := found()):
        assert time.monotonic() < until, "it never came"
        tab.wait_for_timeout(50)
    return one


def expect_focus(tab: Page) -> None:
    """Checks that something that can be seen comes to have the focus: keys and screen readers go on from there."""
    wait_until(
        tab,
        lambda: tab.evaluate("document.activeElement !== document.body && document.activeElement?.checkVisibility()"),
    )
