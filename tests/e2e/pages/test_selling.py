"""The sales pages for staff: one order with its payments, refunds, and the account that is paid."""

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from local.demo.demo import ACCOUNTS, ApiCaller
from tests.e2e.pages.conftest import Offer, OpenContext, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]
STAFF, READER = ACCOUNTS[:2]
PAID_SECONDS = 15
TOO_WIDE = """
[...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".scroller, .hidden"))
  .map((one) => one.outerHTML.slice(0, 200))
"""


def open_sales(tab: Page, offer: Offer, order: str = "") -> None:
    """Opens the sales page, or the page of an order."""
    tab.goto(f"/events/{offer.id}/sales{'#' if order else ''}{order}")
    tab.get_by_role("heading", level=2, name="Order of" if order else "Orders").wait_for()


def refund(tab: Page, amount: str | None) -> None:
    """Requests a refund of an amount, or of the whole rest, on an order's page."""
    if amount is not None:
        tab.get_by_label("A part").check()
        tab.get_by_label("Amount in").fill(amount)
    tab.get_by_role("button", name="Refund…").click()
    tab.get_by_role("group", name="Please confirm").get_by_role("button", name="Refund").click()
    expect(tab.get_by_text(re.compile(r"^A refund of .* is asked for\.$"))).to_be_focused()


@pytest.fixture
def tab(context: OpenContext) -> Page:
    """A tab of the organiser."""
    page = context(viewport={"width": 1280, "height": 900}).new_page()
    sign_in(page, STAFF.email, STAFF.password)
    return page


def paid_order(offer: Offer, quantity: int = 1, amount: int = 12000) -> str:
    """Places and pays a guest's order. Returns its id."""
    ticket = offer.ticket("Early bird", amount)
    form = {
        "lines": [{"ticket_type_id": ticket, "quantity": quantity}],
        "buyer": {"name": "Ada Lovelace", "email": "ada@example.org"},
        "attendees": [{"name": "Grace Hopper"}],
    }
    guest = ApiCaller(offer.api.origin)
    order = guest.call("POST", f"/api/v1/events/{offer.id}/orders", form)
    if amount:
        path = f"/api/v1/orders/{order['id']}/payment?access={order['access']}"
        session = guest.call("POST", path)["checkout_url"].rsplit("/", 1)[-1]
        guest.call("POST", "/_local/stripe/control", {"action": "pay", "session": session, "card": "4242424242424242"})
        wait_until_paid(guest, f"/api/v1/orders/{order['id']}?access={order['access']}")
    return str(order["id"])


def wait_until_paid(api: ApiCaller, path: str) -> None:
    """Waits until Stripe's webhook has made the order paid."""
    deadline = time.monotonic() + PAID_SECONDS
    while api.call("GET", path)["state"] != "paid":
        assert time.monotonic() < deadline, "the order was not paid"
        time.sleep(0.05)


def test_organiser_is_led_from_the_account_menu_to_the_sales(tab: Page, offer: Offer) -> None:
    tab.get_by_role("button", name="Account of Demo Organiser").click()
    tab.get_by_role("link", name="Your events").click()
    row = tab.get_by_role("listitem").filter(has=tab.locator(f'a[href="/organise/{offer.id}"]'))
    expect(row.get_by_text("Published")).to_be_visible()
    expect(row.get_by_text("Owner")).to_be_visible()
    row.get_by_role("link", name="Alpine Python Days").click()
    tab.get_by_role("navigation", name="Event").get_by_role("link", name="Orders").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("Sales of Alpine Python Days")


def test_order_shows_buyer_attendees_payment_and_what_was_bought(tab: Page, offer: Offer) -> None:
    order = paid_order(offer, quantity=2)
    open_sales(tab, offer, order)
    expect(tab.locator("article .label")).to_have_text("Paid")
    expect(tab.get_by_role("link", name="ada@example.org")).to_have_attribute("href", "mailto:ada@example.org")
    expect(tab.get_by_role("row", name="Early bird 2 × CHF\u00a0120.00")).to_contain_text("CHF\u00a0240.00")
    attendees = tab.get_by_role("region", name="Attendees").get_by_role("row")
    expect(attendees).to_have_count(3)
    expect(attendees.nth(1)).to_contain_text("Grace Hopper")
    payment = tab.get_by_role("region", name="Payments").get_by_role("row").nth(1)
    expect(payment).to_contain_text("Visa ending 4242")
    expect(payment).not_to_contain_text("not known yet")
    expect(tab.get_by_text(re.compile(r"GMT|CES?T")).first).to_be_visible()


def test_refund_is_asked_back_once_and_checked(tab: Page, offer: Offer) -> None:
    order = paid_order(offer)
    open_sales(tab, offer, order)
    tab.get_by_label("A part").check()
    amount = tab.get_by_label("Amount in CHF")
    for typed, said in [
        ("", "Type an amount like 25.00."),
        ("1.234", "Type an amount like"),
        ("120.01", "At most CHF"),
    ]:
        amount.fill(typed)
        tab.get_by_role("button", name="Refund…").click()
        expect(amount).to_be_focused()
        expect(amount).to_have_accessible_description(re.compile(f"^{re.escape(said)}"))
    amount.fill("20,5")
    tab.get_by_role("button", name="Refund…").click()
    expect(tab.get_by_role("button", name="Refund CHF\u00a020.50")).to_be_focused()
    tab.get_by_role("button", name="No, leave it").click()
    expect(tab.get_by_role("button", name="Refund…")).to_be_focused()
    assert offer.api.call("GET", f"/api/v1/orders/{order}/refunds")["items"] == []


def test_refund_whose_answer_is_lost_is_made_once(tab: Page, offer: Offer) -> None:
    order = paid_order(offer)
    open_sales(tab, offer, order)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.request.headers["idempotency-key"])
            route.fetch()
            route.abort()
        else:
            route.continue_()

    tab.route("**/refunds", lose)
    tab.get_by_role("button", name="Refund…").click()
    tab.get_by_role("button", name="Refund CHF\u00a0120.00").click()
    expect(tab.get_by_role("alert").filter(has_text="cannot be reached")).to_be_visible()
    tab.get_by_role("button", name="Refund CHF\u00a0120.00").click()
    expect(tab.get_by_role("region", name="Refunds asked for").get_by_role("cell", name="Done")).to_be_visible()
    wishes = offer.api.call("GET", f"/api/v1/orders/{order}/refunds")["items"]
    assert [wish["amount"] for wish in wishes] == [12000]
    expect(tab.locator("article .label")).to_have_text("Refunded")


def test_refund_whose_outcome_is_unknown_is_made_once(tab: Page, offer: Offer) -> None:
    order = paid_order(offer)
    open_sales(tab, offer, order)
    keys: list[str] = []

    def spoil(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:  # made, but the answer is a fault of the server
            route.fetch()
            return route.fulfill(status=502, json={"code": "upstream_failed", "detail": "Stripe does not answer."})
        if len(keys) == 2:
            refusal = {"status": 409, "code": "still_running", "detail": "Still running."}
            return route.fulfill(status=409, headers={"Retry-After": "1"}, json=refusal)
        return route.continue_()

    tab.route("**/refunds", spoil)
    tab.get_by_label("A part").check()
    tab.get_by_label("Amount in").fill("20")
    tab.get_by_role("button", name="Refund…").click()
    tab.get_by_role("button", name="Refund CHF\u00a020.00").click()
    expect(tab.get_by_role("alert").filter(has_text="Stripe does not answer.")).to_be_visible()
    tab.get_by_role("button", name="Refund CHF\u00a020.00").click()
    expect(tab.get_by_text(re.compile(r"^A refund of .* is asked for\.$"))).to_be_focused()
    assert (len(keys), len(set(keys))) == (3, 1)
    wishes = offer.api.call("GET", f"/api/v1/orders/{order}/refunds")["items"]
    assert [wish["amount"] for wish in wishes] == [2000]


def test_account_is_connected_used_and_disconnected(tab: Page, offer: Offer) -> None:
    open_sales(tab, offer)
    expect(tab.get_by_text("The platform", exact=True)).to_be_visible()
    tab.get_by_role("button", name="Connect your Stripe account").click()
    tab.wait_for_url("**/_local/stripe/**")
    tab.goto(f"/events/{offer.id}/sales")
    expect(tab.get_by_text("Your Stripe account, not ready")).to_be_visible()
    account = offer.api.call("GET", f"/api/v1/events/{offer.id}/stripe-account")["id"]
    offer.api.call("POST", "/_local/stripe/control", {"action": "onboard", "account": account})
    expect(tab.get_by_text("Your Stripe account, ready")).to_be_visible()
    tab.get_by_role("button", name="Disconnect").click()
    tab.get_by_role("button", name="No, keep it").click()
    tab.get_by_role("button", name="Disconnect").click()
    tab.get_by_role("button", name="Disconnect the account").click()
    expect(tab.get_by_role("button", name="Connect your Stripe account")).to_be_focused()


def test_sales_are_hidden_from_those_who_are_not_staff(context: OpenContext, offer: Offer) -> None:
    order = paid_order(offer)
    stranger = context().new_page()
    sign_in(stranger, READER.email, READER.password)
    stranger.goto(f"/events/{offer.id}/sales#{order}")
    expect(stranger.get_by_role("alert")).to_contain_text("you are not on the part of its staff that sees sales")
    expect(stranger.get_by_text("Ada Lovelace")).to_have_count(0)
    nobody = context().new_page()
    nobody.goto(f"/events/{offer.id}/sales#{order}")
    nobody.wait_for_url("**/sign-in?next=**")
    nobody.get_by_label("E-mail").fill(STAFF.email)
    nobody.get_by_label("Password").fill(STAFF.password)
    nobody.get_by_role("button", name="Sign in").click()
    expect(nobody.get_by_role("heading", name="Order of Ada Lovelace")).to_be_focused()


def test_order_of_another_event_is_not_shown(tab: Page, offer: Offer) -> None:
    elsewhere = offer.api.call("GET", "/api/v1/events/difference-engine-days")["id"]
    order = paid_order(offer)
    tab.goto(f"/events/{elsewhere}/sales#{order}")
    expect(tab.get_by_role("alert")).to_have_text("This event has no such order.")
    expect(tab.get_by_text("ada@example.org")).to_have_count(0)


def test_orders_are_found_by_state_and_words_and_lead_back_to_the_list(tab: Page, offer: Offer) -> None:
    order = paid_order(offer, quantity=2)
    ticket = offer.api.call("GET", f"/api/v1/events/{offer.id}/ticket-types")["items"][0]["id"]
    form = {"lines": [{"ticket_type_id": ticket, "quantity": 1}], "buyer": {"name": "Karen", "email": "k@example.org"}}
    ApiCaller(offer.api.origin).call("POST", f"/api/v1/events/{offer.id}/orders", form)
    open_sales(tab, offer)
    rows = tab.locator(".order-row")
    expect(rows).to_have_count(2)
    tab.get_by_label("State").select_option("Paid")
    expect(tab.get_by_text("1 order", exact=True)).to_be_visible()
    expect(rows).to_contain_text("Ada Lovelace")
    tab.get_by_label("Search").fill("karen")
    expect(tab.get_by_text("No order is like that.")).to_be_visible()
    tab.get_by_label("State").select_option("All")
    expect(rows).to_contain_text("Held, not paid")
    tab.get_by_label("Search").fill(order[:18].lower())
    expect(rows.first).to_contain_text("Ada Lovelace")
    tab.get_by_role("link", name="Ada Lovelace").press("Enter")
    expect(tab.get_by_role("heading", name="Order of Ada Lovelace")).to_be_focused()
    tab.get_by_role("link", name="All orders").click()
    expect(tab.get_by_role("link", name="Ada Lovelace")).to_be_focused()
    expect(tab.get_by_label("Search")).to_have_value(order[:18].lower())


def test_totals_follow_a_sale_without_a_reload(tab: Page, offer: Offer) -> None:
    open_sales(tab, offer)
    expect(tab.get_by_text("Nothing is sold yet.")).to_be_visible()
    paid_order(offer, quantity=2)
    expect(tab.locator(".tiles div").filter(has_text="Taken")).to_contain_text("CHF\u00a0240.00")
    kind = tab.get_by_role("region", name="Sales by ticket type").get_by_role("row", name="Early bird")
    expect(kind).to_contain_text("2 of 20")


@pytest.mark.parametrize(
    ("name", "expected"), [("Orders", "ada@example.org"), ("Attendees", "Grace Hopper"), ("Payments", "4242")]
)
def test_lists_are_saved_as_csv(tab: Page, offer: Offer, name: str, expected: str) -> None:
    paid_order(offer)
    open_sales(tab, offer)
    expect(tab.locator(".order-row")).to_have_count(1)
    with tab.expect_download() as saved:
        tab.get_by_role("button", name=name, exact=True).click()
    assert saved.value.suggested_filename.endswith(f"-{offer.id}.csv")
    assert expected in saved.value.path().read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_sales_page_scrolls_sideways_at_320_pixels(context: OpenContext, offer: Offer, scheme: str) -> None:
    order = paid_order(offer)
    tab = context(viewport={"width": 320, "height": 640}, color_scheme=scheme).new_page()
    sign_in(tab, STAFF.email, STAFF.password)
    for place in ("/events", f"/events/{offer.id}/sales", f"/events/{offer.id}/sales#{order}"):
        tab.goto(place)
        expect(tab.locator("[aria-busy]")).to_have_count(0)
        assert (place, tab.evaluate(TOO_WIDE)) == (place, [])
