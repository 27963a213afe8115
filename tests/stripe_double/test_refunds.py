"""Refunds that are pending, fail later, or race; and their effect on charge and balance."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from .conftest import Shop

PENDING, FAILING = "4000000000007726", "4000000000005126"


def paid(shop: Shop, card: str = "4242424242424242") -> str:
    """Makes a payment and returns the charge's id."""
    shop.double.pay(shop.session().id, card)
    return str(shop.client.v1.charges.list({"limit": 1}).data[0].id)


def after(shop: Shop) -> list[str]:
    return [kind for kind in shop.events() if "refund" in kind]


def amounts(shop: Shop) -> list[tuple[str, int]]:
    rows = shop.client.v1.balance_transactions.list().data
    return [(row.type, row.amount) for row in rows if row.type != "charge"][::-1]


def test_refund_pending_card_arrives_later(shop: Shop) -> None:
    refund = shop.client.v1.refunds.create({"charge": paid(shop, PENDING)})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    shop.pass_time(2.1)
    assert shop.client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert after(shop) == ["refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"]
    assert amounts(shop) == [("refund", -2500)]


def test_refund_failing_card_comes_back_and_may_be_tried_again(shop: Shop) -> None:
    charge = paid(shop, FAILING)
    refund = shop.client.v1.refunds.create({"charge": charge, "amount": 1000})
    assert refund.status == "succeeded"
    assert shop.client.v1.charges.retrieve(charge).amount_refunded == 1000
    shop.pass_time(2.1)
    failed = shop.client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert failed.failure_balance_transaction.amount == 1000
    assert after(shop) == [
        "refund.created",
        "charge.refunded",
        "refund.failed",
        "refund.updated",
        "charge.refund.updated",
    ]
    assert amounts(shop) == [("refund", -1000), ("refund_failure", 1000)]
    assert shop.client.v1.charges.retrieve(charge).amount_refunded == 0
    assert shop.client.v1.refunds.create({"charge": charge}).amount == 2500


def test_fail_refund_on_command_gives_money_back_once(shop: Shop) -> None:
    refund = shop.client.v1.refunds.create({"charge": paid(shop)})
    shop.double.settle_refund(refund.id, "failed")
    with pytest.raises(Exception, match="failed already"):
        shop.double.settle_refund(refund.id, "failed")
    assert amounts(shop) == [("refund", -2500), ("refund_failure", 2500)]


def test_refund_two_parts_at_once_above_the_rest_makes_one(shop: Shop) -> None:
    """Two concurrent partial refunds of 60 %: one is made, the other fails and says how much is left."""
    charge = paid(shop)
    barrier = threading.Barrier(2)

    def refund(_: int) -> Any:
        barrier.wait()
        try:
            return shop.client.v1.refunds.create({"charge": charge, "amount": 1500}).amount
        except stripe.InvalidRequestError as refused:
            return (refused.http_status, refused.param, refused.user_message)

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(refund, range(2)), key=str)
    told = "Refund amount (€15.00) is greater than unrefunded amount on charge (€10.00)"
    assert answers == [(400, "amount", told), 1500]
    assert shop.client.v1.charges.retrieve(charge).amount_refunded == 1500


def test_refund_whole_charge_at_once_by_two_makes_one(shop: Shop) -> None:
    charge = paid(shop)
    barrier = threading.Barrier(2)

    def refund(_: int) -> Any:
        barrier.wait()
        try:
            return shop.client.v1.refunds.create({"charge": charge}).amount
        except stripe.InvalidRequestError as refused:
            return refused.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(refund, range(2)), key=str) == [2500, "charge_already_refunded"]


def test_retrieve_charge_with_refunds_expanded_lists_the_newest_ten(shop: Shop) -> None:
    charge = paid(shop)
    made = [shop.client.v1.refunds.create({"charge": charge, "amount": 10}).id for _ in range(11)]
    parts = ["refunds.data.balance_transaction", "payment_intent"]
    found = shop.client.v1.charges.retrieve(charge, {"expand": parts})
    assert [one.id for one in found.refunds.data] == made[:0:-1]
    assert found.refunds.has_more is True
    assert found.refunds.data[0].balance_transaction.amount == -10
    assert found.payment_intent.id == found.refunds.data[0].payment_intent
    plain = shop.client.v1.charges.retrieve(charge)
    assert "refunds" not in plain.to_dict()


def test_retrieve_session_with_refunds_of_its_charge_expanded_shows_them(shop: Shop) -> None:
    session = shop.session()
    shop.double.pay(session.id)
    intent = shop.client.v1.checkout.sessions.retrieve(session.id).payment_intent
    refund = shop.client.v1.refunds.create({"payment_intent": intent})
    found = shop.client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge.refunds"]})
    assert [one.id for one in found.latest_charge.refunds.data] == [refund.id]


@pytest.mark.parametrize("name", ["charge", "payment_intent"])
def test_list_refunds_of_a_payment_finds_its_own(shop: Shop, name: str) -> None:
    first, second = (shop.client.v1.refunds.create({"charge": paid(shop)}) for _ in range(2))
    found = shop.client.v1.refunds.list({name: getattr(first, name)})
    assert [one.id for one in found.data] == [first.id]
    assert second.id != first.id


def test_update_refund_metadata_emits_both_events(shop: Shop) -> None:
    refund = shop.client.v1.refunds.create({"charge": paid(shop)})
    shop.client.v1.refunds.update(refund.id, {"metadata": {"order_id": "6735"}})
    assert after(shop)[2:] == ["refund.updated", "charge.refund.updated"]
    event = shop.client.v1.events.list({"type": "charge.refund.updated"}).data[0]
    assert event.data.previous_attributes.to_dict() == {"metadata": {}}
