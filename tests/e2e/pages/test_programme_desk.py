"""The programme in the desk: one by one, many at once, by pointer and keys, and with two people at it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from local.demo.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, expect_focus, heard, sign_in, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
ORGANISER = ACCOUNTS[0]
HOSTILE = "<img src=x onerror=alert(1)>"
MOST_TABS = 150
MANY = 5_000


def programme(context: OpenContext, offer: Offer, *, part: str = "sessions", width: int = 1280) -> Page:
    """Opens a list of an event's programme as its organiser."""
    page = context(viewport={"width": width, "height": 800}).new_page()
    sign_in(page, ORGANISER.email, ORGANISER.password)
    page.goto(f"/organise/{offer.id}/programme?list={part}")
    return page


def add(offer: Offer, part: str, **fields: Any) -> str:
    """Adds a part of the programme through the API and returns its id."""
    return str(offer.api.call("POST", f"/api/v1/events/{offer.id}/{part}", fields)["id"])


def stored(offer: Offer, part: str) -> list[dict[str, Any]]:
    """Returns a list of the programme as the API has it."""
    items: list[dict[str, Any]] = offer.api.call("GET", f"/api/v1/events/{offer.id}/{part}?view=all")["items"]
    return items


def reach(page: Page, target: Locator) -> None:
    """Goes to an element by the Tab key."""
    expect(target).to_be_visible()
    for _ in range(MOST_TABS):
        if target.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key never reached {target}")


def press(page: Page, way: str, target: Locator) -> None:
    """Presses a button by the pointer or by keys."""
    if way == "pointer":
        target.click()
        return
    reach(page, target)
    page.keyboard.press("Enter")


def type_into(page: Page, way: str, target: Locator, text: str) -> None:
    """Types a text in the place of what a field holds."""
    if way == "pointer":
        target.fill(text)
        return
    reach(page, target)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


@pytest.mark.parametrize("way", ["pointer", "keyboard"])
def test_session_is_made_changed_and_removed(context: OpenContext, offer: Offer, way: str) -> None:
    add(offer, "microlocations", name="Hall")
    page = programme(context, offer)
    press(page, way, page.get_by_role("button", name="Add session"))
    type_into(page, way, page.get_by_label("Title", exact=True), "Tides at night")
    press(page, way, page.get_by_role("button", name="Save"))
    expect(page.get_by_text("“Tides at night” is saved.")).to_be_visible()
    expect_focus(page)
    press(page, way, page.get_by_role("button", name="Tides at night"))
    type_into(page, way, page.get_by_label("Title", exact=True), "Tides by day")
    page.get_by_label("Room", exact=True).select_option("Hall")
    press(page, way, page.get_by_role("button", name="Save"))
    expect(page.get_by_role("row", name=re.compile("Tides by day.*Hall"))).to_be_visible()
    expect_focus(page)
    press(page, way, page.get_by_role("button", name="Tides by day"))
    press(page, way, page.get_by_role("button", name="Remove"))
    press(page, way, page.get_by_role("dialog").get_by_role("button", name="Remove"))
    expect(page.get_by_text("“Tides by day” is removed.")).to_be_visible()
    expect(page.get_by_text("There are no sessions yet.")).to_be_visible()
    expect_focus(page)
    assert stored(offer, "sessions") == []


def test_second_of_two_who_edit_a_session_chooses(context: OpenContext, offer: Offer) -> None:
    hall = add(offer, "microlocations", name="Hall")
    attic = add(offer, "microlocations", name="Attic")
    add(offer, "sessions", title="Tides", microlocation_id=hall, short_abstract="<p>As <b>seen</b></p>")
    first, second = programme(context, offer), programme(context, offer)
    for page in (first, second):
        page.get_by_role("button", name="Tides").click()
        expect(page.get_by_label("Title", exact=True)).to_have_value("Tides")
    first.get_by_label("Title", exact=True).fill("Tides of the harbour")
    first.get_by_label("Room", exact=True).select_option("Attic")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_text("“Tides of the harbour” is saved.")).to_be_visible()
    second.get_by_label("Title", exact=True).fill("Tides of the river")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_role("heading", name="Somebody else changed this meanwhile")).to_be_focused()
    expect(second.get_by_role("group", name="Title").get_by_label("Yours")).to_be_checked()
    expect(second.get_by_role("group", name="Room").get_by_label("Theirs Attic")).to_be_checked()
    second.get_by_role("button", name="Save what I chose").click()
    expect(second.get_by_text("“Tides of the river” is saved.")).to_be_visible()
    [session] = stored(offer, "sessions")
    assert (session["title"], session["microlocation_id"]) == ("Tides of the river", attic)
    assert session["short_abstract"] == "<p>As <b>seen</b></p>"  # nobody changed it, so it kept its markup


def test_change_of_somebody_else_appears(context: OpenContext, offer: Offer) -> None:
    page = context(viewport={"width": 1280, "height": 800}).new_page()
    frames = heard(page)
    sign_in(page, ORGANISER.email, ORGANISER.password)
    page.goto(f"/organise/{offer.id}/programme?list=rooms")
    expect(page.get_by_text("There are no rooms yet.")).to_be_visible()
    wait_for(page, frames, "Watching")
    add(offer, "microlocations", name="Boat house")
    expect(page.get_by_role("button", name="Boat house")).to_be_visible()


def test_three_sessions_are_changed_at_once(context: OpenContext, offer: Offer) -> None:
    track = add(offer, "tracks", name="Water")
    for number in range(4):
        add(offer, "sessions", title=f"Talk {number}")
    page = programme(context, offer)
    for number in range(3):
        page.get_by_role("checkbox", name=f"Choose Talk {number}").check()
    bulk = page.get_by_role("region", name="Change many sessions")
    expect(bulk.get_by_role("status")).to_have_text("3 sessions chosen")
    bulk.get_by_label("To").select_option("Water")
    bulk.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("3 sessions are changed.")).to_be_focused()
    assert [one["track_id"] for one in sorted(stored(offer, "sessions"), key=lambda one: one["title"])] == [
        track,
        track,
        track,
        None,
    ]


def test_change_at_once_says_what_somebody_else_changed(context: OpenContext, offer: Offer) -> None:
    hall, _attic = add(offer, "microlocations", name="Hall"), add(offer, "microlocations", name="Attic")
    add(offer, "sessions", title="Mine")
    theirs = add(offer, "sessions", title="Theirs")
    page = programme(context, offer)
    page.get_by_role("checkbox", name="Choose all that are found").check()
    bulk = page.get_by_role("region", name="Change many sessions")
    bulk.get_by_label("Change").select_option("Room")
    bulk.get_by_label("To").select_option("Attic")
    address = f"/api/v1/events/{offer.id}/sessions/{theirs}"

    def answered_as_changed(route: Any) -> None:
        answer = route.fetch()
        body = {**answer.json(), "microlocation_id": hall}
        route.fulfill(response=answer, json=body)

    page.route(f"**{address}?view=all", answered_as_changed)  # as if it was changed between the list and the press
    bulk.get_by_role("button", name="Apply").click()
    expect(bulk.get_by_role("alert").get_by_role("listitem")).to_have_text([re.compile("^Theirs: somebody else")])
    rooms = {one["title"]: one["microlocation_id"] for one in stored(offer, "sessions")}
    assert rooms["Mine"] is not None
    assert rooms["Theirs"] is None


def test_what_is_referred_to_is_not_removed_and_says_by_what(context: OpenContext, offer: Offer) -> None:
    track = add(offer, "tracks", name="Water")
    add(offer, "sessions", title="Tides", track_id=track)
    page = programme(context, offer, part="tracks")
    page.get_by_role("button", name="Water").click()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("alert")).to_contain_text("It is used by “Tides”.")
    expect_focus(page)
    assert [one["name"] for one in stored(offer, "tracks")] == ["Water"]


@pytest.mark.parametrize(
    ("part", "button", "fields"),
    [
        ("speakers", "Add speaker", {"Name": "Ada", "E-mail": "ada@example.org", "Links": "https://example.org/a"}),
        ("tracks", "Add track", {"Name": "Water", "Description": "All about water."}),
        ("rooms", "Add room", {"Name": "Hall", "Floor": "2", "Capacity": "120", "Place in the order": "1"}),
        ("sponsors", "Add sponsor", {"Name": "Boats & Co", "Level": "Gold", "Website": "https://example.org"}),
    ],
)
def test_parts_are_made_at_360_px(
    context: OpenContext, offer: Offer, part: str, button: str, fields: dict[str, str]
) -> None:
    page = programme(context, offer, part=part, width=360)
    page.get_by_role("button", name=button).click()
    for label, text in fields.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name=fields["Name"])).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    [made] = stored(offer, "microlocations" if part == "rooms" else part)
    assert made["name"] == fields["Name"]
    page.get_by_role("button", name=fields["Name"]).click()
    for label, text in fields.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(text)


def test_colour_of_a_track_says_how_well_it_is_seen(context: OpenContext, offer: Offer) -> None:
    page = programme(context, offer, part="tracks")
    page.get_by_role("button", name="Add track").click()
    color = page.get_by_label("Colour")
    color.fill("#ffff00")
    form = page.get_by_role("form", name="Add track")
    expect(form).to_contain_text("Text on it is black, contrast 19.6 to 1. Hard to see on a light page.")
    color.fill("#0000aa")
    expect(form).to_contain_text("Text on it is white")


def test_hostile_text_stays_text(context: OpenContext, offer: Offer) -> None:
    track, room = add(offer, "tracks", name=HOSTILE), add(offer, "microlocations", name=HOSTILE)
    speaker = add(offer, "speakers", name=HOSTILE)
    add(
        offer,
        "sessions",
        title=HOSTILE,
        track_id=track,
        microlocation_id=room,
        speaker_ids=[speaker],
        starts_at="2099-06-11T08:00:00Z",
        ends_at="2099-06-11T09:00:00Z",
        state="accepted",
    )
    page = programme(context, offer)
    for part in ("sessions", "speakers", "tracks", "rooms"):
        page.goto(f"/organise/{offer.id}/programme?list={part}")
        page.get_by_role("button", name=HOSTILE).click()
        expect(page.get_by_role("heading", name=f"Change “{HOSTILE}”")).to_be_visible()
        expect(page.locator("img[src=x]")).to_have_count(0)
    page.goto(f"/organise/{offer.id}/schedule")
    expect(page.get_by_role("columnheader", name=HOSTILE)).to_be_visible()
    expect(page.get_by_role("cell", name=HOSTILE)).to_be_visible()
    expect(page.locator("img[src=x]")).to_have_count(0)


def test_thousands_of_sessions_are_found_and_sorted(context: OpenContext, offer: Offer) -> None:
    made = "2027-01-01T00:00:00Z"
    items = [
        {"id": f"{number:026d}", "title": f"Talk {number}", "state": "draft", "created_at": made, "updated_at": made}
        for number in range(MANY)
    ]
    page = context(viewport={"width": 1280, "height": 800}).new_page()
    sign_in(page, ORGANISER.email, ORGANISER.password)
    page.route(
        re.compile(rf"/events/{offer.id}/sessions\?"),
        lambda route: route.fulfill(json={"items": items, "next_cursor": None}),
    )
    page.goto(f"/organise/{offer.id}/programme")
    table = page.get_by_role("region", name="Sessions")
    rows = table.locator("tbody tr:has(th)")
    expect(page.get_by_text(f"{MANY} in all")).to_be_visible()
    assert 0 < rows.count() < MANY / 10  # what cannot be seen is not drawn
    find = page.get_by_label("Find")
    find.press_sequentially("talk 4321")
    expect(rows).to_have_count(1)
    expect(page.get_by_text(f"1 of {MANY} found")).to_be_visible()
    find.fill("")
    sort = table.get_by_role("button", name="Title")
    sort.press("Enter")
    expect(table.get_by_role("columnheader", name="Title")).to_have_attribute("aria-sort", "ascending")
    sort.press("Enter")
    expect(table.get_by_role("columnheader", name="Title")).to_have_attribute("aria-sort", "descending")
    expect(rows.first).to_contain_text(f"Talk {MANY - 1}")


def test_schedule_shows_times_and_rooms(context: OpenContext, offer: Offer) -> None:
    hall = add(offer, "microlocations", name="Hall")
    times = {"starts_at": "2099-06-11T08:00:00Z", "ends_at": "2099-06-11T08:45:00Z"}
    add(offer, "sessions", title="Tides", microlocation_id=hall, state="accepted", **times)
    add(offer, "sessions", title="Later")
    page = programme(context, offer)
    page.get_by_role("navigation", name="Event").get_by_role("link", name="Schedule").click()
    expect(page.get_by_role("heading", name=re.compile("Thursday.* 11 June 2099"))).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(r"^10:00 Tides"))).to_be_visible()
    expect(page.get_by_role("region", name="Without a time")).to_contain_text("Later")
