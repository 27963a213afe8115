"""The forms of the desk on bad days: two people, no network, an ended sign-in, a reload, a double press, refusals, hostile
text. Nothing typed is lost, every refusal is told where it belongs, and the focus is never nowhere.
"""

import itertools
import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from local.demo.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, expect_focus, sign_in, signed_in, wait_until
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
ORGANISER = ACCOUNTS[0]
HOSTILE = "<img src=x onerror=alert(1)>"
SAVED = re.compile("^Saved at")
_numbers = itertools.count(1)


def open_desk(context: OpenContext, path: str) -> Page:
    page = context().new_page()
    sign_in(page, ORGANISER.email, ORGANISER.password, following=f"/organise/{path}")
    return page


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def stored(offer: Offer) -> dict[str, object]:
    found: dict[str, object] = offer.api.call("GET", f"/api/v1/events/{offer.id}?view=all")
    return found


def test_two_people_change_one_event_and_the_second_chooses_field_by_field(context: OpenContext, offer: Offer) -> None:
    first, second = open_desk(context, f"{offer.id}/details"), open_desk(context, f"{offer.id}/details")
    second.get_by_label("Name", exact=True).fill("Second name")
    second.get_by_label("Street").fill("Second street")
    first.get_by_label("Name", exact=True).fill("First name")
    first.get_by_label("City").fill("Thun")
    save(first)
    expect(first.get_by_text(SAVED)).to_be_visible()
    save(second)
    expect(second.get_by_role("heading", name="Somebody else changed this meanwhile")).to_be_focused()
    for field, mine, theirs in [("Name", "Second name", "First name"), ("City", "Bern", "Thun")]:
        choice = second.get_by_role("group", name=field, exact=True)
        expect(choice.get_by_role("radio", name="Yours")).to_have_accessible_name(f"Yours {mine}")
        expect(choice.get_by_role("radio", name="Theirs")).to_have_accessible_name(f"Theirs {theirs}")
    expect(second.get_by_role("group", name="City").get_by_role("radio", name="Theirs")).to_be_checked()
    second.get_by_role("group", name="Name").get_by_role("radio", name="Theirs").check()
    second.get_by_role("button", name="Save what I chose").click()
    expect(second.get_by_text(SAVED)).to_be_visible()
    expect_focus(second)
    event = stored(offer)
    assert event["name"] == "First name"
    venue = event["venue"]
    assert isinstance(venue, dict)
    assert (venue["name"], venue["street"], venue["city"]) == ("Kursaal", "Second street", "Thun")


def test_ticket_that_another_person_changed_is_saved_as_chosen(context: OpenContext, offer: Offer) -> None:
    ticket = offer.ticket("Standard", 4900)
    address = f"/api/v1/events/{offer.id}/ticket-types/{ticket}"
    page = open_desk(context, f"{offer.id}/tickets")
    page.get_by_role("button", name="Change Standard").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.get_by_label("Price").fill("59")
    offer.api.call("PATCH", address, {"name": "Regular"}, **{"If-Match": "*"})
    save(page)
    page.get_by_role("button", name="Back to the form").click()
    expect_focus(page)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Regular")
    save(page)
    expect(page.get_by_text("“Regular” is saved.")).to_be_visible()
    expect(page.get_by_role("button", name="Add ticket type")).to_be_focused()
    assert offer.api.call("GET", address)["price"]["amount"] == 5900


def test_saving_without_a_network_loses_nothing_and_works_afterwards(context: OpenContext, offer: Offer) -> None:
    page = open_desk(context, f"{offer.id}/details")
    page.get_by_label("Name", exact=True).fill("Typed on a train")
    page.context.set_offline(True)
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached. What you typed is kept here.")
    expect(page.get_by_role("alert")).to_be_focused()
    page.context.set_offline(False)
    save(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert stored(offer)["name"] == "Typed on a train"


def test_ended_sign_in_is_told_and_what_was_typed_is_there_after_signing_in_again(
    context: OpenContext, offer: Offer
) -> None:
    page = open_desk(context, f"{offer.id}/details")
    page.get_by_label("Name", exact=True).fill("Typed too late")
    page.evaluate("sessionStorage.removeItem('marquee.access')")
    refresh = page.evaluate("JSON.parse(localStorage['marquee.session']).refresh_token")
    offer.api.call("POST", "/api/v1/auth/sign-out", {"refresh_token": refresh})
    save(page)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Your sign-in has ended.")
    alert.get_by_role("link", name="Sign in").click()
    page.get_by_label("E-mail").fill(ORGANISER.email)
    page.get_by_label("Password").fill(ORGANISER.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/organise/{offer.id}/details")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Typed too late")
    save(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    assert stored(offer)["name"] == "Typed too late"


def test_reload_keeps_what_was_typed_until_the_person_drops_it(context: OpenContext, offer: Offer) -> None:
    page = open_desk(context, f"{offer.id}/details")
    page.get_by_label("Description").fill("Half a thought")
    page.reload()
    expect(page.get_by_label("Description")).to_have_value("Half a thought")
    page.get_by_role("button", name="Show what is saved").click()
    expect(page.get_by_label("Description")).to_have_value("")
    expect_focus(page)
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Alpine Python Days")
    expect(page.get_by_text("What you typed before")).to_have_count(0)


def test_draft_over_a_version_that_was_replaced_meets_the_newer_one(context: OpenContext, offer: Offer) -> None:
    page = open_desk(context, f"{offer.id}/details")
    page.get_by_label("Name", exact=True).fill("Mine")
    offer.api.call("PATCH", f"/api/v1/events/{offer.id}", {"name": "Theirs"}, **{"If-Match": "*"})
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Mine")
    save(page)
    expect(page.get_by_role("radio", name="Theirs Theirs")).to_be_visible()
    assert stored(offer)["name"] == "Theirs"


def test_double_press_makes_one_event(context: OpenContext, server: ServerProcess) -> None:
    name = f"Pressed twice {next(_numbers)}"
    page = open_desk(context, "new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create event").dblclick()
    expect(page.get_by_role("heading", name="Overview")).to_be_focused()
    assert count_events(server, name) == 1


def test_lost_answer_and_a_reload_make_one_event(context: OpenContext, server: ServerProcess) -> None:
    name = f"Lost answer {next(_numbers)}"
    page = open_desk(context, "new")

    def lose(route: Route) -> None:
        if route.request.method == "POST":
            route.fetch()  # the server does it, and nobody hears of it
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/events", lose)
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Create event").click()
    expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    page.unroute("**/api/v1/events")
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value(name)
    page.get_by_role("button", name="Create event").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert count_events(server, name) == 1


def count_events(server: ServerProcess, name: str) -> int:
    items = signed_in(server.origin, ORGANISER).call("GET", "/api/v1/events?view=all")["items"]
    return sum(one["name"] == name for one in items)


def test_wrong_fields_are_told_beside_them_and_in_the_summary(
    context: OpenContext, offer: Offer, server: ServerProcess
) -> None:
    signed_in(server.origin, ORGANISER).call(
        "POST",
        "/api/v1/events",
        {
            "name": "Taken",
            "slug": f"taken-{offer.slug}",
            "starts_at": "2099-01-01T00:00:00Z",
            "ends_at": "2099-01-02T00:00:00Z",
        },
    )
    page = open_desk(context, f"{offer.id}/details")
    for label, wrong, words in [
        ("Ends", "2099-06-10T09:00", "The end has to be after the start."),
        ("Name", "", "Give the event a name."),
        ("Address of the public page", "no good!", ""),
        ("Address of the public page", f"taken-{offer.slug}", "Another event has this address."),
        ("E-mail for questions", "nobody", ""),
        ("Currency", "XXX", ""),
    ]:
        field = page.get_by_label(label, exact=True)
        before = field.input_value()
        field.fill(wrong)
        save(page)
        alert = page.get_by_role("alert")
        expect(alert).to_be_focused()
        expect(alert).to_contain_text(words)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(re.escape(words) or "."))
        alert.get_by_role("link", name=label).click()
        expect(field).to_be_focused()
        field.fill(before)
    save(page)
    expect(page.get_by_text(SAVED)).to_be_visible()


def test_summary_opens_the_settings_that_hide_a_wrong_field(context: OpenContext, offer: Offer) -> None:
    page = open_desk(context, f"{offer.id}/tickets")
    page.get_by_role("button", name="Add ticket type").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.get_by_label("Name", exact=True).fill("Standard")
    page.get_by_label("Quantity").fill("20")
    page.get_by_text("More settings").click()
    page.get_by_label("Most in an order").fill("0")
    page.get_by_text("More settings").click()
    save(page)
    page.get_by_role("alert").get_by_role("link", name="Most in an order").click()
    expect(page.get_by_label("Most in an order")).to_be_focused()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Add ticket type")).to_be_focused()


def test_hostile_text_is_only_ever_text(context: OpenContext, offer: Offer) -> None:
    page = open_desk(context, f"{offer.id}/details")
    page.get_by_label("Name", exact=True).fill(HOSTILE)
    page.get_by_label("Venue").fill(HOSTILE)
    page.get_by_label("Description").fill(HOSTILE)
    save(page)
    expect(page.get_by_text(SAVED)).to_be_visible()
    for path in (f"/organise/{offer.id}/details", f"/organise/{offer.id}", "/organise", f"/e/{offer.slug}"):
        page.goto(path)
        expect(page.get_by_text(HOSTILE).first).to_be_visible()
        assert page.locator("main img[src=x]").count() == 0
    page.goto(f"/organise/{offer.id}/details")
    expect(page.get_by_label("Description")).to_have_value(HOSTILE)
    assert stored(offer)["name"] == HOSTILE


def test_too_many_changes_are_told_in_words(context: OpenContext, offer: Offer) -> None:
    page = open_desk(context, f"{offer.id}/details")
    page.get_by_label("Name", exact=True).fill("Typed in a hurry")
    refusal = {"code": "too_many_attempts", "detail": "Slow down.", "status": 429}

    def refuse(route: Route) -> None:
        if route.request.method == "PATCH":
            route.fulfill(status=429, headers={"Retry-After": "7"}, body=json.dumps(refusal))
        else:
            route.continue_()

    page.route("**/api/v1/events/*", refuse)
    save(page)
    expect(page.get_by_role("alert")).to_have_text("Too many changes in a short time. Wait 7 seconds, then save again.")
    page.unroute("**/api/v1/events/*")
    save(page)
    wait_until(page, lambda: stored(offer)["name"] == "Typed in a hurry")


def test_focus_is_somewhere_after_every_action(context: OpenContext, offer: Offer) -> None:
    offer.ticket("Standard", 4900)
    page = open_desk(context, f"{offer.id}/tickets")
    remove = page.get_by_role("button", name="Remove Standard")
    remove.click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(remove).to_be_focused()
    remove.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(remove).to_be_focused()
    remove.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("“Standard” is removed.")).to_be_visible()
    expect(page.get_by_role("button", name="Add ticket type")).to_be_focused()
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings", level=1)).to_be_focused()
    page.get_by_role("button", name="Unpublish").click()
    expect(page.get_by_text("The event is a draft again.")).to_be_focused()
    page.get_by_role("button", name="Archive the event").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_text("The event is archived.")).to_be_focused()
    page.get_by_role("button", name="Make it a draft").click()
    expect(page.get_by_text("The event is a draft again.")).to_be_focused()
    offer.ticket("Standard", 4900)
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("heading", name="The event is published")).to_be_focused()
