"""Tickets in the organiser's desk: types and their order, quotas, discounts, access codes, and who waits."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from local.demo.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, expect_focus, sign_in, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
ORGANISER = ACCOUNTS[0]
HOSTILE = '<img src=x onerror="alert(1)">'


def desk(context: OpenContext, offer: Offer, part: str = "", **options: Any) -> Page:
    """Returns a tab of the organiser at a part of the event's tickets."""
    page = context(**options).new_page()
    sign_in(page, ORGANISER.email, ORGANISER.password)
    page.goto(f"/organise/{offer.id}/tickets{part and f'?part={part}'}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    return page


def stored(offer: Offer, part: str) -> list[dict[str, Any]]:
    """Returns what the API has of one kind."""
    found: list[dict[str, Any]] = offer.api.call("GET", f"/api/v1/events/{offer.id}/{part}")["items"]
    return found


def names(offer: Offer) -> list[str]:
    """Returns the names of the ticket types in the order that buyers see."""
    return [one["name"] for one in stored(offer, "ticket-types")]


def save(page: Page, name: str) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)  # earlier words may still be there
    expect(page.get_by_text(f"“{name}” is saved.")).to_be_visible()


def remove(page: Page, button: Locator, name: str) -> None:
    button.click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text(f"“{name}” is removed.")).to_be_visible()


def test_ticket_type_is_made_changed_and_removed_with_every_field(context: OpenContext, offer: Offer) -> None:
    page = desk(context, offer)
    page.get_by_role("button", name="Add ticket type").click()
    page.get_by_label("Name").fill("Workshop")
    page.get_by_label("Price").fill("49.50")
    page.get_by_label("Quantity").fill("30")
    page.get_by_text("More settings").click()
    page.get_by_label("Description").fill("With lunch")
    page.get_by_label("On sale from").fill("2099-01-01T09:00")
    page.get_by_label("On sale until").fill("2098-01-01T09:00")
    page.get_by_label("Least in an order").fill("2")
    page.get_by_label("Most in an order").fill("4")
    page.get_by_label("Most for one buyer").fill("8")
    page.get_by_label("Only with an access code").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The end has to be after the start.")
    page.get_by_label("On sale until").fill("2099-06-01T09:00")
    save(page, "Workshop")
    expect_focus(page)
    made = stored(offer, "ticket-types")[0]
    assert made["price"] == {"amount": 4950, "currency": "CHF"}
    assert (made["quantity"], made["min_per_order"], made["max_per_order"], made["max_per_buyer"]) == (30, 2, 4, 8)
    assert (made["sales_start"], made["sales_end"]) == ("2099-01-01T08:00:00Z", "2099-06-01T07:00:00Z")
    assert (made["description"], made["access_code_required"], made["hidden"]) == ("<p>With lunch</p>", True, False)
    sales = page.get_by_role("region", name="When tickets are on sale").get_by_role("row", name="Workshop")
    expect(sales).to_contain_text("Not yet")
    page.get_by_role("button", name="Change Workshop").click()
    page.get_by_label("Quantity").fill("25")
    save(page, "Workshop")
    expect(page.get_by_text("0 sold · 0 held · 25 left of 25")).to_be_visible()
    remove(page, page.get_by_role("button", name="Remove Workshop"), "Workshop")
    assert stored(offer, "ticket-types") == []
    expect_focus(page)


def test_numbers_of_sold_and_held_tickets_follow_an_order(context: OpenContext, offer: Offer) -> None:
    ticket = offer.ticket("Standard", 4900)
    free = offer.ticket("Free", 0)
    page = desk(context, offer)
    expect(page.get_by_text("0 sold · 0 held · 20 left of 20").first).to_be_visible()
    order(offer, ticket, 3)
    order(offer, free, 2)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the tab comes back
    expect(page.get_by_role("listitem").filter(has_text="Standard")).to_contain_text("0 sold · 3 held · 17 left of 20")
    expect(page.get_by_role("listitem").filter(has_text="Free")).to_contain_text("2 sold · 0 held · 18 left of 20")


def order(offer: Offer, ticket: str, quantity: int) -> str:
    buyer = {"name": "Ada Lovelace", "email": "ada@example.org"}
    form = {"lines": [{"ticket_type_id": ticket, "quantity": quantity}], "buyer": buyer}
    return str(offer.api.call("POST", f"/api/v1/events/{offer.id}/orders", form)["id"])


def test_order_of_types_is_changed_by_keys_and_by_drag(context: OpenContext, offer: Offer) -> None:
    for name in ("Early", "Standard", "Late"):
        offer.ticket(name, 4900)
    page = desk(context, offer)
    up = page.get_by_role("button", name="Move Late up")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Late” is now 2 of 3.")).to_be_visible()
    assert names(offer) == ["Early", "Late", "Standard"]
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("“Late” is now 1 of 3.")).to_be_visible()
    expect(up).to_be_focused()
    assert names(offer) == ["Late", "Early", "Standard"]
    drag(page, "Late", onto="Standard")
    expect(page.get_by_text("“Late” is now 3 of 3.")).to_be_visible()
    assert names(offer) == ["Early", "Standard", "Late"]
    guest = context().new_page()
    guest.goto(f"/e/{offer.slug}")
    expect(guest.locator(".type h3")).to_have_text(["Early", "Standard", "Late"])


def drag(page: Page, name: str, *, onto: str) -> None:
    """Drags a row by its handle to the middle of another one."""
    rows = page.locator(".ticket-type")
    start = rows.filter(has_text=name).locator(".drag-handle").bounding_box()
    end = rows.filter(has_text=onto).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(end["x"] + 20, end["y"] + end["height"] / 2, steps=5)
    page.mouse.up()


def test_order_that_somebody_else_changed_is_shown_and_not_overwritten(context: OpenContext, offer: Offer) -> None:
    ids = [offer.ticket(name, 4900) for name in ("Early", "Standard", "Late")]
    page = desk(context, offer)
    expect(page.get_by_role("button", name="Move Late up")).to_be_visible()
    for place, one in enumerate((ids[1], ids[2], ids[0]), start=1):
        at = f"/api/v1/events/{offer.id}/ticket-types/{one}"
        offer.api.call("PATCH", at, {"position": place * 10}, If_Match="*")
    page.get_by_role("button", name="Move Late up").click()
    expect(page.get_by_text("Somebody else changed the order meanwhile.")).to_be_visible()
    expect(page.locator(".ticket-type h2")).to_have_text(["Standard", "Late", "Early"])
    assert names(offer) == ["Standard", "Late", "Early"]


def test_two_browsers_that_change_one_type_end_in_a_choice(context: OpenContext, offer: Offer) -> None:
    offer.ticket("Standard", 4900)
    mine, theirs = desk(context, offer), desk(context, offer)
    for page in (mine, theirs):
        page.get_by_role("button", name="Change Standard").click()
        expect(page.get_by_label("Name")).to_have_value("Standard")
    theirs.get_by_label("Name").fill("Regular")
    theirs.get_by_label("Quantity").fill("40")
    save(theirs, "Regular")
    mine.get_by_label("Name").fill("Full ticket")
    mine.get_by_label("Price").fill("59")
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.get_by_role("heading", name="Somebody else changed this meanwhile")).to_be_focused()
    choice = mine.get_by_role("group", name="Name")
    expect(choice.get_by_label("Yours Full ticket")).to_be_checked()
    choice.get_by_label("Theirs Regular").check()
    mine.get_by_role("button", name="Save what I chose").click()
    expect(mine.get_by_text("“Regular” is saved.")).to_be_visible()
    kept = stored(offer, "ticket-types")[0]
    assert (kept["name"], kept["quantity"], kept["price"]["amount"]) == ("Regular", 40, 5900)


def test_quota_is_made_changed_and_removed(context: OpenContext, offer: Offer) -> None:
    first, second = offer.ticket("Day", 4900), offer.ticket("Night", 4900)
    page = desk(context, offer, "quotas")
    page.get_by_role("button", name="Add quota").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Choose at least one ticket type.")
    page.get_by_label("Name").fill("Hall")
    page.get_by_label("Quantity").fill("30")
    page.get_by_label("Day").check()
    page.get_by_label("Night").check()
    save(page, "Hall")
    expect_focus(page)
    order(offer, first, 2)
    page.reload()
    row = page.get_by_role("row", name=re.compile("^Hall"))
    expect(row.get_by_role("cell")).to_have_text(["30", "0", "2", "28", "Day, Night"])
    row.get_by_role("button", name="Hall").click()
    page.get_by_label("Quantity").fill("1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Quantity")).to_have_value("1")
    page.get_by_label("Quantity").fill("28")
    page.get_by_label("Day").uncheck()
    page.get_by_label("Name").fill("Cellar")
    page.get_by_role("button", name="Save", exact=True).click()
    wait_until(page, lambda: stored(offer, "quotas")[0]["name"] == "Cellar" or page.get_by_role("alert").is_visible())
    quota = stored(offer, "quotas")[0]
    assert quota["name"] == "Cellar"
    assert quota["ticket_type_ids"] == [second]


def test_quota_of_types_that_were_sold_is_refused_in_words_and_removed_when_free(
    context: OpenContext, offer: Offer
) -> None:
    sold = offer.ticket("Day", 0)
    offer.ticket("Night", 0)
    order(offer, sold, 1)
    page = desk(context, offer, "quotas")
    page.get_by_role("button", name="Add quota").click()
    page.get_by_label("Name").fill("Hall")
    page.get_by_label("Quantity").fill("30")
    page.get_by_label("Day").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Tickets of these types are sold or held.")
    page.get_by_label("Day").uncheck()
    page.get_by_label("Night").check()
    save(page, "Hall")
    page.get_by_role("button", name="Hall").click()
    remove(page, page.get_by_role("button", name="Remove", exact=True), "Hall")
    assert stored(offer, "quotas") == []


def test_discount_is_made_changed_and_removed(context: OpenContext, offer: Offer) -> None:
    ticket = offer.ticket("Day", 4900)
    page = desk(context, offer, "discounts")
    page.get_by_role("button", name="Add discount").click()
    page.get_by_label("Code", exact=True).fill("TIDES")
    page.get_by_label("Percent").fill("10")
    page.get_by_label("Most orders that may use it").fill("5")
    page.get_by_label("Valid from").fill("2099-01-01T00:00")
    page.get_by_label("Valid until").fill("2099-02-01T00:00")
    page.get_by_label("Day").check()
    save(page, "TIDES")
    made = stored(offer, "discounts")[0]
    assert (made["code"], made["kind"], made["percent"], made["max_uses"]) == ("TIDES", "percent", 10, 5)
    assert (made["valid_from"], made["valid_until"]) == ("2098-12-31T23:00:00Z", "2099-01-31T23:00:00Z")
    assert (made["ticket_type_ids"], made["active"]) == ([ticket], True)
    expect(page.get_by_role("row", name=re.compile("^TIDES"))).to_contain_text("10%")
    page.get_by_role("button", name="TIDES").click()
    page.get_by_label("What comes off").select_option("amount")
    page.get_by_label("Amount").fill("7.50")
    page.get_by_label("Day").uncheck()
    page.get_by_label("Buyers can use it").uncheck()
    save(page, "TIDES")
    kept = stored(offer, "discounts")[0]
    assert (kept["kind"], kept["percent"], kept["amount"]) == ("amount", None, {"amount": 750, "currency": "CHF"})
    assert (kept["ticket_type_ids"], kept["active"]) == (None, False)
    page.get_by_role("button", name="Add discount").click()
    page.get_by_label("Code", exact=True).fill("tides")
    page.get_by_label("Percent").fill("10")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert len(stored(offer, "discounts")) == 1
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="TIDES").click()
    remove(page, page.get_by_role("button", name="Remove", exact=True), "TIDES")
    assert stored(offer, "discounts") == []


def test_access_code_is_made_changed_and_removed_and_its_conflict_names_tickets(
    context: OpenContext, offer: Offer
) -> None:
    first, second = offer.ticket("Crew", 0, hidden=True), offer.ticket("Press", 0, access_code_required=True)
    page = desk(context, offer, "access-codes")
    page.get_by_role("button", name="Add access code").click()
    page.get_by_label("Code", exact=True).fill("BACKSTAGE")
    page.get_by_label("Crew").check()
    page.get_by_label("Note").fill("For the band")
    save(page, "BACKSTAGE")
    made = stored(offer, "access-codes")[0]
    assert (made["code"], made["ticket_type_ids"], made["note"]) == ("BACKSTAGE", [first], "For the band")
    page.get_by_role("button", name="BACKSTAGE").click()
    page.get_by_label("Press").check()
    at = f"/api/v1/events/{offer.id}/access-codes/{made['id']}"
    offer.api.call("PATCH", at, {"ticket_type_ids": [second]}, If_Match="*")
    page.get_by_role("button", name="Save", exact=True).click()
    choice = page.get_by_role("group", name="Ticket types")
    expect(choice.get_by_label("Yours Crew, Press")).to_be_checked()
    expect(choice.get_by_label("Theirs Press")).to_be_visible()
    page.get_by_role("button", name="Save what I chose").click()
    expect(page.get_by_text("“BACKSTAGE” is saved.")).to_be_visible()
    assert stored(offer, "access-codes")[0]["ticket_type_ids"] == [first, second]
    page.get_by_role("button", name="BACKSTAGE").click()
    remove(page, page.get_by_role("button", name="Remove", exact=True), "BACKSTAGE")
    assert stored(offer, "access-codes") == []


def test_ticket_that_needs_a_code_says_so_before_it_can_be_chosen(tab: Page, offer: Offer) -> None:
    ticket = offer.ticket("Press", 0, access_code_required=True)
    code = {"code": "PRESSPASS", "ticket_type_ids": [ticket]}
    offer.api.call("POST", f"/api/v1/events/{offer.id}/access-codes", code)
    tab.goto(f"/e/{offer.slug}")
    expect(tab.get_by_text("You need an access code for this ticket.")).to_be_visible()
    more = tab.get_by_role("button", name="One more: Press")
    expect(more).to_be_disabled()
    tab.get_by_text("Have a code?").click()
    tab.get_by_label("Access code").fill("presspass")
    tab.get_by_role("button", name="Show tickets").click()
    more.click()
    tab.get_by_label("Your name").fill("Bo Buyer")
    tab.get_by_label("E-mail").fill("bo@example.org")
    tab.get_by_role("button", name="Get the free ticket").click()
    tab.wait_for_url("**/complete**")


def test_waiting_list_shows_people_in_their_order(context: OpenContext, offer: Offer) -> None:
    ticket = offer.ticket("Workshop", 12000, quantity=1)
    taken = order(offer, ticket, 1)
    page = desk(context, offer, "waiting-list")
    expect(page.get_by_text("Nobody waits.")).to_be_visible()
    for name in ("Bo Buyer", HOSTILE):
        form = {"ticket_type_id": ticket, "quantity": 1, "name": name, "email": f"{len(name)}@example.org"}
        offer.api.call("POST", f"/api/v1/events/{offer.id}/waiting-list", form)
    page.reload()
    rows = page.get_by_role("region", name="Waiting list").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("8@example.orgWorkshop11Waits–")
    expect(rows.nth(2).get_by_role("rowheader")).to_have_text(HOSTILE)
    offer.api.call("POST", f"/api/v1/orders/{taken}/cancel")
    wait_until(page, lambda: stored(offer, "waiting-list")[0]["state"] == "offered")
    page.reload()
    expect(rows.nth(1)).to_contain_text("Has an offer")
    expect(page.get_by_role("link", name="Order of Bo Buyer")).to_be_visible()
    expect(rows.nth(2)).to_contain_text("Workshop11Waits")


def test_hostile_text_stays_text_and_nothing_scrolls_sideways_on_a_phone(context: OpenContext, offer: Offer) -> None:
    ticket = offer.ticket(HOSTILE, 0, sales_end="2099-01-01T00:00:00Z")
    offer.ticket("Standard", 4900)
    base = f"/api/v1/events/{offer.id}"
    offer.api.call("POST", f"{base}/quotas", {"name": HOSTILE, "quantity": 5, "ticket_type_ids": [ticket]})
    offer.api.call("POST", f"{base}/discounts", {"code": HOSTILE, "kind": "percent", "percent": 5})
    code = {"code": HOSTILE, "ticket_type_ids": [ticket], "note": HOSTILE}
    offer.api.call("POST", f"{base}/access-codes", code)
    page = desk(context, offer, viewport={"width": 320, "height": 700})
    expect(page.get_by_role("heading", name=HOSTILE)).to_be_visible()
    for part in ("Quotas", "Discounts", "Access codes", "Waiting list"):
        page.get_by_role("navigation", name="Parts of Tickets").get_by_role("link", name=part).click()
        expect(page.get_by_role("heading", name=part, level=1)).to_be_focused()
        if part != "Waiting list":
            page.get_by_role("button", name=HOSTILE).click()
            expect(page.get_by_role("heading", name=f"Change “{HOSTILE}”")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), part
    page.go_back()
    expect(page.get_by_role("heading", name="Access codes", level=1)).to_be_visible()
    assert page.locator('img[src="x"]').count() == 0
