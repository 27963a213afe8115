"""Payments in the browser: paid, declined, confirmed at the bank, delayed, refunded, disputed and too late.

Each time the person concerned is notified in a tab that is neither reloaded nor navigated.
"""

import json
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from local.demo.demo import ACCOUNTS, ApiCaller, DemoAccount
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in, signed_in
from tests.e2e.pages.test_selling import open_sales, refund
from tests.harness.server import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
STAFF, BUYER = ACCOUNTS[:2]
WORKS = "4242424242424242"
DECLINED = "4000000000000002"
THREE_D_SECURE = "4000002760003155"
DISPUTED = "4000000000000259"
SUCCEEDS_LATER = "DE08370400440532013003"
FAILS_LATER = "DE78370400440532013004"
NAME = "Alpine Python Days"
HOLD_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in user: the API client, a tab to click in, and a tab that only listens."""

    api: ApiCaller
    tab: Page
    listener: Page

    def expect_news(self, *titles: str) -> None:
        """Expects these unread notifications, newest first, in the tab that was never reloaded."""
        bell = self.listener.get_by_role("button", name="Notifications,")
        count = len(titles) or "none"
        expect(bell).to_have_accessible_name(f"Notifications, {count} unread")
        bell.click()
        unread = self.listener.locator("#bell-sheet .note.unread:not(.bundle) > div > .note-title")
        expect(unread).to_have_text(list(titles))
        bell.click()
        assert self.listener.evaluate("window.stayed") is True


def person(context: OpenContext, origin: str, account: DemoAccount) -> Person:
    """Signs a demo user in and marks all their notifications as read."""
    api = signed_in(origin, account)
    api.call("POST", "/api/v1/notifications/read-all")
    browser = context(base_url=origin)
    listener = browser.new_page()
    sign_in(listener, account.email, account.password)
    expect(listener.get_by_role("button", name="Notifications, none unread")).to_be_visible()
    listener.evaluate("window.stayed = true")
    return Person(api, browser.new_page(), listener)


@pytest.fixture
def buyer(context: OpenContext, server: ServerProcess) -> Person:
    """The demo's attendee."""
    return person(context, server.origin, BUYER)


@pytest.fixture
def staff(context: OpenContext, server: ServerProcess) -> Person:
    """The demo's organiser, who owns every offer."""
    return person(context, server.origin, STAFF)


@pytest.fixture
def euros(offer: Offer) -> Offer:
    """An offer in euros, which can be paid by debit."""
    fields = {"name": NAME, "slug": f"{offer.slug}-eur", "timezone": "Europe/Vienna", "currency": "EUR"}
    times = {"starts_at": "2099-06-11T07:00:00Z", "ends_at": "2099-06-12T16:00:00Z"}
    event = offer.api.call("POST", "/api/v1/events", {**fields, **times, "state": "published"})
    return Offer(offer.api, event["id"], event["slug"], "EUR")


def reach_pay_page(person: Person, offer: Offer, **fields: Any) -> str:
    """Goes from the event's page to the pay page. Returns the order's id."""
    offer.ticket("Early bird", 12000, **fields)
    tab = person.tab
    tab.goto(f"/e/{offer.slug}")
    tab.get_by_role("button", name="One more: Early bird").click()
    tab.get_by_label("Your name").fill("Ada Lovelace")
    tab.get_by_label("E-mail").fill("ada@example.org")
    tab.get_by_role("button", name="Continue with 1 ticket").click()
    tab.wait_for_url("**/pay")
    return tab.url.split("/")[-2]


def checkout(person: Person, choice: str) -> None:
    """Goes from the pay page to Stripe's page and pays there."""
    person.tab.get_by_role("button", name="Pay ").click()
    person.tab.wait_for_url("**/_local/stripe/pay/**")
    pay_at_stripe(person, choice)


def pay_at_stripe(person: Person, choice: str) -> None:
    person.tab.locator(f'input[value="{choice}"]').check()
    person.tab.locator('input[name="name"]').fill("Ada Lovelace")
    person.tab.get_by_role("button", name="Pay").click()


def head(person: Person) -> Locator:
    return person.tab.get_by_role("heading", level=1)


def command(offer: Offer, action: str, **order: Any) -> Any:
    """Sends a command to Stripe's test double."""
    return offer.api.call("POST", "/_local/stripe/control", {"action": action, **order})


def payment_intent(offer: Offer, order_id: str) -> str:
    """Returns the id of an order's payment intent."""
    state = offer.api.call("GET", "/_local/stripe/control")
    sessions = [one for one in state["sessions"] if one["payment_intent"]]
    charges = offer.api.call("GET", f"/api/v1/orders/{order_id}/charges")["items"]
    assert len(charges) <= 1
    return str(sessions[0]["payment_intent"])


def test_payment_rings_the_buyers_bell(buyer: Person, offer: Offer) -> None:
    reach_pay_page(buyer, offer)
    checkout(buyer, WORKS)
    expect(head(buyer)).to_have_text("You’re going!")
    expect(buyer.tab.get_by_role("img", name="QR code of ticket 1")).to_be_visible()
    buyer.expect_news(f"Paid: {NAME}")


def test_declined_card_is_told_and_the_order_can_still_be_paid(buyer: Person, offer: Offer) -> None:
    reach_pay_page(buyer, offer)
    checkout(buyer, DECLINED)
    expect(buyer.tab.get_by_role("alert")).to_contain_text("Your card was declined.")
    buyer.tab.get_by_role("link", name="Cancel and go back").click()
    expect(buyer.tab.get_by_text("You came back without paying.")).to_be_visible()
    expect(buyer.tab.get_by_role("row", name="Early bird")).to_contain_text("CHF\u00a0120.00")
    buyer.expect_news()
    checkout(buyer, WORKS)
    expect(head(buyer)).to_have_text("You’re going!")
    buyer.expect_news(f"Paid: {NAME}")


def test_card_confirmed_at_its_bank_pays(buyer: Person, offer: Offer) -> None:
    reach_pay_page(buyer, offer)
    checkout(buyer, THREE_D_SECURE)
    buyer.tab.get_by_role("button", name="Fail authentication").click()
    expect(buyer.tab.get_by_role("alert")).to_be_visible()
    buyer.expect_news()
    pay_at_stripe(buyer, THREE_D_SECURE)
    buyer.tab.get_by_role("button", name="Complete authentication").click()
    expect(head(buyer)).to_have_text("You’re going!")
    buyer.expect_news(f"Paid: {NAME}")


def test_debit_is_waited_for_and_pays_when_the_money_comes(buyer: Person, euros: Offer) -> None:
    order = reach_pay_page(buyer, euros)
    checkout(buyer, SUCCEEDS_LATER)
    expect(head(buyer)).to_have_text("Your bank is working on it")
    expect(buyer.tab.locator("[data-outcome]")).to_contain_text("Your payment of €120.00 is on its way")
    buyer.tab.evaluate("window.stayed = true")
    command(euros, "settle_async", payment_intent=payment_intent(euros, order), outcome="succeeded")
    expect(head(buyer)).to_have_text("You’re going!")
    assert buyer.tab.evaluate("window.stayed") is True
    buyer.expect_news(f"Paid: {NAME}")


def test_debit_that_fails_is_told_and_everything_typed_is_still_there(buyer: Person, euros: Offer) -> None:
    order = reach_pay_page(buyer, euros)
    checkout(buyer, FAILS_LATER)
    expect(head(buyer)).to_have_text("Your bank is working on it")
    command(euros, "settle_async", payment_intent=payment_intent(euros, order), outcome="failed")
    expect(head(buyer)).to_have_text("The payment failed")
    buyer.expect_news(f"Payment failed: {NAME}")
    buyer.tab.get_by_role("link", name="Choose tickets again").click()
    expect(buyer.tab.get_by_label("Your name")).to_have_value("Ada Lovelace")
    expect(buyer.tab.get_by_label("Quantity: Early bird")).to_have_value("1")
    buyer.tab.get_by_role("button", name="Continue with 1 ticket").click()
    buyer.tab.wait_for_url("**/pay")
    assert buyer.tab.url.split("/")[-2] != order


def test_refund_by_staff_reaches_the_buyer(buyer: Person, staff: Person, offer: Offer) -> None:
    order = reach_pay_page(buyer, offer)
    checkout(buyer, WORKS)
    expect(head(buyer)).to_have_text("You’re going!")
    open_sales(staff.tab, offer, order)
    refund(staff.tab, "50.00")
    wishes = staff.tab.get_by_role("region", name="Refunds asked for")
    expect(wishes.get_by_role("cell", name="Done")).to_be_visible()
    expect(staff.tab.locator("article .label")).to_have_text("Partly refunded")
    expect(head(buyer)).to_have_text("Paid, partly refunded")
    expect(buyer.tab.locator("[data-outcome]")).to_contain_text("CHF\u00a050.00 of CHF\u00a0120.00 is on its way back")
    refund(staff.tab, None)
    expect(head(buyer)).to_have_text("Refunded")
    expect(buyer.tab.get_by_role("row", name="After refunds")).to_contain_text("CHF\u00a00.00")
    buyer.expect_news(f"Refunded: {NAME}", f"Refunded: {NAME}", f"Paid: {NAME}")


def test_refund_in_the_dashboard_reaches_buyer_and_staff(buyer: Person, staff: Person, offer: Offer) -> None:
    order = reach_pay_page(buyer, offer)
    checkout(buyer, WORKS)
    expect(head(buyer)).to_have_text("You’re going!")
    open_sales(staff.tab, offer, order)
    dashboard = staff.tab.context.new_page()
    dashboard.goto("/_local/stripe/")
    dashboard.get_by_role("button", name=re.compile("^Refund ")).first.click()
    expect(head(buyer)).to_have_text("Refunded")
    expect(staff.tab.locator("article .label")).to_have_text("Refunded")
    buyer.expect_news(f"Refunded: {NAME}", f"Paid: {NAME}")


def test_dispute_rings_the_staffs_bell_and_leads_to_the_order(buyer: Person, staff: Person, offer: Offer) -> None:
    order = reach_pay_page(buyer, offer)
    checkout(buyer, DISPUTED)
    expect(head(buyer)).to_have_text("Disputed")
    staff.expect_news(f"Disputed: {NAME}")
    staff.tab.goto("/notifications")
    staff.tab.get_by_role("link", name=f"Disputed: {NAME}").first.click()
    staff.tab.wait_for_url(f"**/events/{offer.id}/sales#{order}")
    expect(staff.tab.get_by_role("heading", name="Order of Ada Lovelace")).to_be_focused()
    expect(staff.tab.locator("article .label")).to_have_text("Disputed")
    dashboard = staff.tab.context.new_page()
    dashboard.goto("/_local/stripe/")
    dashboard.get_by_role("button", name=re.compile("^Win ")).first.click()
    expect(staff.tab.locator("article .label")).to_have_text("Paid")
    expect(head(buyer)).to_have_text("You’re going!", timeout=30_000)
    staff.expect_news(f"Dispute over: {NAME}")


@dataclass(frozen=True, slots=True)
class ShortHolds:
    """A product whose holds end after seconds, a buyer, and an offer of one ticket."""

    buyer: Person
    offer: Offer
    ticket: str
    order: str

    def pay_late(self) -> None:
        """Makes a payment that Stripe accepts although the order has ended, as through a page that was open before."""
        total = {"amount": 12000, "currency": "chf", "confirm": "true", "payment_method": "pm_card_visa"}
        body = urllib.parse.urlencode({**total, "metadata[order_id]": self.order}).encode()
        url = f"{self.offer.api.origin}/_local/stripe/v1/payment_intents"
        headers = {"Authorization": "Bearer sk_test_local"}
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=30) as answer:
            assert json.loads(answer.read())["status"] == "succeeded"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that holds tickets for seconds only."""
    running = ServerProcess(tmp_path_factory.mktemp("hasty") / "data", ORDER_HOLD_SECONDS=str(HOLD_SECONDS))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def expired(context: OpenContext, hasty: ServerProcess, offer: Offer) -> ShortHolds:
    """An expired order for the only ticket, with its page open."""
    api = signed_in(hasty.origin, STAFF)
    fields = offer.api.call("GET", f"/api/v1/events/{offer.id}")
    names = ("name", "slug", "starts_at", "ends_at", "timezone", "currency", "state")
    event = api.call("POST", "/api/v1/events", {name: fields[name] for name in names})
    there = Offer(api, event["id"], event["slug"])
    buyer = person(context, hasty.origin, BUYER)
    order = reach_pay_page(buyer, there, quantity=1)
    expect(buyer.tab.get_by_role("heading", name="The time is up")).to_be_focused()
    api.call("POST", "/_local/timers/release_holds")
    ticket = api.call("GET", f"/api/v1/events/{there.id}/ticket-types")["items"][0]["id"]
    assert there.available(ticket) == 1
    buyer.expect_news(f"Not paid in time: {NAME}")
    buyer.tab.goto(f"/orders/{order}")
    expect(head(buyer)).to_have_text("The time is up")
    return ShortHolds(buyer, there, ticket, order)


def test_late_payment_gets_its_tickets_while_there_are_any(expired: ShortHolds) -> None:
    expired.pay_late()
    expect(head(expired.buyer)).to_have_text("You’re going!")
    expired.buyer.expect_news(f"Paid: {NAME}", f"Not paid in time: {NAME}")
    assert expired.offer.available(expired.ticket) == 0


def test_late_payment_goes_back_when_the_tickets_are_gone(expired: ShortHolds) -> None:
    form = {
        "lines": [{"ticket_type_id": expired.ticket, "quantity": 1}],
        "buyer": {"name": "Bo", "email": "b@example.org"},
    }
    ApiCaller(expired.offer.api.origin).call("POST", f"/api/v1/events/{expired.offer.id}/orders", form)
    expired.pay_late()
    expect(head(expired.buyer)).to_have_text("Paid too late")
    expect(expired.buyer.tab.locator("[data-outcome]")).to_contain_text(
        "All of it, CHF\u00a0120.00, is on its way back"
    )
    refunded = expired.buyer.tab.get_by_role("row", name="After refunds")
    expect(refunded).to_contain_text("CHF\u00a00.00")
    titles = [f"Refunded: {NAME}", f"Paid too late: {NAME}", f"Not paid in time: {NAME}"]
    expired.buyer.expect_news(*titles)
