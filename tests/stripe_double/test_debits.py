"""SEPA direct debits: complete but unpaid, then the bank's answer, after a time or on command."""

from __future__ import annotations

import pytest
import stripe

from .conftest import Shop, order
from .pages import form, page

GOOD, BAD, SLOW = "DE89370400440532013000", "DE62370400440532013001", "DE08370400440532013003"
SENT = [
    "customer.created",
    "payment_intent.created",
    "charge.pending",
    "payment_intent.processing",
    "checkout.session.completed",
]
ARRIVED = ["charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded"]
BOUNCED = ["charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed"]


def sent(shop: Shop, iban: str = GOOD) -> str:
    """Returns a session with a pending debit."""
    session = shop.session()
    assert page(shop, f"/pay/{session.id}", form(choice=iban))[0] == 303
    return str(session.id)


def state(shop: Shop, session: str) -> tuple[str | None, str, str]:
    found = shop.client.v1.checkout.sessions.retrieve(session, {"expand": ["payment_intent"]})
    assert isinstance(found.payment_intent, stripe.PaymentIntent)
    return found.status, found.payment_status, found.payment_intent.status


def test_pay_by_debit_completes_the_session_unpaid(shop: Shop) -> None:
    session = sent(shop)
    assert state(shop, session) == ("complete", "unpaid", "processing")
    assert shop.events() == SENT
    charge = shop.client.v1.charges.list().data[0]
    assert (charge.status, charge.paid, charge.balance_transaction) == ("pending", False, None)
    assert charge.payment_method_details.sepa_debit.last4 == "3000"
    mandate = shop.client.v1.mandates.retrieve(charge.payment_method_details.sepa_debit.mandate)
    assert (mandate.payment_method, mandate.status) == (charge.payment_method, "active")


def test_wait_for_the_bank_pays_by_itself_and_settles_after_that(shop: Shop) -> None:
    session = sent(shop)
    shop.pass_time(4.9)
    assert shop.events() == SENT
    shop.pass_time(0.2)
    assert state(shop, session) == ("complete", "paid", "succeeded")
    assert shop.events() == SENT + ARRIVED
    shop.pass_time(2.1)
    assert shop.events() == [*SENT, *ARRIVED, "charge.updated"]
    charge = shop.client.v1.charges.list({"expand": ["data.balance_transaction"]}).data[0]
    assert (charge.paid, charge.balance_transaction.type, charge.balance_transaction.net) == (True, "payment", 2437)


def test_wait_for_a_bank_that_refuses_fails_the_payment(shop: Shop) -> None:
    session = sent(shop, BAD)
    shop.pass_time(5.1)
    assert state(shop, session) == ("complete", "unpaid", "requires_payment_method")
    assert shop.events() == SENT + BOUNCED
    charge = shop.client.v1.charges.list().data[0]
    assert (charge.status, charge.paid, charge.amount_captured) == ("failed", False, 0)


@pytest.mark.parametrize(("outcome", "seen"), [("succeeded", ARRIVED), ("failed", BOUNCED)])
def test_settle_debit_on_command_does_not_wait(shop: Shop, outcome: str, seen: list[str]) -> None:
    intent = shop.client.v1.checkout.sessions.retrieve(sent(shop, SLOW)).payment_intent
    shop.double.settle_debit(intent, outcome)
    assert shop.events() == SENT + seen
    shop.pass_time(3600)
    assert [kind for kind in shop.events() if kind in ARRIVED + BOUNCED] == seen


def test_settle_debit_twice_is_refused(shop: Shop) -> None:
    intent = shop.client.v1.checkout.sessions.retrieve(sent(shop)).payment_intent
    shop.double.settle_debit(intent, "succeeded")
    with pytest.raises(Exception, match="no debit is on its way"):
        shop.double.settle_debit(intent, "failed")
    assert shop.events() == SENT + ARRIVED


def test_refund_debit_on_its_way_is_refused(shop: Shop) -> None:
    intent = shop.client.v1.checkout.sessions.retrieve(sent(shop)).payment_intent
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        shop.client.v1.refunds.create({"payment_intent": intent})


def test_refund_debit_that_arrived_gives_it_back(shop: Shop) -> None:
    intent = shop.client.v1.checkout.sessions.retrieve(sent(shop)).payment_intent
    shop.double.settle_debit(intent)
    refund = shop.client.v1.refunds.create({"payment_intent": intent, "expand": ["balance_transaction"]})
    assert (refund.status, refund.balance_transaction.type) == ("succeeded", "payment_refund")


def test_show_pay_page_in_euros_alone_offers_debits(shop: Shop) -> None:
    assert 'id="bank-3000"' in page(shop, f"/pay/{shop.session().id}")[2]
    dollars = shop.session(**order(currency="usd"))
    assert dollars.payment_method_types == ["card"]
    assert 'id="bank-' not in page(shop, f"/pay/{dollars.id}")[2]
    status, _, html = page(shop, f"/pay/{dollars.id}", form(choice=GOOD))
    assert (status, "is not one of this Checkout Session" in html) == (422, True)


def test_create_session_for_debits_alone_offers_no_card(shop: Shop) -> None:
    session = shop.session(payment_method_types=["sepa_debit"])
    html = page(shop, f"/pay/{session.id}")[2]
    assert 'id="card-4242"' not in html
    assert 'value="DE89370400440532013000" checked' in html
    with pytest.raises(stripe.InvalidRequestError, match="supports the currency eur only"):
        shop.session(**order(currency="usd"), payment_method_types=["sepa_debit"])


def test_show_pay_page_of_a_debit_on_its_way_says_so(shop: Shop) -> None:
    session = sent(shop)
    assert "Payment under way" in page(shop, f"/pay/{session}")[2]
    shop.pass_time(6)
    assert "Already paid" in page(shop, f"/pay/{session}")[2]
