"""Check-in on a phone without a network: the page opens, reads tickets with the camera, and sends the scans later.

The phone has no BarcodeDetector, and its camera is a video that the test makes of a ticket's QR code.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Page, Playwright, expect

from tests.e2e.pages.conftest import Chromium, Offer, OpenContext, contexts, publish
from tests.e2e.pages.gate_steps import buy_tickets, open_gate, scan, verdict
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
WIDTH, HEIGHT = 640, 480
LISTEN = """() => {
  self.answered = [];
  const respond = FetchEvent.prototype.respondWith;
  FetchEvent.prototype.respondWith = function (answer) { self.answered.push(this.request.url); respond.call(this, answer); };
}"""
"""Makes the service worker record its answers."""
SAW_AGAIN = """() => new Promise((done) => {
  const draw = CanvasRenderingContext2D.prototype.drawImage;
  const from = Date.now();
  CanvasRenderingContext2D.prototype.drawImage = function (...what) {
    draw.apply(this, what);
    if (Date.now() - from > 4_000) setTimeout(() => done(true)); // longer than the page takes a code for another look
  };
})"""
"""Waits until the page has seen the picture for longer than the time in which the same code is ignored."""
NO_DETECTOR = "delete window.BarcodeDetector; delete globalThis.BarcodeDetector;"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """The path of the camera's video, which the test creates."""
    return tmp_path / "camera.y4m"


@pytest.fixture
def phone(playwright: Playwright, chromium_path: str, film: Path, mortal: ServerProcess) -> Iterator[OpenContext]:
    """A browser with that camera, and a server that the test may stop."""
    mortal.start()
    camera = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    chromium = Chromium(playwright.chromium, chromium_path, *camera)
    yield from contexts(chromium, mortal.origin)
    chromium.quit()


def make_film(film: Path, code: str) -> None:
    """Makes a video of one picture: a ticket in front of the camera, slightly rotated."""
    qr = segno.make(code, error="m", micro=False)
    plain = Image.new("L", (qr.symbol_size(border=4)), 255)
    for y, row in enumerate(qr.matrix):
        for x, module in enumerate(row):
            plain.putpixel((x + 4, y + 4), 0 if module else 255)
    ticket = plain.resize((260, 260), Image.Resampling.NEAREST).rotate(8, expand=True, fillcolor=255)
    picture = Image.new("L", (WIDTH, HEIGHT), 140)
    picture.paste(ticket, (170, 90))
    colours = bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + picture.tobytes() + colours
    film.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 5)


def forget_files(tab: Page) -> None:
    """Clears the browser's HTTP cache, so that only files stored by the page open without a network."""
    session = tab.context.new_cdp_session(tab)
    session.send("Network.clearBrowserCache")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})


def start_camera(tab: Page) -> None:
    tab.get_by_role("button", name="Scan with the camera").click()


def test_gate_without_a_network_opens_scans_lets_in_once_and_tells_later(
    phone: OpenContext, mortal: ServerProcess, film: Path
) -> None:
    offer = publish(mortal.origin)
    codes = buy_tickets(offer, 2)
    make_film(film, codes[0])
    person = phone(**PHONE, permissions=["camera"])
    person.add_init_script(NO_DETECTOR)
    tab = open_gate(person, offer, "North gate")
    expect(tab.locator("[data-network]")).to_contain_text("This page opens without a network")
    forget_files(tab)
    mortal.stop()
    person.set_offline(True)
    tab.reload()
    expect(tab.locator("[data-network]")).to_contain_text(
        re.compile("(No network|cannot be reached).* List of 2 tickets")
    )
    assert tab.evaluate("'BarcodeDetector' in window") is False
    start_camera(tab)
    verdict(tab).to_contain_text("Let them in")
    verdict(tab).to_contain_text("Ada Lovelace")
    assert tab.evaluate(SAW_AGAIN) is True  # a ticket that stays in view is reported once
    verdict(tab).to_contain_text("Let them in")
    tab.get_by_role("button", name="Stop the camera").click()
    tab.reload()
    expect(tab.locator("[data-counts]")).to_contain_text("0 of 2 are in")
    expect(tab.locator("[data-counts]")).to_contain_text("and 1 not sent yet")
    start_camera(tab)
    verdict(tab).to_contain_text("Used already")
    expect(tab.locator("[data-network]")).to_contain_text("1 scan waits")
    mortal.start()
    person.set_offline(False)
    expect(tab.locator("[data-counts]")).to_contain_text("1 of 2 are in", timeout=30_000)
    expect(tab.locator("[data-network]")).not_to_contain_text("waits")
    assert checked_in(offer) == ["North gate"]


def checked_in(offer: Offer) -> list[str]:
    """Returns the devices that checked somebody in."""
    found = offer.api.call("GET", f"/api/v1/events/{offer.id}/check-ins")
    return [one["device"] for one in found["items"]]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(None, "This device has no camera", id="none"),
        pytest.param("NotAllowedError", "This page may not use the camera. Allow it", id="denied"),
        pytest.param("NotReadableError", "Another program uses the camera. Close it", id="taken"),
    ],
)
def test_camera_that_cannot_be_used_says_why_and_what_to_do(
    context: OpenContext, offer: Offer, error: str | None, words: str
) -> None:
    person = context(permissions=["camera"])
    if error:  # the browsers of tests have no camera that could be denied
        raised = f"if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{error}') }}"
        person.add_init_script(raised)
    buy_tickets(offer, 2)
    tab = open_gate(person, offer, "gate")
    start_camera(tab)
    told = tab.locator("[data-camera]")
    expect(told).to_contain_text(words)
    expect(told).to_contain_text(re.compile("type the code, or use a handheld scanner", re.IGNORECASE))
    expect(tab.get_by_role("button", name="Scan with the camera")).to_be_visible()


def test_new_release_takes_over_from_the_page_that_was_kept(context: OpenContext, offer: Offer) -> None:
    buy_tickets(offer, 2)
    tab = open_gate(context(), offer, "gate")
    ready = expect(tab.locator("[data-network]"))
    ready.to_contain_text("This page opens without a network")
    (current,) = tab.evaluate("caches.keys()")
    tab.evaluate(
        """async (current) => {
          await caches.delete(current);
          const shelf = await caches.open("marquee-gate /static/r-000000000000/");
          await shelf.put("/events/-/check-in", new Response("An old release"));
        }""",
        current,
    )
    tab.reload()
    ready.to_contain_text("This page opens without a network")
    assert tab.evaluate("caches.keys()") == [current]


def test_worker_leaves_other_pages_alone_and_sign_out_removes_what_the_gate_kept(
    context: OpenContext, offer: Offer
) -> None:
    codes = buy_tickets(offer, 2)
    person = context()
    tab = open_gate(person, offer, "gate")
    expect(tab.locator("[data-network]")).to_contain_text("This page opens without a network")
    scan(tab, codes[0])
    verdict(tab).to_contain_text("Let them in")
    kept = (
        "() => Object.keys(localStorage).filter((key) => key.startsWith('marquee.gate.') && key.split('.').length > 3)"
    )
    assert len(tab.evaluate(kept)) >= 2
    tab.reload()
    forget_files(tab)
    worker = person.service_workers[0]
    worker.evaluate(LISTEN)
    tab.reload()
    expect(tab.locator("[data-counts]")).to_contain_text("1 of 2 are in")
    expect(tab.locator("[data-network]")).to_contain_text("This page opens without a network")  # the last file came
    answered = worker.evaluate("() => self.answered.splice(0)")
    assert {url.rpartition("/")[2] for url in answered} >= {
        "check-in",
        "check-in.js",
        "client.js",
        "base.css",
        "bell.js",
    }
    assert not [url for url in answered if "/api/" in url]
    for place in ("/events", f"/events/{offer.id}/sales", f"/e/{offer.slug}"):
        tab.goto(place)
        tab.get_by_role("button", name="Account of").wait_for()
    assert worker.evaluate("() => self.answered") == []
    tab.get_by_role("button", name="Account of").click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("link", name="Sign in")).to_be_visible()
    assert tab.evaluate(kept) == []
    tab.wait_for_function("async () => (await caches.keys()).length === 0")
