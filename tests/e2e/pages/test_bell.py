"""The bell: a live count, a list in which a click anywhere marks as read, and failures."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Request, WebSocketRoute, expect

from local.demo.demo import ACCOUNTS, ApiCaller
from tests.e2e.pages.conftest import COME_BACK, LEAVE_PAGE, Offer, OpenContext, sign_in, signed_in, wait_until
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
READER = ACCOUNTS[1]

Receive = Callable[[], None]


@pytest.fixture
def reader(server: ServerProcess) -> ApiCaller:
    """The API client of the reader, whose inbox has nothing unread."""
    api = signed_in(server.origin, READER)
    api.call("POST", "/api/v1/notifications/read-all")
    return api


@pytest.fixture
def receive(reader: ApiCaller, offer: Offer) -> Receive:
    """Returns a function that causes one notification: the reader orders a free ticket."""
    ticket = offer.ticket("Livestream", 0, quantity=100)

    def once() -> None:
        buyer = {"name": "Demo Attendee", "email": READER.email}
        form = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": buyer}
        reader.call("POST", f"/api/v1/events/{offer.id}/orders", form)

    return once


@pytest.fixture
def tab(context: OpenContext, reader: ApiCaller) -> Page:
    """A tab of the reader."""
    page = context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(page, READER.email, READER.password)
    expect(bell(page)).to_be_visible()
    return page


def bell(tab: Page) -> Any:
    return tab.get_by_role("button", name="Notifications,")


def expect_unread(tab: Page, count: int, **how: Any) -> None:
    words = f"{count} unread" if count else "none unread"
    expect(bell(tab)).to_have_accessible_name(f"Notifications, {words}", **how)


def let_requests_leave(tab: Page) -> None:
    """Makes the page send the requests of earlier clicks first."""
    tab.evaluate("() => fetch('/static/favicon.svg', { cache: 'no-store' }).then((answer) => answer.text())")


def marks(tab: Page) -> list[str]:
    """Returns a list that collects every request to mark notifications from now on."""
    sent: list[str] = []

    def heard(request: Request) -> None:
        if request.method == "POST" and "/api/v1/notifications/" in request.url:
            sent.append(request.url.rsplit("/", 1)[1])

    tab.on("request", heard)
    return sent


def test_count_rises_by_itself_and_has_no_badge_at_zero(tab: Page, receive: Receive) -> None:
    expect_unread(tab, 0)
    expect(tab.locator(".badge")).to_be_hidden()
    receive()
    expect_unread(tab, 1)
    receive()
    expect_unread(tab, 2)
    expect(tab.locator(".badge")).to_have_text("2")
    expect(tab.locator("[data-bell] > [role=status]")).to_contain_text("ew notification")


@pytest.mark.parametrize("inside", [".note-sign svg", ".note-text p", ".note-text strong", "time", ".note-state"])
def test_click_on_anything_inside_marks_read_once(tab: Page, receive: Receive, inside: str) -> None:
    receive()
    expect_unread(tab, 1)
    bell(tab).click()
    sent = marks(tab)
    note = tab.locator(".note.unread").first
    note.locator(inside).first.dblclick()
    expect_unread(tab, 0)
    expect(tab.locator(".note").first).not_to_contain_text("Unread")
    let_requests_leave(tab)
    assert sent == ["read"]


def test_link_inside_navigates_and_marks_read(tab: Page, receive: Receive, reader: ApiCaller) -> None:
    receive()
    expect_unread(tab, 1)
    bell(tab).click()
    tab.locator(".note.unread a").first.click()
    tab.wait_for_url("**/orders/*")
    expect(tab.get_by_role("heading", level=1)).to_have_text("You’re going!")
    expect_unread(tab, 0)
    assert reader.call("GET", "/api/v1/notifications/unread-count") == {"count": 0}


def test_modified_click_and_selecting_text_mark_nothing(tab: Page, receive: Receive) -> None:
    receive()
    expect_unread(tab, 1)
    bell(tab).click()
    sent = marks(tab)
    text = tab.locator(".note.unread .note-text p").first
    text.click(modifiers=["Shift"])
    text.click(modifiers=["Control"])
    tab.evaluate("getSelection().empty()")  # else the pointer would drag the text that Shift selected
    box = text.bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + 5, box["y"] + 10)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 120, box["y"] + 10, steps=5)
    tab.mouse.up()
    let_requests_leave(tab)
    assert sent == []
    expect_unread(tab, 1)


def test_read_in_one_tab_is_read_in_the_others(tab: Page, receive: Receive, context: OpenContext) -> None:
    elsewhere = context().new_page()
    sign_in(elsewhere, READER.email, READER.password, following="/notifications")
    beside = tab.context.new_page()
    beside.goto("/")
    receive()
    for page in (tab, beside, elsewhere):
        expect_unread(page, 1)
    elsewhere.locator(".inbox .note.unread").first.click(position={"x": 120, "y": 12})
    for page in (tab, beside, elsewhere):
        expect_unread(page, 0)


def test_mark_that_fails_is_taken_back_and_says_so(tab: Page, receive: Receive) -> None:
    receive()
    expect_unread(tab, 1)
    bell(tab).click()
    tab.route("**/read", lambda route: route.abort())
    tab.locator(".note.unread .note-time").first.click()
    expect(tab.get_by_text("This could not be saved. Try again.")).to_be_visible()
    expect_unread(tab, 1)
    tab.unroute("**/read")
    tab.locator(".note.unread .note-time").first.click()
    expect_unread(tab, 0)
    expect(tab.get_by_text("This could not be saved.")).to_have_count(0)


def test_marks_work_from_the_keyboard_and_can_be_undone(tab: Page, receive: Receive) -> None:
    receive()
    expect_unread(tab, 1)
    bell(tab).press("Enter")
    toggle = tab.locator(".note [data-toggle]").first
    toggle.press("Enter")
    expect_unread(tab, 0)
    expect(tab.locator(".note [data-toggle]").first).to_be_focused()
    tab.keyboard.press("Enter")
    expect_unread(tab, 1)
    tab.keyboard.press("Escape")
    expect(bell(tab)).to_be_focused()
    expect(tab.locator("#bell-sheet")).to_be_hidden()


def test_everything_is_read_at_once_and_undone(tab: Page, receive: Receive) -> None:
    for _ in range(3):
        receive()
    tab.goto("/notifications")
    expect_unread(tab, 3)
    tab.get_by_role("button", name="Mark all read").click()
    expect_unread(tab, 0)
    tab.get_by_role("button", name="Undo").click()
    expect_unread(tab, 3)


def test_many_of_a_kind_are_one_row_that_opens(tab: Page, reader: ApiCaller, offer: Offer) -> None:
    place = f"/api/v1/events/{offer.id}"
    me = reader.call("GET", "/api/v1/me")["id"]
    speaker = offer.api.call("POST", f"{place}/speakers", {"name": "Ada", "user_id": me})["id"]
    for number in range(3):
        talk = {"title": f"Talk {number}", "state": "confirmed", "speaker_ids": [speaker]}
        id = offer.api.call("POST", f"{place}/sessions", talk)["id"]
        slot = {"starts_at": "2099-06-11T08:00:00Z", "ends_at": "2099-06-11T09:00:00Z"}
        offer.api.call("PATCH", f"{place}/sessions/{id}", slot, If_Match="*")
    expect_unread(tab, 3)
    bell(tab).click()
    row = tab.locator(".note.bundle").first
    title = row.get_by_role("button", name="Changes of your sessions at Alpine Python Days", exact=True)
    expect(row).to_contain_text("3 unread · 3 messages")
    expect(row.get_by_text("Talk 0")).to_have_count(2)  # title and message
    expect(row.get_by_text("Talk 0").first).to_be_hidden()
    row.locator("time").first.click()
    expect(title).to_have_attribute("aria-expanded", "true")
    row.locator(".note", has_text="Talk 0").locator(".note-text").click()
    expect_unread(tab, 2)
    expect(row).to_contain_text("2 unread · 3 messages")
    expect(row.get_by_text("Talk 0").first).to_be_visible()  # the list stays open
    title.focus()
    sent = marks(tab)
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    expect_unread(tab, 0)
    expect(row).to_contain_text("3 messages")
    assert row.locator(".note-state").count() == 0
    assert sent == ["read", "read"]
    title.click()
    expect(title).to_have_attribute("aria-expanded", "false")


def test_count_and_list_stay_true_where_sockets_are_blocked(context: OpenContext, receive: Receive) -> None:
    page = context().new_page()
    page.route_web_socket("**", lambda socket: socket.close())
    sign_in(page, READER.email, READER.password, following="/notifications")
    expect_unread(page, 0)
    receive()
    expect_unread(page, 1)
    expect(page.locator(".inbox .note.unread")).to_have_count(1)


def test_push_that_got_lost_is_told_with_the_next_greeting(
    context: OpenContext, reader: ApiCaller, receive: Receive
) -> None:
    page = context().new_page()
    said: list[str] = []
    heard: list[str] = []

    def between(socket: WebSocketRoute) -> None:
        real = socket.connect_to_server()

        def ask(frame: str | bytes) -> None:
            said.append(json.loads(frame)["action"])
            real.send(frame)

        def tell(frame: str | bytes) -> None:
            meta = json.loads(frame)["meta"]
            if meta != "Order":
                heard.append(meta)
            if meta != "New notifications":
                socket.send(frame)

        socket.on_message(ask)
        real.on_message(tell)

    page.route_web_socket("**", between)
    page.clock.install()
    sign_in(page, READER.email, READER.password)
    wait_until(page, lambda: heard == ["WS connected"])
    receive()
    wait_until(page, lambda: heard[-1] == "New notifications")
    for beats in range(6):
        expect_unread(page, 0)
        page.clock.fast_forward(55_000)
        wait_until(page, lambda: len(heard) == 3 + beats)  # noqa: B023 - called before the next round
    expect_unread(page, 1)
    assert said == ["hello", *["ping"] * 5, "hello"]
    assert heard == ["WS connected", "New notifications", *["pong"] * 5, "WS connected"]


def test_mark_that_was_not_heard_of_shows_after_a_break(tab: Page, receive: Receive, reader: ApiCaller) -> None:
    receive()
    tab.goto("/notifications")
    expect(tab.locator(".inbox .note.unread")).to_have_count(1)
    tab.context.set_offline(True)
    tab.evaluate(LEAVE_PAGE)
    reader.call("POST", "/api/v1/notifications/read-all")
    tab.context.set_offline(False)
    tab.evaluate(COME_BACK)
    expect(tab.locator(".inbox .note.unread")).to_have_count(0)
    expect_unread(tab, 0)


def test_html_in_a_message_never_runs(tab: Page, receive: Receive) -> None:
    receive()
    evil = (
        '<p>Hi <b>you</b><img src=x onerror="alert(1)"><a href="javascript:alert(2)">x</a><script>alert(3)</script></p>'
    )

    def infect(route: Any) -> None:
        real = route.fetch()
        body = real.json()
        for item in body["items"]:
            item |= {"message": evil, "title": evil, "links": {**item["links"], "subject": "javascript:alert(4)"}}
        route.fulfill(response=real, body=json.dumps(body))

    tab.route("**/api/v1/notifications?**", infect)
    bell(tab).click()
    text = tab.locator(".note-text").first
    expect(text.locator("b")).to_have_text("you")
    assert text.inner_html() == "<p>Hi <b>you</b><a>x</a></p>"
    assert tab.locator(".note img, .note script, .note-title a").count() == 0


def test_signing_out_takes_the_bell_away_in_every_tab(tab: Page) -> None:
    beside = tab.context.new_page()
    beside.goto("/")
    expect(bell(beside)).to_be_visible()
    tab.get_by_role("button", name="Account of").click()
    tab.get_by_role("button", name="Sign out").click()
    for page in (tab, beside):
        expect(page.get_by_role("link", name="Sign in")).to_be_visible()
        expect(bell(page)).to_have_count(0)
