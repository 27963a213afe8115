"""Steps of the tests of the gate: buy tickets, open the check-in page, scan."""

import io
import urllib.request
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect
from pypdf import PdfReader

from local.demo.demo import ACCOUNTS
from tests.e2e.pages.conftest import Offer, sign_in


def buy_tickets(offer: Offer, quantity: int) -> list[str]:
    """Orders free tickets for Ada Lovelace and returns their codes, read from the printed tickets."""
    form = {
        "lines": [{"ticket_type_id": offer.ticket("Day ticket", 0), "quantity": quantity}],
        "buyer": {"name": "Ada Lovelace", "email": "a@b.example"},
    }
    made = offer.api.call("POST", f"/api/v1/events/{offer.id}/orders", form)
    url = f"{offer.api.origin}/api/v1/orders/{made['id']}/tickets.pdf"
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {offer.api.token}", "Accept": "text/html"})
    with urllib.request.urlopen(request) as answer:
        pages = PdfReader(io.BytesIO(answer.read())).pages
    return ["".join(page.extract_text().split()[-2:]) for page in pages]


def open_gate(person: BrowserContext, offer: Offer, device: str, *, tickets: int = 2) -> Page:
    """Opens the check-in page as the organiser and waits for its list."""
    tab = person.new_page()
    sign_in(tab, ACCOUNTS[0].email, ACCOUNTS[0].password, following=f"/events/{offer.id}/check-in")
    tab.get_by_label("This device is called").fill(device)
    tab.get_by_label("This device is called").blur()
    expect(tab.locator("[data-network]")).to_contain_text(f"List of {tickets} tickets")
    return tab


def scan(tab: Page, code: str) -> None:
    """Types a code, as a handheld scanner does."""
    tab.get_by_label("Ticket code").fill(code)
    tab.keyboard.press("Enter")


def undo(tab: Page, name: str) -> None:
    """Undoes a check-in."""
    tab.get_by_role("button", name=f"Undo for {name}").click()
    tab.get_by_role("button", name=f"Really undo? for {name}").click()


def verdict(tab: Page) -> Any:
    """Returns an expectation on the page's result of the last scan."""
    return expect(tab.locator("[data-verdict]"))
