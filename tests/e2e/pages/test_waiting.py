"""The waiting list on the event's page: joining, leaving, and an offer when a ticket comes free."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.conftest import Offer, OpenContext, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def sold_out(offer: Offer) -> dict[str, str]:
    """An order of the event's only ticket."""
    ticket = offer.ticket("Workshop", 12000, quantity=1)
    buyer = {"name": "Ada Lovelace", "email": "ada@example.org"}
    form = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": buyer}
    made = offer.api.call("POST", f"/api/v1/events/{offer.id}/orders", form)
    return {"ticket": ticket, "order": made["id"]}


def waiting(offer: Offer) -> list[tuple[str, int, str]]:
    """Returns the waiting list as staff read it: e-mail, quantity, state."""
    found = offer.api.call("GET", f"/api/v1/events/{offer.id}/waiting-list")["items"]
    return [(one["email"], one["quantity"], one["state"]) for one in found]


def join(tab: Page, email: str) -> None:
    tab.get_by_role("button", name="Tell me when tickets come free: Workshop").click()
    dialog = tab.get_by_role("dialog", name="Wait for Workshop")
    dialog.get_by_label("Your name").fill("Bo Buyer")
    dialog.get_by_label("E-mail").fill(email)
    dialog.get_by_role("button", name="Join the waiting list").click()


def test_waiting_list_is_joined_and_left_by_a_guest(tab: Page, offer: Offer) -> None:
    sold_out(offer)
    tab.goto(f"/e/{offer.slug}")
    join(tab, "bo@example.org")
    expect(tab.get_by_text("You are on the waiting list.")).to_be_visible()
    assert waiting(offer) == [("bo@example.org", 1, "waiting")]
    tab.reload()
    leave = tab.get_by_role("button", name="Wait no longer: Workshop")
    leave.click()
    expect(tab.get_by_text("You wait no longer.")).to_be_visible()
    assert waiting(offer) == [("bo@example.org", 1, "left")]
    expect(tab.get_by_role("button", name="Tell me when tickets come free: Workshop")).to_be_visible()


def test_waiting_twice_and_wrong_details_are_told_in_the_dialog(tab: Page, offer: Offer, context: OpenContext) -> None:
    sold_out(offer)
    tab.goto(f"/e/{offer.slug}")
    join(tab, "bo@")
    expect(tab.get_by_role("dialog").get_by_label("E-mail")).to_be_focused()
    expect(tab.get_by_role("dialog").get_by_label("E-mail")).to_have_accessible_description(
        "Type your e-mail address, like name@example.org."
    )
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("button", name="Tell me when tickets come free: Workshop")).to_be_focused()
    join(tab, "bo@example.org")
    expect(tab.get_by_text("You are on the waiting list.")).to_be_visible()
    other = context().new_page()
    other.goto(f"/e/{offer.slug}")
    join(other, "bo@example.org")
    expect(other.get_by_role("dialog").get_by_role("alert")).to_have_text("This address waits for it already.")


def test_offer_comes_by_mail_when_the_ticket_does_and_leads_to_paying(tab: Page, offer: Offer) -> None:
    taken = sold_out(offer)
    email = f"{offer.slug}@example.org"
    tab.goto(f"/e/{offer.slug}")
    join(tab, email)
    expect(tab.get_by_text("You are on the waiting list.")).to_be_visible()
    offer.api.call("POST", f"/api/v1/orders/{taken['order']}/cancel")
    tab.goto(link_in_mail(offer, tab, email))
    tab.get_by_role("link", name="Check and pay").click()
    expect(tab.get_by_role("button", name="Pay CHF")).to_be_visible()
    assert waiting(offer) == [(email, 1, "offered")]


def link_in_mail(offer: Offer, tab: Page, email: str) -> str:
    """Waits for the mail to an address and returns its link."""

    def mails() -> list[Any]:
        return [one for one in offer.api.call("GET", "/_local/mail.json")["items"] if email in str(one["to"])]

    return next(word for word in wait_until(tab, mails)[0]["text"].split() if "/orders/" in word)
