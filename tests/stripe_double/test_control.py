"""The control page: each of its forms, sent as by a browser, and the same commands as JSON."""

from __future__ import annotations

import html as entities
import json
import re
import time
from typing import Any

import pytest

from .conftest import MOUNT, Shop
from .pages import page


def forms(shop: Shop) -> list[dict[str, str]]:
    """Returns the fields that each form of the page sends when its button is pressed without any input."""
    found = []
    for text in re.findall(r'<form method="post" action="[^"]*/control">(.*?)</form>', page(shop, "/")[2], re.DOTALL):
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
        fields.update(re.findall(r'<button[^>]*? name="(action)" value="([^"]+)"', text))
        found.append({name: entities.unescape(value) for name, value in fields.items()})
    return found


def press(shop: Shop, action: str, **fields: str) -> None:
    """Sends the first form of this action that has the fields, and expects the redirect to the page."""
    chosen = next(
        one for one in forms(shop) if one["action"] == action and fields.items() <= {**one, **typed(fields)}.items()
    )
    status, headers, _ = page(shop, "/control", {**chosen, **fields})
    assert (status, headers["location"]) == (303, f"{MOUNT}/")


def typed(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name in ("amount", "card")}


def order(shop: Shop, **told: Any) -> tuple[int, Any]:
    body = json.dumps(told).encode()
    status, _, answer = shop.server.handle("POST", "/control", "", {"content-type": "application/json"}, body)
    return status, json.loads(answer)


def one(shop: Shop, noun: str) -> Any:
    return getattr(shop.client.v1, noun).list({"limit": 1}).data[0]


def test_press_pay_and_refund_a_part_of_it(shop: Shop) -> None:
    shop.session()
    press(shop, "pay", card="4242424242424242")
    press(shop, "refund", amount="700")
    assert one(shop, "charges").amount_refunded == 700
    press(shop, "refund")
    assert one(shop, "charges").refunded is True


def test_press_expire_closes_the_session(shop: Shop) -> None:
    session = shop.session()
    press(shop, "expire")
    assert shop.client.v1.checkout.sessions.retrieve(session.id).status == "expired"


@pytest.mark.parametrize(("outcome", "paid"), [("succeeded", True), ("failed", False)])
def test_press_3d_secure_answers_for_the_bank(shop: Shop, outcome: str, paid: bool) -> None:
    shop.session()
    press(shop, "pay", card="4000002760003155")
    press(shop, "authenticate", outcome=outcome)
    assert (one(shop, "payment_intents").status == "succeeded") is paid


@pytest.mark.parametrize(("outcome", "status"), [("succeeded", "succeeded"), ("failed", "requires_payment_method")])
def test_press_debit_answers_for_the_bank(shop: Shop, outcome: str, status: str) -> None:
    shop.session()
    press(shop, "pay", card="DE89370400440532013000")
    press(shop, "settle_async", outcome=outcome)
    assert one(shop, "payment_intents").status == status


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_press_dispute_then_its_end(shop: Shop, outcome: str) -> None:
    shop.double.pay(shop.session().id)
    press(shop, "dispute", kind="chargeback")
    press(shop, "end_dispute", outcome=outcome)
    assert one(shop, "disputes").status == outcome


def test_press_inquire_then_escalate(shop: Shop) -> None:
    shop.double.pay(shop.session().id)
    press(shop, "dispute", kind="inquiry")
    press(shop, "escalate")
    assert one(shop, "disputes").status == "needs_response"


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_press_refund_outcome_settles_it(shop: Shop, outcome: str) -> None:
    shop.double.pay(shop.session().id, "4000000000007726")
    press(shop, "refund")
    press(shop, "settle_refund", outcome=outcome)
    assert one(shop, "refunds").status == outcome


def test_press_onboarding_then_disconnect(shop: Shop) -> None:
    account = shop.client.v1.accounts.create({"type": "standard"}).id
    press(shop, "onboard")
    assert shop.client.v1.accounts.retrieve(account).charges_enabled is True
    press(shop, "disconnect")
    assert "disconnected" in page(shop, "/")[2]
    assert [form["action"] for form in forms(shop) if "account" in form] == []


def test_press_send_again_and_send_with_new_id(shop: Shop) -> None:
    shop.client.v1.customers.create({"name": "Ada"})
    shop.double.tick()
    press(shop, "resend")
    press(shop, "reissue")
    shop.double.tick()
    ids = [json.loads(body)["id"] for _, body in shop.hook.came]
    assert (len(ids), len(set(ids))) == (3, 2)


def test_show_control_page_labels_every_field_and_needs_no_script(shop: Shop) -> None:
    for card in ("4242424242424242", "4000002760003155", "4000000000000259", "DE89370400440532013000"):
        shop.double.pay(shop.session().id, card)
    shop.double.refund(shop.client.v1.charges.list().data[-1].payment_intent, 5)
    shop.client.v1.accounts.create({"type": "standard"})
    shop.session()
    html = page(shop, "/")[2]
    fields = re.findall(r'<(?:input|select)(?![^>]*type="hidden")[^>]*?\bid="([^"]+)"', html)
    assert len(fields) == len(re.findall(r'<(?:input|select)(?![^>]*type="hidden")', html)) >= 10
    assert [each for each in fields if html.count(f'id="{each}"') != 1 or f'for="{each}"' not in html] == []
    assert "<script" not in html
    assert " style=" not in html
    assert html.count("<h1>") == 1


def test_order_control_by_form_with_nonsense_shows_a_page_that_leads_back(shop: Shop) -> None:
    status, headers, html = page(shop, "/control", {"action": "refund", "payment_intent": "pi_nobody"})
    assert (status, headers["content-type"]) == (422, "text/html; charset=utf-8")
    assert "No such payment_intent" in html
    assert f'href="{MOUNT}/"' in html


@pytest.mark.parametrize(
    "told",
    [
        {"action": "pay", "session": "cs_test_nobody"},
        {"action": "pay", "session": 5},
        {"action": "authenticate", "payment_intent": "pi_nobody", "outcome": "succeeded"},
        {"action": "authenticate", "payment_intent": "pi_nobody", "outcome": "maybe"},
        {"action": "settle_async", "payment_intent": "pi_nobody"},
        {"action": "settle_refund", "refund": "re_nobody", "outcome": "failed"},
        {"action": "dispute", "charge": "ch_nobody", "kind": "chargeback"},
        {"action": "dispute", "charge": "ch_nobody", "kind": "quarrel"},
        {"action": "end_dispute", "dispute": "du_nobody", "outcome": "won"},
        {"action": "escalate", "dispute": "du_nobody"},
        {"action": "onboard", "account": "acct_nobody"},
        {"action": "disconnect"},
    ],
)
def test_order_control_about_nothing_is_refused(shop: Shop, told: dict[str, Any]) -> None:
    status, answer = order(shop, **told)
    assert (status, answer["ok"]) == (422, False)
    assert shop.events() == []


def test_order_control_to_pay_with_3ds_card_tells_where_to_go(shop: Shop) -> None:
    session = shop.session()
    status, answer = order(shop, action="pay", session=session.id, card="4000002760003155")
    assert (status, answer["paid"], answer["declined"]) == (200, False, None)
    intent = answer["location"].rpartition("/")[2]
    assert order(shop, action="authenticate", payment_intent=intent, outcome="succeeded")[1]["paid"] is True


def test_order_control_of_slow_answers_delays_each_and_counts_them(shop: Shop) -> None:
    slow = {"kind": "slow", "seconds": 0.05, "count": None, "path": "/v1/checkout"}
    assert order(shop, action="api_fault", **slow)[0] == 200
    began = time.monotonic()
    session = shop.session()
    shop.client.v1.checkout.sessions.retrieve(session.id)
    assert time.monotonic() - began >= 0.1
    traffic = json.loads(shop.server.handle("GET", "/control", "", {}, b"")[2])["traffic"]
    calls = {name: one["calls"] for name, one in traffic["endpoints"].items()}
    assert calls == {"GET /v1/checkout/sessions/*": 1, "POST /v1/checkout/sessions": 1}
    assert 1 <= traffic["busiest_second"] <= 2
