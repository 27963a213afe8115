"""The pages: what a buyer sees and sends without JavaScript."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from .conftest import MOUNT, START, Shop, order
from .pages import form, page


@pytest.mark.parametrize(
    ("currency", "amount", "shown"),
    [("eur", 123456, "€1,234.56"), ("jpy", 2500, "¥2,500"), ("kwd", 12500, "KWD\xa012.500")],
)
def test_show_pay_page_formats_the_total_for_its_currency(shop: Shop, currency: str, amount: int, shown: str) -> None:
    session = shop.session(**order(currency=currency, amount=amount))
    status, _, html = page(shop, f"/pay/{session.id}")
    assert status == 200
    assert f'<p class="total">{shown}</p>' in html
    assert "TEST DOUBLE" in html
    assert "Day ticket" in html


def test_show_pay_page_labels_every_input_and_needs_no_script(shop: Shop) -> None:
    _, headers, html = page(shop, f"/pay/{shop.session().id}")
    ids = re.findall(r'<input[^>]*?\bid="([^"]+)"', html)
    assert len(ids) == len(re.findall("<input", html)) >= 11
    assert [one for one in ids if f'for="{one}"' not in html] == []
    assert "<script" not in html
    assert " style=" not in html
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert "form-action 'self' http://shop.test;" in headers["content-security-policy"]
    for last4 in ("4242", "0002", "9995", "0069", "0119"):
        assert f'id="card-{last4}"' in html
    assert 'href="http://shop.test/cancelled"' in html


def test_show_pay_page_with_hostile_names_escapes_them(shop: Shop) -> None:
    params: dict[str, Any] = order()
    params["line_items"][0]["price_data"]["product_data"]["name"] = "<script>alert(1)</script>"
    _, _, html = page(shop, f"/pay/{shop.session(**params).id}")
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_load_style_sheet_named_by_the_page_finds_it(shop: Shop) -> None:
    _, _, html = page(shop, f"/pay/{shop.session().id}")
    found = re.search(r'<link rel="stylesheet" href="([^"]+)">', html)
    assert found is not None
    assert found[1].startswith(f"{MOUNT}/")
    status, headers, _ = page(shop, found[1].removeprefix(MOUNT))
    assert (status, headers["content-type"]) == (200, "text/css; charset=utf-8")


def test_submit_pay_page_with_4242_goes_to_the_success_url(shop: Shop) -> None:
    session = shop.session()
    status, headers, _ = page(shop, f"/pay/{session.id}", form())
    assert (status, headers["location"]) == (303, f"http://shop.test/paid?s={session.id}")
    charge = shop.client.v1.charges.list().data[0]
    assert charge.billing_details.email == "ada@example.com"
    assert (
        charge.payment_method_details.card.exp_month,
        charge.payment_method_details.card.exp_year,
    ) == (
        12,
        2034,
    )


def test_submit_pay_page_twice_pays_once_and_redirects_twice(shop: Shop) -> None:
    session = shop.session()
    answers = [page(shop, f"/pay/{session.id}", form()) for _ in range(2)]
    assert [status for status, _, _ in answers] == [303, 303]
    assert answers[0][1]["location"] == answers[1][1]["location"]
    assert len(shop.client.v1.charges.list().data) == 1


def test_submit_pay_page_with_declined_card_shows_the_message_and_keeps_the_form(
    shop: Shop,
) -> None:
    session = shop.session()
    status, _, html = page(shop, f"/pay/{session.id}", form(choice="4000000000000002"))
    assert status == 402
    assert "Your card was declined." in html
    assert 'role="alert"' in html
    assert 'value="ada@example.com"' in html
    assert re.search(r'value="4000000000000002" checked', html)
    assert page(shop, f"/pay/{session.id}", form())[0] == 303


def test_submit_pay_page_with_typed_number_prefers_it(shop: Shop) -> None:
    session = shop.session()
    status, _, html = page(shop, f"/pay/{session.id}", form(number="4000 0000 0000 9995"))
    assert status == 402
    assert "insufficient funds" in html


@pytest.mark.parametrize(
    ("name", "value"),
    [("email", "ada"), ("name", ""), ("expiry", "13 / 30"), ("expiry", "12 / 26"), ("cvc", "1")],
)
def test_submit_pay_page_with_wrong_field_marks_it_and_asks_no_bank(shop: Shop, name: str, value: str) -> None:
    session = shop.session()
    status, _, html = page(shop, f"/pay/{session.id}", form(**{name: value}))
    assert status == 422
    assert re.search(rf'id="{name}"[^>]*aria-invalid="true"', html)
    assert f'id="{name}-error"' in html
    assert shop.events() == []


def test_submit_pay_page_with_other_email_keeps_the_one_of_the_session(shop: Shop) -> None:
    session = shop.session(customer_email="ada@example.com")
    page(shop, f"/pay/{session.id}", form(email="eve@example.com"))
    done = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert done.customer_details.email == "ada@example.com"


def test_show_pay_page_of_complete_session_says_it_is_paid(shop: Shop) -> None:
    session = shop.session()
    shop.double.pay(session.id)
    status, _, html = page(shop, f"/pay/{session.id}")
    assert status == 200
    assert "Already paid" in html
    assert f"http://shop.test/paid?s={session.id}" in html
    assert "<form" not in html


def test_submit_pay_page_of_expired_session_says_so_and_takes_nothing(shop: Shop) -> None:
    session = shop.session(expires_at=START + 1800)
    shop.clock.now += 1801
    status, _, html = page(shop, f"/pay/{session.id}", form())
    assert status == 200
    assert "has expired" in html
    assert shop.client.v1.charges.list().data == []


def test_show_page_that_is_not_there_gives_404(shop: Shop) -> None:
    for path in ("/pay/cs_test_nobody", "/receipts/ch_nobody", "/nothing"):
        assert page(shop, path)[0] == 404


def test_show_receipt_of_paid_charge_names_amount_and_card(shop: Shop) -> None:
    shop.double.pay(shop.session().id)
    charge = shop.client.v1.charges.list().data[0]
    status, _, html = page(shop, charge.receipt_url.removeprefix(shop.url))
    assert status == 200
    assert "€25.00" in html
    assert "Visa ending in 4242" in html


def test_order_control_to_pay_with_json_pays(shop: Shop) -> None:
    session = shop.session()
    told = json.dumps({"action": "pay", "session": session.id}).encode()
    status, _, body = shop.server.handle("POST", "/control", "", {"content-type": "application/json"}, told)
    assert status == 200
    assert json.loads(body)["paid"] is True
    assert shop.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_order_control_by_form_sets_the_fault_and_returns_to_the_page(shop: Shop) -> None:
    fields = {
        "action": "webhook_fault",
        "kind": "duplicate",
        "types": "charge.succeeded",
        "times": "3",
    }
    status, headers, _ = page(shop, "/control", fields)
    assert (status, headers["location"]) == (303, f"{MOUNT}/")
    set_now = shop.double.faults.active()["webhooks"]
    assert (set_now[0]["kind"], set_now[0]["types"], set_now[0]["times"]) == (
        "duplicate",
        ["charge.succeeded"],
        3,
    )
    assert "duplicate" in page(shop, "/")[2]


@pytest.mark.parametrize("told", [b"", b"[]", b'{"action": "fly"}', b'{"action": "webhook_fault", "kind": "x"}'])
def test_order_control_with_nonsense_is_refused(shop: Shop, told: bytes) -> None:
    status, _, body = shop.server.handle("POST", "/control", "", {"content-type": "application/json"}, told)
    assert status == 422
    assert json.loads(body)["ok"] is False


def test_show_control_page_lists_sessions_and_events(shop: Shop) -> None:
    open_one, paid = shop.session(), shop.session()
    shop.double.pay(paid.id)
    status, _, html = page(shop, "/")
    assert status == 200
    assert f"{MOUNT}/pay/{open_one.id}" in html
    assert "checkout.session.completed" in html
