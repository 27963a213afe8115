"""From the event page through the pay page to the order page, which shows the real state."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.pages.conftest import Offer, OpenContext

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def choose(tab: Page, offer: Offer, name: str, quantity: int) -> None:
    tab.goto(f"/e/{offer.slug}")
    for _ in range(quantity):
        tab.get_by_role("button", name=f"One more: {name}").click()


def fill(tab: Page) -> None:
    tab.get_by_label("Your name").fill("Bo Buyer")
    tab.get_by_label("E-mail").fill("bo@example.org")


def reach_pay_page(tab: Page, offer: Offer, quantity: int = 2) -> None:
    offer.ticket("Early bird", 12000)
    choose(tab, offer, "Early bird", quantity)
    fill(tab)
    tab.get_by_role("button", name="Continue").click()
    tab.get_by_role("button", name="Pay CHF").wait_for()


def pay_with_card(tab: Page, card: str = "4242424242424242") -> None:
    tab.locator(f'input[value="{card}"]').check()
    tab.locator('input[name="name"]').fill("Bo Buyer")
    tab.get_by_role("button", name="Pay").click()


def answer(change: dict[str, Any]) -> Any:
    """Returns a route handler that changes the server's answer."""

    def handler(route: Route) -> None:
        headers = {name: value for name, value in route.request.headers.items() if name != "if-none-match"}
        real = route.fetch(headers=headers)
        route.fulfill(response=real, json={**real.json(), **change})

    return handler


def test_ticket_is_bought_without_account_and_paid_only_when_the_server_says_so(tab: Page, offer: Offer) -> None:
    ticket = offer.ticket("Early bird", 12000)
    choose(tab, offer, "Early bird", 2)
    expect(tab.locator("[data-total]")).to_have_text("CHF\u00a0240.00")
    fill(tab)
    tab.get_by_role("button", name="Continue with 2 tickets").dblclick()
    pay = tab.get_by_role("button", name="Pay CHF\u00a0240.00")
    pay.wait_for()
    assert offer.available(ticket) == 18
    pay.dblclick()
    tab.wait_for_url("**/_local/stripe/pay/**")
    pay_with_card(tab)
    tab.wait_for_url("**/complete")
    expect(tab.get_by_role("heading", level=1)).to_have_text("You’re going!")
    expect(tab.get_by_role("row", name="Early bird")).to_contain_text("CHF\u00a0240.00")
    assert offer.available(ticket) == 18


def test_coming_back_without_paying_keeps_the_order_and_says_that_nothing_was_charged(tab: Page, offer: Offer) -> None:
    reach_pay_page(tab, offer)
    order = tab.url
    tab.get_by_role("button", name="Pay CHF").click()
    tab.wait_for_url("**/_local/stripe/pay/**")
    tab.go_back()
    expect(tab.get_by_text("You came back without paying.")).to_be_visible()
    assert tab.url == order
    checkout = []
    for _ in range(2):
        tab.get_by_role("button", name="Pay CHF").click()
        tab.wait_for_url("**/_local/stripe/pay/**")
        checkout.append(tab.url)
        tab.goto(order)
    assert checkout[0] == checkout[1]


def test_same_form_sent_from_two_tabs_is_one_order(context: OpenContext, offer: Offer) -> None:
    ticket = offer.ticket("Early bird", 12000)
    person = context()
    urls = []
    for _ in range(2):
        tab = person.new_page()
        tab.goto(f"/e/{offer.slug}")
        expect(tab.get_by_role("button", name="One more: Early bird")).to_be_enabled()
        if tab.get_by_label("Quantity: Early bird").input_value() == "0":
            tab.get_by_role("button", name="One more: Early bird").click()
        fill(tab)
        tab.get_by_role("button", name="Continue with 1 ticket").click()
        tab.wait_for_url("**/pay")
        urls.append(tab.url)
    assert urls[0] == urls[1]
    assert offer.available(ticket) == 19


def test_free_ticket_is_there_at_once(tab: Page, offer: Offer) -> None:
    offer.ticket("Livestream", 0)
    choose(tab, offer, "Livestream", 1)
    fill(tab)
    tab.get_by_role("button", name="Get the free ticket").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("You’re going!")


def test_limits_and_stock_are_told_in_words(tab: Page, offer: Offer) -> None:
    offer.ticket("Student", 4500, max_per_order=2)
    offer.ticket("Gone", 4500, quantity=0)
    offer.ticket("Later", 4500, sales_start="2099-01-01T00:00:00Z")
    offer.ticket("Group", 4500, min_per_order=3)
    choose(tab, offer, "Student", 2)
    expect(tab.get_by_role("button", name="One more: Student")).to_be_disabled()
    tab.get_by_label("Quantity: Student").fill("7")
    tab.get_by_label("Quantity: Student").press("Tab")
    expect(tab.get_by_label("Quantity: Student")).to_have_value("2")
    expect(tab.get_by_text("At most 2 an order")).to_be_visible()
    expect(tab.get_by_text("Sold out")).to_be_visible()
    expect(tab.get_by_text("Not on sale yet")).to_be_visible()
    tab.get_by_role("button", name="One more: Group").click()
    expect(tab.get_by_label("Quantity: Group")).to_have_value("3")
    tab.get_by_role("button", name="One fewer: Group").click()
    expect(tab.get_by_label("Quantity: Group")).to_have_value("0")


def test_sold_out_meanwhile_keeps_everything_that_was_typed(tab: Page, offer: Offer) -> None:
    offer.ticket("Early bird", 12000)
    body = json.dumps({"status": 409, "code": "sold_out", "detail": "Sold out.", "available": 1})
    refusal = {"status": 409, "content_type": "application/problem+json", "body": body}
    tab.route("**/orders", lambda route: route.fulfill(**refusal))
    choose(tab, offer, "Early bird", 2)
    fill(tab)
    tab.get_by_role("button", name="Continue").click()
    expect(tab.get_by_role("alert")).to_have_text("Somebody was faster: only 1 of these are left.")
    expect(tab.get_by_label("Your name")).to_have_value("Bo Buyer")
    tab.reload()
    expect(tab.get_by_label("E-mail")).to_have_value("bo@example.org")
    expect(tab.get_by_label("Quantity: Early bird")).to_have_value("2")


def test_missing_details_are_named_at_their_fields(tab: Page, offer: Offer) -> None:
    offer.ticket("Early bird", 12000)
    choose(tab, offer, "Early bird", 1)
    tab.get_by_label("E-mail").fill("bo@")
    tab.get_by_role("button", name="Continue").click()
    expect(tab.get_by_label("Your name")).to_be_focused()
    expect(tab.get_by_label("Your name")).to_have_accessible_description("Type your name.")
    expect(tab.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")


def test_lost_connection_is_told_and_the_second_try_is_the_same_order(tab: Page, offer: Offer) -> None:
    ticket = offer.ticket("Early bird", 12000)
    keys = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) == 1:
            route.fetch()  # the request arrives, its answer does not
            route.abort()
        else:
            route.continue_()

    tab.route("**/orders", lose)
    choose(tab, offer, "Early bird", 1)
    fill(tab)
    tab.get_by_role("button", name="Continue").click()
    expect(tab.get_by_role("alert")).to_contain_text("cannot be reached")
    tab.get_by_role("button", name="Continue").click()
    tab.wait_for_url("**/pay")
    assert keys[0] == keys[1]
    assert offer.available(ticket) == 19


def test_buyer_behind_others_is_told_and_pays_when_it_is_their_turn(tab: Page, offer: Offer) -> None:
    reach_pay_page(tab, offer)
    asked = []
    detail = "Many people are paying right now. Your tickets are kept for you, and your turn comes in 2 seconds."
    problem = {"status": 503, "code": "wait_in_line", "detail": detail}

    def crowd(route: Route) -> None:
        asked.append(route.request.method)
        if len(asked) == 1:
            headers = {"Retry-After": "2", "Content-Type": "application/problem+json"}
            route.fulfill(status=503, headers=headers, body=json.dumps(problem))
        else:
            route.continue_()

    tab.route("**/payment?*", crowd)
    tab.get_by_role("button", name="Pay CHF").click()
    line = tab.locator("[data-pay] [role=status]", has_text="Many people are paying right now.")
    expect(line).to_contain_text("Your tickets are kept for you. Stay on this page")
    expect(line).to_contain_text("to go.")
    expect(tab.get_by_role("button", name="Waiting for your turn…")).to_have_attribute("aria-disabled", "true")
    pay_with_card(tab)
    expect(tab.locator("[data-outcome]")).to_contain_text("Your order is paid.")
    assert asked == ["POST", "POST"]


def test_buyer_whose_wait_ends_with_a_refusal_can_try_again(tab: Page, offer: Offer) -> None:
    reach_pay_page(tab, offer)
    answers = [
        (503, {"Retry-After": "1"}, {"code": "wait_in_line", "detail": "Many people are paying right now."}),
        (502, {}, {"code": "upstream_failed", "detail": "The payment service did not answer as it should. Try again."}),
    ]

    def refuse(route: Route) -> None:
        status, headers, body = answers.pop(0)
        route.fulfill(status=status, headers=headers, body=json.dumps(body))

    tab.route("**/payment?*", refuse)
    tab.get_by_role("button", name="Pay CHF").click()
    expect(tab.get_by_role("alert")).to_have_text(
        "The payment service did not answer as it should. Try again. Nothing was charged."
    )
    expect(tab.get_by_text("Many people are paying right now.")).to_be_hidden()
    pay = tab.get_by_role("button", name="Pay CHF")
    expect(pay).not_to_have_attribute("aria-disabled", "true")
    tab.unroute("**/payment?*")
    pay.click()
    tab.locator('input[value="4242424242424242"]').wait_for()


def test_buyer_before_a_line_without_a_place_is_told_what_to_do_and_waits_for_nothing(tab: Page, offer: Offer) -> None:
    reach_pay_page(tab, offer)
    detail = "Too many people are paying right now. Your tickets are held until the time that is shown."
    body = json.dumps({"status": 503, "code": "line_too_long", "detail": detail})
    tab.route("**/payment?*", lambda route: route.fulfill(status=503, headers={"Retry-After": "1"}, body=body))
    tab.get_by_role("button", name="Pay CHF").click()
    expect(tab.get_by_role("alert")).to_have_text(f"{detail} Nothing was charged.")
    expect(tab.get_by_text("opens by itself")).to_be_hidden()
    pay = tab.get_by_role("button", name="Pay CHF")
    expect(pay).not_to_have_attribute("aria-disabled", "true")
    tab.unroute("**/payment?*")
    pay.click()
    tab.locator('input[value="4242424242424242"]').wait_for()


def test_countdown_is_announced_at_five_minutes_and_at_one_and_then_the_time_is_up(tab: Page, offer: Offer) -> None:
    tab.clock.install()
    reach_pay_page(tab, offer)
    tab.route("**/api/v1/orders/*", lambda route: route.abort())  # the server's clock does not run ahead
    spoken = tab.locator("[data-pay] > p[role=status]")
    tab.clock.fast_forward("09:30")
    expect(spoken).to_have_text("")
    tab.clock.fast_forward("00:31")
    expect(spoken).to_have_text("Your tickets are held for 5 more minutes.")
    tab.clock.fast_forward("04:01")
    expect(spoken).to_have_text("Your tickets are held for 1 more minute.")
    tab.clock.fast_forward("01:05")
    expect(tab.get_by_role("heading", name="The time is up")).to_be_focused()
    tab.get_by_role("link", name="Choose tickets again").click()
    expect(tab.get_by_label("Your name")).to_have_value("Bo Buyer")


def test_tickets_can_be_given_back(tab: Page, offer: Offer) -> None:
    reach_pay_page(tab, offer)
    tab.get_by_role("button", name="Give the tickets back").click()
    expect(tab.get_by_role("heading", name="The tickets are given back")).to_be_visible()


def test_complete_page_confirms_until_the_server_says_paid(tab: Page, offer: Offer) -> None:
    reach_pay_page(tab, offer)
    tab.goto(tab.url.replace("/pay", "/complete"))
    head = tab.get_by_role("heading", level=1)
    expect(head).to_have_text("Confirming your payment")
    with tab.expect_response("**/api/v1/orders/*"):
        pass
    expect(head).to_have_text("Confirming your payment")
    tab.route("**/api/v1/orders/*", answer({"state": "paid"}))
    expect(head).to_have_text("You’re going!")


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("pending", None, ("Your bank is working on it", "Your payment of CHF\u00a0240.00 is on its way")),
        ("expired", "hold_ended", ("The time is up", "Nothing was charged.")),
        ("cancelled", "cancelled_by_buyer", ("The tickets are given back", "Nothing was charged.")),
        (
            "cancelled",
            "event_closed",
            ("The event is closed", "All of it, CHF\u00a0240.00, is on its way back to you."),
        ),
        ("cancelled", "event_over", ("Paid after the end", "All of it, CHF\u00a0240.00, is on its way back to you.")),
        (
            "cancelled",
            "payment_failed",
            ("The payment failed", "Your bank did not make the payment of CHF\u00a0240.00."),
        ),
        ("cancelled", "paid_too_late", ("Paid too late", "All of it, CHF\u00a0240.00, is on its way back to you.")),
        ("review", "payment_differs", ("We are looking into it", "What was paid is not the CHF\u00a0240.00")),
        ("review", "tickets_gone", ("We are looking into it", "Your refund failed")),
        ("review", "account_gone", ("We cannot see your payment", "ask them for your tickets or your money")),
        ("disputed", None, ("Disputed", "Its tickets let nobody in until that is settled.")),
        ("charged_back", None, ("Charged back", "The bank took the payment of CHF\u00a0240.00 back.")),
        ("cancelled", "address_refused", ("This address cannot pay", "order again with another one")),
        ("cancelled", "amount_refused", ("This amount cannot be paid", "CHF\u00a0240.00")),
        ("cancelled", "seller_refused", ("The organiser cannot be paid", "Nothing was charged.")),
        ("cancelled", None, ("Not paid", "Nothing was charged.")),
        ("expired", None, ("Not paid", "Nothing was charged.")),
    ],
)
def test_order_page_tells_why_an_order_is_not_paid(
    tab: Page, offer: Offer, state: str, reason: str | None, words: tuple[str, str]
) -> None:
    title, text = words
    reach_pay_page(tab, offer)
    tab.route("**/api/v1/orders/*", answer({"state": state, "reason": reason}))
    tab.goto(tab.url.replace("/pay", "/complete"))
    expect(tab.get_by_role("heading", level=1)).to_have_text(title)
    expect(tab.locator("[data-outcome]")).to_contain_text(text)


def test_pay_page_goes_on_by_itself_when_the_order_is_paid_elsewhere(context: OpenContext, offer: Offer) -> None:
    person = context()
    tab = person.new_page()
    reach_pay_page(tab, offer)
    elsewhere = person.new_page()
    elsewhere.goto(tab.url)
    elsewhere.get_by_role("button", name="Pay CHF").click()
    elsewhere.wait_for_url("**/_local/stripe/pay/**")
    pay_with_card(elsewhere)
    expect(tab.get_by_role("heading", level=1)).to_have_text("You’re going!")


def test_order_given_back_elsewhere_ends_here_with_the_reason(context: OpenContext, offer: Offer) -> None:
    person = context()
    tab = person.new_page()
    reach_pay_page(tab, offer)
    elsewhere = person.new_page()
    elsewhere.goto(tab.url)
    elsewhere.get_by_role("button", name="Give the tickets back").click()
    expect(tab.get_by_role("heading", name="The tickets are given back")).to_be_focused()


def test_order_of_somebody_else_shows_nothing(context: OpenContext, tab: Page, offer: Offer) -> None:
    reach_pay_page(tab, offer)
    stranger = context().new_page()
    for place in ("", "/complete"):
        stranger.goto(tab.url.replace("/pay", place))
        expect(stranger.get_by_role("heading", level=1)).to_have_text("We cannot find this order")
        expect(stranger.get_by_text("bo@example.org")).to_have_count(0)


def test_mailed_link_opens_the_order_and_hides_its_secret(context: OpenContext, tab: Page, offer: Offer) -> None:
    reach_pay_page(tab, offer)
    order = tab.url.split("/")[-2]
    access = tab.evaluate(f"JSON.parse(localStorage['marquee.order.{order}']).access")
    elsewhere = context().new_page()
    elsewhere.goto(f"/orders/{order}#access={access}")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Not paid yet")
    assert "access" not in elsewhere.url


def test_discount_code_comes_off_and_a_wrong_one_is_named_at_its_field(tab: Page, offer: Offer) -> None:
    offer.api.call("POST", f"/api/v1/events/{offer.id}/discounts", {"code": "SPRING", "kind": "percent", "percent": 25})
    offer.ticket("Early bird", 12000)
    choose(tab, offer, "Early bird", 2)
    fill(tab)
    tab.get_by_text("Have a code?").click()
    code = tab.get_by_label("Discount code")
    code.fill("winter")
    tab.get_by_role("button", name="Continue").click()
    expect(code).to_be_focused()
    expect(code).to_have_accessible_description(re.compile("^This is no discount of this event."))
    expect(tab.get_by_label("Quantity: Early bird")).to_have_value("2")
    code.fill(" spring ")
    tab.get_by_role("button", name="Continue").click()
    expect(tab.get_by_role("button", name="Pay CHF\u00a0180.00")).to_be_visible()
    expect(tab.get_by_role("row", name="Discount on Early bird")).to_contain_text("-CHF\u00a060.00")
    tab.get_by_role("button", name="Pay CHF").click()
    tab.wait_for_url("**/_local/stripe/pay/**")
    expect(tab.get_by_text("CHF 180.00").or_(tab.get_by_text("180.00")).first).to_be_visible()


@pytest.mark.parametrize(
    ("currency", "amount", "expected"), [("JPY", 12000, "JP¥12,000"), ("KWD", 12500, "KWD\u00a012.500")]
)
def test_money_without_decimals_and_with_three_is_written_right(
    tab: Page, offer: Offer, currency: str, amount: int, expected: str
) -> None:
    fields = {"name": "Alpine Python Days", "slug": f"{offer.slug}-{currency.lower()}", "timezone": "Europe/Zurich"}
    times = {"starts_at": "2099-06-11T07:00:00Z", "ends_at": "2099-06-12T16:00:00Z"}
    place = {**fields, **times, "currency": currency, "state": "published"}
    event = offer.api.call("POST", "/api/v1/events", place)
    there = Offer(offer.api, event["id"], event["slug"], currency)
    there.ticket("Early bird", amount)
    choose(tab, there, "Early bird", 1)
    fill(tab)
    tab.get_by_role("button", name="Continue").click()
    expect(tab.get_by_role("button", name="Pay")).to_have_accessible_name(f"Pay {expected}")


def test_access_code_opens_its_tickets_and_keeps_them_open_after_a_reload(tab: Page, offer: Offer) -> None:
    offer.ticket("Early bird", 12000)
    crew = offer.ticket("Crew", 1500, hidden=True)
    codes = f"/api/v1/events/{offer.id}/access-codes"
    offer.api.call("POST", codes, {"code": "backstage", "ticket_type_ids": [crew]})
    tab.goto(f"/e/{offer.slug}")
    expect(tab.get_by_role("heading", name="Crew")).to_have_count(0)
    tab.get_by_text("Have a code?").click()
    code = tab.get_by_label("Access code")
    code.fill("front")
    code.press("Enter")
    expect(code).to_have_accessible_description(re.compile("^This is no access code of this event."))
    code.fill("BackStage")
    tab.get_by_role("button", name="Show tickets").click()
    expect(tab.get_by_text("Open for you: Crew.")).to_be_visible()
    tab.get_by_role("button", name="One more: Crew").click()
    fill(tab)
    tab.reload()
    expect(tab.get_by_label("Quantity: Crew")).to_have_value("1")
    tab.get_by_role("button", name="Continue with 1 ticket").click()
    expect(tab.get_by_role("button", name="Pay CHF\u00a015.00")).to_be_visible()


def test_event_whose_tickets_all_need_a_code_asks_for_it(tab: Page, offer: Offer) -> None:
    crew = offer.ticket("Crew", 1500, hidden=True)
    offer.api.call("POST", f"/api/v1/events/{offer.id}/access-codes", {"code": "crew", "ticket_type_ids": [crew]})
    tab.goto(f"/e/{offer.slug}")
    expect(tab.get_by_text("Tickets of this event are for whoever was given a code.")).to_be_visible()
    tab.get_by_label("Access code").fill("crew")
    tab.get_by_role("button", name="Show tickets").click()
    tab.get_by_role("button", name="One more: Crew").click()
    fill(tab)
    tab.get_by_role("button", name="Continue").click()
    expect(tab.get_by_role("button", name="Pay CHF")).to_be_visible()
