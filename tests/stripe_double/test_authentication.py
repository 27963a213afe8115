"""3-D Secure: the bank's page, its two buttons, and their effect on intent, session and events."""

from __future__ import annotations

import re

import pytest
import stripe

from .conftest import MOUNT, START, Shop
from .pages import form, page

CARDS = ["4000002760003155", "4000000000003220"]


def asked(shop: Shop, card: str = CARDS[0]) -> tuple[str, str]:
    """Returns a session whose payment waits for authentication: its id and the path of the bank's page."""
    session = shop.session()
    location = page(shop, f"/pay/{session.id}", form(choice=card))[1]["location"]
    return session.id, location.removeprefix(shop.url)


def intent_of(shop: Shop, session: str) -> stripe.PaymentIntent:
    found = shop.client.v1.checkout.sessions.retrieve(session, {"expand": ["payment_intent"]})
    assert isinstance(found.payment_intent, stripe.PaymentIntent)
    return found.payment_intent


@pytest.mark.parametrize("card", CARDS)
def test_pay_with_3ds_card_leads_to_the_bank_and_charges_nothing_yet(shop: Shop, card: str) -> None:
    session, path = asked(shop, card)
    intent = intent_of(shop, session)
    assert path == f"/authenticate/{intent.id}"
    assert (intent.status, intent.latest_charge) == ("requires_action", None)
    assert intent.next_action is not None
    assert intent.next_action.type == "redirect_to_url"
    assert shop.events() == ["customer.created", "payment_intent.created", "payment_intent.requires_action"]
    assert shop.client.v1.charges.list().data == []
    assert shop.client.v1.checkout.sessions.retrieve(session).status == "open"


def test_show_bank_page_has_two_buttons_and_no_script(shop: Shop) -> None:
    _, path = asked(shop)
    status, headers, html = page(shop, path)
    assert status == 200
    assert re.findall(r'<button type="submit" name="outcome" value="(\w+)"', html) == ["succeeded", "failed"]
    assert f'action="{MOUNT}{path}"' in html
    assert "TEST DOUBLE" in html
    assert "<script" not in html
    assert "form-action 'self' http://shop.test;" in headers["content-security-policy"]


def test_complete_authentication_pays_and_leads_to_the_shop(shop: Shop) -> None:
    session, path = asked(shop)
    status, headers, _ = page(shop, path, {"outcome": "succeeded"})
    assert (status, headers["location"]) == (303, f"http://shop.test/paid?s={session}")
    assert shop.events()[3:] == ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
    intent = intent_of(shop, session)
    assert (intent.status, intent.next_action) == ("succeeded", None)
    charge = shop.client.v1.charges.list().data[0]
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"


def test_fail_authentication_leads_back_to_the_pay_page_that_says_why(shop: Shop) -> None:
    session, path = asked(shop)
    status, headers, _ = page(shop, path, {"outcome": "failed"})
    assert (status, headers["location"]) == (303, f"{MOUNT}/pay/{session}")
    assert "failed authentication" in page(shop, f"/pay/{session}")[2]
    intent = intent_of(shop, session)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error is not None
    assert intent.last_payment_error.code == "payment_intent_authentication_failure"
    assert shop.events()[3:] == ["payment_intent.payment_failed"]
    assert shop.client.v1.charges.list().data == []


def test_pay_with_another_card_after_failed_authentication_pays(shop: Shop) -> None:
    session, path = asked(shop)
    page(shop, path, {"outcome": "failed"})
    assert page(shop, f"/pay/{session}", form())[0] == 303
    assert intent_of(shop, session).status == "succeeded"
    assert shop.events().count("customer.created") == 1


def test_complete_authentication_of_a_card_that_declines_leads_back(shop: Shop) -> None:
    session, path = asked(shop, "4000008400001629")
    assert page(shop, path, {"outcome": "succeeded"})[1]["location"] == f"{MOUNT}/pay/{session}"
    assert shop.events()[3:] == ["charge.failed", "payment_intent.payment_failed"]


def test_answer_bank_page_twice_charges_once(shop: Shop) -> None:
    session, path = asked(shop)
    page(shop, path, {"outcome": "succeeded"})
    assert page(shop, path, {"outcome": "succeeded"})[1]["location"] == f"{MOUNT}/pay/{session}"
    assert page(shop, path)[1]["location"] == f"{MOUNT}/pay/{session}"
    assert len(shop.client.v1.charges.list().data) == 1


def test_answer_bank_page_after_the_session_expired_charges_nothing(shop: Shop) -> None:
    session = shop.session(expires_at=START + 1800)
    location = page(shop, f"/pay/{session.id}", form(choice=CARDS[0]))[1]["location"]
    shop.clock.now += 1801
    assert page(shop, location.removeprefix(shop.url), {"outcome": "succeeded"})[1]["location"].endswith(session.id)
    assert "has expired" in page(shop, f"/pay/{session.id}")[2]
    assert shop.client.v1.charges.list().data == []


def test_answer_bank_page_with_nothing_chosen_is_refused(shop: Shop) -> None:
    session, path = asked(shop)
    assert page(shop, path, {"outcome": "maybe"})[0] == 422
    assert page(shop, path, {})[0] == 422
    assert intent_of(shop, session).status == "requires_action"


def test_show_bank_page_of_unknown_payment_gives_404(shop: Shop) -> None:
    assert page(shop, "/authenticate/pi_nobody")[0] == 404


def test_confirm_intent_with_return_url_leads_there_from_the_bank(shop: Shop) -> None:
    intent = shop.client.v1.payment_intents.create(
        {
            "amount": 500,
            "currency": "eur",
            "payment_method": "pm_card_threeDSecure2Required",
            "confirm": True,
            "return_url": "http://shop.test/back?a=b",
        }
    )
    status, headers, _ = page(shop, f"/authenticate/{intent.id}", {"outcome": "succeeded"})
    goal = f"http://shop.test/back?a=b&payment_intent={intent.id}&redirect_status=succeeded"
    assert (status, headers["location"]) == (303, goal)
    assert shop.client.v1.payment_intents.retrieve(intent.id).status == "succeeded"
