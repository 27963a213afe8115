"""Disputes and inquiries: opened by a card or on command, answered, won, lost."""

from __future__ import annotations

import pytest
import stripe

from .conftest import Shop

CHARGEBACK, INQUIRY = "4000000000000259", "4000000000001976"


def disputed(shop: Shop, card: str = CHARGEBACK) -> stripe.Dispute:
    """Returns the dispute of a payment."""
    shop.double.pay(shop.session(customer_creation="if_required").id, card)
    return shop.client.v1.disputes.list({"limit": 1}).data[0]


def moved(dispute: stripe.Dispute) -> list[tuple[int, int, int, str]]:
    return [(one.amount, one.fee, one.net, one.reporting_category) for one in dispute.balance_transactions]


def kinds(shop: Shop) -> list[str]:
    return [kind for kind in shop.events() if "dispute" in kind]


def test_pay_with_dispute_card_takes_money_and_fee_in_stripes_order_of_events(shop: Shop) -> None:
    dispute = disputed(shop)
    assert shop.events() == [
        "payment_intent.created",
        "charge.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.updated",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert (dispute.status, dispute.reason, dispute.amount) == ("needs_response", "fraudulent", 2500)
    assert moved(dispute) == [(-2500, 1500, -4000, "dispute")]
    assert shop.client.v1.charges.retrieve(dispute.charge).disputed is True


def test_pay_with_inquiry_card_takes_nothing(shop: Shop) -> None:
    dispute = disputed(shop, INQUIRY)
    assert (dispute.status, dispute.is_charge_refundable, moved(dispute)) == ("warning_needs_response", True, [])
    assert kinds(shop) == ["charge.dispute.created"]
    refund = shop.client.v1.refunds.create({"charge": dispute.charge})
    assert refund.status == "succeeded"


@pytest.mark.parametrize("name", ["charge", "payment_intent"])
def test_list_disputes_of_a_payment_finds_its_own(shop: Shop, name: str) -> None:
    first, second = disputed(shop), disputed(shop)
    found = shop.client.v1.disputes.list({name: getattr(first, name)})
    assert [one.id for one in found.data] == [first.id]
    assert shop.client.v1.disputes.retrieve(second.id).charge == second.charge


def test_submit_winning_evidence_gives_money_and_fee_back(shop: Shop) -> None:
    dispute = disputed(shop)
    sent = shop.client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}})
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)
    shop.pass_time(2.1)
    won = shop.client.v1.disputes.retrieve(dispute.id)
    assert won.status == "won"
    assert moved(won) == [(-2500, 1500, -4000, "dispute"), (2500, -1500, 4000, "dispute_reversal")]
    assert kinds(shop)[2:] == [
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_submit_losing_evidence_loses(shop: Shop) -> None:
    dispute = disputed(shop)
    shop.client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "losing_evidence"}})
    shop.pass_time(2.1)
    lost = shop.client.v1.disputes.retrieve(dispute.id)
    assert (lost.status, len(moved(lost))) == ("lost", 1)
    assert kinds(shop)[2:] == ["charge.dispute.updated", "charge.dispute.closed"]


def test_stage_evidence_without_submitting_waits(shop: Shop) -> None:
    dispute = disputed(shop)
    fields = {"evidence": {"uncategorized_text": "winning_evidence"}, "submit": False, "metadata": {"a": "b"}}
    staged = shop.client.v1.disputes.update(dispute.id, fields)
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    assert staged.metadata.to_dict() == {"a": "b"}
    shop.pass_time(60)
    assert shop.client.v1.disputes.retrieve(dispute.id).status == "needs_response"


def test_close_dispute_loses_it_once(shop: Shop) -> None:
    dispute = disputed(shop)
    assert shop.client.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        shop.client.v1.disputes.close(dispute.id)
    assert kinds(shop).count("charge.dispute.closed") == 1


def test_refund_disputed_charge_is_refused_until_it_is_won(shop: Shop) -> None:
    dispute = disputed(shop)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.refunds.create({"charge": dispute.charge})
    assert caught.value.code == "charge_disputed"
    shop.double.end_dispute(dispute.id, "won")
    assert shop.client.v1.refunds.create({"charge": dispute.charge}).amount == 2500


def test_dispute_charge_on_command_takes_what_was_not_refunded(shop: Shop) -> None:
    shop.double.pay(shop.session().id)
    charge = shop.client.v1.charges.list().data[0]
    shop.client.v1.refunds.create({"charge": charge.id, "amount": 500})
    shop.double.dispute(charge.id)
    dispute = shop.client.v1.disputes.list().data[0]
    assert (dispute.amount, moved(dispute)) == (2000, [(-2000, 1500, -3500, "dispute")])
    with pytest.raises(Exception, match="disputed already"):
        shop.double.dispute(charge.id)


def test_escalate_inquiry_becomes_a_chargeback(shop: Shop) -> None:
    dispute = disputed(shop, INQUIRY)
    shop.double.escalate(dispute.id)
    escalated = shop.client.v1.disputes.retrieve(dispute.id)
    assert (escalated.status, escalated.is_charge_refundable) == ("needs_response", False)
    assert moved(escalated) == [(-2500, 1500, -4000, "dispute")]
    with pytest.raises(Exception, match="no inquiry"):
        shop.double.escalate(dispute.id)


def test_end_inquiry_just_closes_it(shop: Shop) -> None:
    dispute = disputed(shop, INQUIRY)
    assert shop.double.end_dispute(dispute.id, "lost")["status"] == "warning_closed"
    assert kinds(shop) == ["charge.dispute.created", "charge.dispute.closed"]


def test_dispute_that_never_was_gives_stripes_404(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        shop.client.v1.disputes.retrieve("du_nobody")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")
