"""A browser, tabs that fail a test on any script error, and an event of the test's own."""

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
"""More than a page without a socket waits before it looks again (5 s), on a busy machine; less than one with a socket
(20 s): what is there by then was pushed.
"""
expect.set_options(timeout=PATIENCE_MS)
T = TypeVar("T")
_numbers = itertools.count(1)


class Chromium:
    """A browser that is killed, and started again for the next context, where it does not close a context in time:
    one in thousands never answers.
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
        """A context of its own."""
        if not self._browser.is_connected():
            self._start()
        return self._browser.new_context(**options)

    def close(self, context: BrowserContext) -> None:
        """A context, with its pages."""
        overdue = threading.Timer(CLOSING_SECONDS, os.kill, (self._pid, signal.SIGKILL))
        overdue.start()
        try:
            with contextlib.suppress(Error):
                context.close()
        finally:
            overdue.cancel()

    def quit(self) -> None:
        """All of it."""
        self._browser.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Debian's Chromium; without it these tests are skipped, and say so."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("*** Chromium is not installed: NO browser test ran. tests/install_chromium.sh installs it. ***")
    return path


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, chromium_path: str) -> Iterator[Chromium]:
    """The browser of all tests that need no other."""
    browser = Chromium(playwright.chromium, chromium_path)
    yield browser
    browser.quit()


OpenContext = Callable[..., BrowserContext]


@pytest.fixture
def context(chromium: Chromium, server: ServerProcess) -> Iterator[OpenContext]:
    """Opens browser contexts (people) whose script errors and policy violations fail the test."""
    yield from contexts(chromium, server.origin)


def contexts(chromium: Chromium, origin: str) -> Iterator[OpenContext]:
    """What opens contexts on a site, for the time of one test."""
    opened: list[BrowserContext] = []
    problems: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.text.startswith("Executing inline event handler"):
            return  # hostile text was blocked, as it should be; had it run, the dialog would tell
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
    """A tab of somebody without an account."""
    return context().new_page()


@dataclass(frozen=True, slots=True)
class Offer:
    """A published event and the API as its organiser."""

    api: ApiCaller
    id: str
    slug: str
    currency: str = "CHF"

    def ticket(self, name: str, amount: int, **fields: Any) -> str:
        """A ticket type."""
        given = {"name": name, "price": {"amount": amount, "currency": self.currency}, "quantity": 20, **fields}
        return str(self.api.call("POST", f"/api/v1/events/{self.id}/ticket-types", given)["id"])

    def available(self, ticket_type_id: str) -> int:
        """How many are left."""
        return int(self.api.call("GET", f"/api/v1/events/{self.id}/ticket-types/{ticket_type_id}")["available"])


@pytest.fixture
def offer(server: ServerProcess) -> Offer:
    """A published event of this test's own."""
    return publish(server.origin)


def publish(origin: str) -> Offer:
    """A published event, made by the first of the demo's people."""
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
    """The API as one of the demo's people."""
    api = ApiCaller(origin)
    form = {"email": account.email, "password": account.password}
    api.token = api.call("POST", "/api/v1/auth/sign-in", form)["access_token"]
    return api


def sign_in(tab: Page, email: str, password: str, *, following: str = "/") -> None:
    """Through the sign-in page."""
    tab.goto(f"/sign-in?next={following}")
    tab.get_by_label("E-mail").fill(email)
    tab.get_by_label("Password").fill(password)
    tab.get_by_role("button", name="Sign in").click()
    tab.wait_for_url(lambda url: "/sign-in" not in url)


def heard(page: Page | BrowserContext) -> list[str]:
    """What sockets of a tab, or of all tabs of a person, say from now on."""
    frames: list[str] = []

    def listen(tab: Page) -> None:
        tab.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))

    if isinstance(page, Page):
        listen(page)
    else:
        page.on("page", listen)
    return frames


def wait_for(tab: Page, frames: list[str], meta: str) -> None:
    """Wait until a socket has said this."""
    wait_until(tab, lambda: any(f'"meta":"{meta}"' in frame for frame in frames))


def wait_until(tab: Page, found: Callable[[], T]) -> T:
    """What is found as soon as it is something; the tab goes on meanwhile."""
    until = time.monotonic() + PATIENCE_MS / 1000
    while not (one := found()):
        assert time.monotonic() < until, "it never came"
        tab.wait_for_timeout(50)
    return one
