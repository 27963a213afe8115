"""An owner invites mail addresses; a person without an account creates one through the link and becomes staff."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from local.demo.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in, wait_until
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
OWNER = ACCOUNTS[0]


def mailed_link(tab: Page, server: ServerProcess, address: str) -> str:
    """Returns the path of the invitation link in the mailbox."""

    def found() -> list[str]:
        items = httpx.get(f"{server.origin}/_local/mail.json").json()["items"]
        mine = [one["text"] for one in items if address in str(one["to"])]
        return [place for text in mine for place in re.findall(r"(/invites/\S+)", text)]

    return wait_until(tab, found)[0]


def open_account(guest: Page, name: str, address: str) -> None:
    """Creates an account through an invitation link."""
    guest.get_by_role("link", name="Open an account and accept").click()
    guest.get_by_label("Name").fill(name)
    guest.get_by_label("E-mail").fill(address)
    guest.get_by_label("Password").fill("difference engine")
    guest.get_by_role("button", name="Open the account").click()


def test_invited_address_opens_an_account_and_is_staff(
    context: OpenContext, offer: Offer, server: ServerProcess
) -> None:
    address = f"crew-{offer.slug}@example.org"
    owner = context(viewport={"width": 320, "height": 800}).new_page()
    sign_in(owner, OWNER.email, OWNER.password, following=f"/events/{offer.id}/people")
    expect(owner.get_by_role("heading", level=1)).to_have_text("People of Alpine Python Days")
    owner.get_by_label("E-mail addresses").fill(f"nonsense\n{address}, {address}")
    owner.get_by_role("button", name="Invite", exact=True).click()
    expect(owner.get_by_text(f"{address}: invited")).to_be_visible()
    expect(owner.get_by_text("nonsense: is no e-mail address")).to_be_visible()
    expect(owner.get_by_label("E-mail addresses")).to_have_value("nonsense")
    assert owner.evaluate("document.documentElement.scrollWidth <= innerWidth")
    guest = context(color_scheme="dark", viewport={"width": 320, "height": 800}).new_page()
    guest.goto(mailed_link(owner, server, address))
    expect(guest.get_by_role("heading", level=1)).to_have_text(
        "Demo Organiser invites you to the staff of Alpine Python Days, as moderator"
    )
    assert guest.evaluate("document.documentElement.scrollWidth <= innerWidth")
    open_account(guest, "Crew Example", address)
    said = guest.get_by_role("status").filter(has_text="You are staff of Alpine Python Days now.")
    expect(said).to_be_focused()
    guest.get_by_role("link", name="To your events").click()
    row = guest.get_by_role("listitem").filter(has=guest.locator(f'a[href="/organise/{offer.id}"]'))
    expect(row.get_by_text("Published")).to_be_visible()
    expect(row.get_by_text("Moderator")).to_be_visible()
    owner.reload()
    row = owner.get_by_role("list", name="Staff").get_by_role("listitem").filter(has_text=address)
    expect(row).to_contain_text("Moderator")
    remove = row.get_by_role("button", name="Remove Crew Example")
    remove.click()
    owner.get_by_role("button", name="No", exact=True).click()
    expect(remove).to_be_focused()
    remove.click()
    owner.get_by_role("button", name="Yes", exact=True).click()
    expect(owner.get_by_text("Crew Example is not of the staff any more.")).to_be_focused()
    expect(row).to_have_count(0)


def test_invitation_for_another_address_and_a_dead_link_say_so(
    context: OpenContext, offer: Offer, server: ServerProcess
) -> None:
    address = f"other-{offer.slug}@example.org"
    offer.api.call("POST", f"/api/v1/events/{offer.id}/invites", {"email": address, "role": "registrar"})
    tab = context().new_page()
    sign_in(tab, ACCOUNTS[1].email, ACCOUNTS[1].password)
    tab.goto(mailed_link(tab, server, address))
    tab.get_by_role("button", name="Accept").click()
    expect(tab.get_by_role("alert")).to_contain_text(f"You are signed in as {ACCOUNTS[1].email}.")
    tab.goto("/invites/nothing")
    expect(tab.get_by_role("status").filter(has_text="leads to no invitation")).to_be_visible()


def test_invited_speaker_accepts_and_is_in_the_session(
    context: OpenContext, offer: Offer, server: ServerProcess
) -> None:
    address, place = f"speaker-{offer.slug}@example.org", f"/api/v1/events/{offer.id}"
    talk = offer.api.call("POST", f"{place}/sessions", {"title": "Engines & notes", "state": "accepted"})["id"]
    owner = context(viewport={"width": 320, "height": 800}).new_page()
    sign_in(owner, OWNER.email, OWNER.password, following=f"/events/{offer.id}/people")
    owner.get_by_label("E-mail addresses").fill(address)
    owner.get_by_label("As", exact=True).select_option(label="Engines & notes")
    owner.get_by_role("button", name="Invite", exact=True).click()
    expect(owner.get_by_text(f"{address}: invited")).to_be_visible()
    row = owner.get_by_role("list", name="Invitations").get_by_role("listitem").filter(has_text=address)
    expect(row).to_contain_text("Speaker: Engines & notes · Open until")
    assert owner.evaluate("document.documentElement.scrollWidth <= innerWidth")
    guest = context().new_page()
    guest.goto(mailed_link(owner, server, address))
    heading = "Demo Organiser invites you to speak at Alpine Python Days: Engines & notes"
    expect(guest.get_by_role("heading", level=1)).to_have_text(heading)
    open_account(guest, "Speaker Example", address)
    said = guest.get_by_role("status").filter(has_text="You are a speaker of Engines & notes now.")
    expect(said).to_be_focused()
    (speaker,) = offer.api.call("GET", f"{place}/sessions/{talk}?view=all")["speaker_ids"]
    assert offer.api.call("GET", f"{place}/speakers/{speaker}")["name"] == "Speaker Example"
