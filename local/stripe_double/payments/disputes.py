"""Disputes and inquiries: open, answer with evidence, win, lose (https://docs.stripe.com/api/disputes).

A chargeback takes the money and a fee at once, and gives both back when it is won. An inquiry takes nothing. Evidence
is judged a moment after it was sent, as in Stripe's test mode: `winning_evidence`, `losing_evidence`
(https://docs.stripe.com/testing#disputes).
"""

from __future__ import annotations

from typing import Any, Literal

from local.stripe_double.api.errors import StripeError, parameter_invalid
from local.stripe_double.api.listing import CREATED, PAGE
from local.stripe_double.api.parameters import boolean, list_of, metadata, shape, text
from local.stripe_double.api.store import Json
from local.stripe_double.api.words import words
from local.stripe_double.api.work import Work

from .balance import Fee, record
from .cards import DisputeKind

Verdict = Literal["won", "lost"]
_TEXTS = words(
    "access_activity_log billing_address cancellation_policy_disclosure cancellation_rebuttal customer_email_address "
    "customer_name customer_purchase_ip duplicate_charge_explanation duplicate_charge_id product_description "
    "refund_policy_disclosure refund_refusal_explanation service_date shipping_address shipping_carrier shipping_date "
    "shipping_tracking_number uncategorized_text"
)
_FILES = words(
    "cancellation_policy customer_communication customer_signature duplicate_charge_documentation receipt "
    "refund_policy service_documentation shipping_documentation uncategorized_file"
)
UPDATE = shape(
    {
        "evidence": shape({name: text(longest=20000) for name in _TEXTS}, beyond=frozenset(_FILES)),
        "expand": list_of(text()),
        "metadata": metadata,
        "submit": boolean,
    }
)
LIST = shape({**PAGE, **CREATED, "charge": text(), "payment_intent": text(), "expand": list_of(text())})
_FEE = 1500
"""What a chargeback costs, in minor units of the settlement currency."""
_TIME_TO_ANSWER = 9 * 86400
"""Seconds from the start of a dispute to `due_by`."""
_OPEN = ("needs_response", "warning_needs_response")
_REVIEWED = {"needs_response": "under_review", "warning_needs_response": "warning_under_review"}
_INQUIRIES = ("warning_needs_response", "warning_under_review")


def open_dispute(
    work: Work, charge: Json, kind: DisputeKind, *, amount: int | None = None, currency: str | None = None
) -> Json:
    """Opens a dispute of the buyer's bank about a charge or a part of it. Changes and stores the charge. Raises
    StripeError when the charge cannot be disputed.

    The bank chooses amount and currency, which can differ from the charge's ("usually because of currency fluctuation
    or because only part of the order is disputed"). Several parts may be disputed separately.
    """
    if not charge["paid"] or not charge["captured"]:
        raise StripeError(f"Charge {charge['id']} cannot be disputed: it was not paid.")
    left = _undisputed(work, charge)
    if left <= 0:
        raise StripeError(f"Charge {charge['id']} cannot be disputed: it was refunded, or is disputed already.")
    dispute = _dispute_of(work, charge, kind, left if amount is None else amount)
    dispute["currency"] = currency or charge["currency"]
    if kind == "chargeback":
        dispute["balance_transactions"].append(_moved(work, dispute, given_back=False))
    work.put(dispute)
    was = charge["disputed"]
    charge["disputed"] = True
    work.put(charge)
    work.emit("charge.dispute.created", dispute, by_itself=True)
    if kind == "chargeback":
        work.emit("charge.dispute.funds_withdrawn", dispute, by_itself=True)
    work.emit("charge.updated", charge, previous={"disputed": was}, by_itself=True)
    return dispute


def _undisputed(work: Work, charge: Json) -> int:
    """Returns the amount of a charge that is neither refunded nor disputed. One in another currency covers all."""
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    for row in work.tx.rows("dispute"):
        if row["charge"] == charge["id"]:
            left -= row["amount"] if row["currency"] == charge["currency"] else left
    return left


def update_dispute(work: Work, params: dict[str, Any], key: str) -> Json:
    """Adds evidence and merges metadata. Submits it unless `submit` is false. Emits charge.dispute.updated."""
    dispute = work.get("dispute", key)
    evidence = params.get("evidence", {})
    if evidence and dispute["status"] not in _OPEN:
        message = f"This dispute has a status of {dispute['status']}: evidence can no longer be added."
        raise parameter_invalid("evidence", message)
    dispute["metadata"] = {**dispute["metadata"], **params.get("metadata", {})}
    dispute["evidence"].update(evidence)
    if evidence:
        dispute["evidence_details"]["has_evidence"] = True
    if evidence and params.get("submit", True):
        dispute["evidence_details"]["submission_count"] += 1
        dispute["status"] = _REVIEWED[dispute["status"]]
        work.schedule("judge", key, work.at + work.settings.settle_after)
    work.put(dispute)
    work.emit("charge.dispute.updated", dispute)
    return dispute


def close_dispute(work: Work, _params: dict[str, Any], key: str) -> Json:
    """Accepts the dispute: the seller has lost. Raises StripeError when it is closed already."""
    return end_dispute(work, key, "lost", by_itself=False)


def judge_evidence(work: Work, key: str) -> None:
    """Ends the dispute as the evidence says. Without one of Stripe's test values the review continues."""
    dispute = work.get("dispute", key)
    said = dispute["evidence"]["uncategorized_text"]
    verdicts: dict[str, Verdict] = {"winning_evidence": "won", "losing_evidence": "lost"}
    if said in verdicts and dispute["status"] in _REVIEWED.values():
        end_dispute(work, key, verdicts[said])


def end_dispute(work: Work, key: str, verdict: Verdict, *, by_itself: bool = True) -> Json:
    """Closes a dispute. A chargeback is won (money back) or lost, an inquiry is only closed. Raises StripeError when it
    is closed already.
    """
    dispute = work.get("dispute", key)
    if dispute["status"] not in (*_OPEN, *_REVIEWED.values()):
        raise StripeError(f"This dispute is already closed: its status is {dispute['status']}.")
    dispute["status"] = "warning_closed" if dispute["status"] in _INQUIRIES else verdict
    if dispute["status"] == "won":
        dispute["balance_transactions"].append(_moved(work, dispute, given_back=True))
    dispute["is_charge_refundable"] = dispute["status"] in ("won", "warning_closed")
    work.put(dispute)
    work.unschedule("judge", key)
    if dispute["status"] == "won":
        work.emit("charge.dispute.funds_reinstated", dispute, by_itself=by_itself)
    work.emit("charge.dispute.closed", dispute, by_itself=by_itself)
    return dispute


def escalate_inquiry(work: Work, key: str) -> Json:
    """Turns an inquiry into a chargeback. Raises StripeError for anything but an inquiry."""
    dispute = work.get("dispute", key)
    if dispute["status"] not in _INQUIRIES:
        raise StripeError(f"This dispute is no inquiry: its status is {dispute['status']}.")
    dispute.update(status="needs_response", is_charge_refundable=False)
    if "payment_method_details" in dispute:
        dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    dispute["balance_transactions"].append(_moved(work, dispute, given_back=False))
    work.put(dispute)
    work.emit("charge.dispute.updated", dispute, by_itself=True)
    work.emit("charge.dispute.funds_withdrawn", dispute, by_itself=True)
    return dispute


def refuses_refund(work: Work, charge: Json) -> bool:
    """Returns whether a dispute holds the money of the charge."""
    return charge["disputed"] and any(
        not row["is_charge_refundable"] for row in work.tx.rows("dispute") if row["charge"] == charge["id"]
    )


def _dispute_of(work: Work, charge: Json, kind: DisputeKind, amount: int) -> Json:
    details = charge["payment_method_details"]
    card = details.get("card", {})
    network = {
        "brand": card.get("brand"),
        "case_type": kind,
        "network": card.get("network"),
        "network_reason_code": "10.4",
    }
    key = work.new_id("du_1")
    dispute: Json = {
        "id": key,
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": work.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys((*_TEXTS, *_FILES)), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": work.now + _TIME_TO_ANSWER,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": kind == "inquiry",
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": "warning_needs_response" if kind == "inquiry" else "needs_response",
    }
    if card:
        dispute["payment_method_details"] = {"card": network, "type": "card"}
    return dispute


def _moved(work: Work, dispute: Json, *, given_back: bool) -> Json:
    """Records what a dispute moves in the balance: its amount, or all of the charge when the currencies differ."""
    sign = 1 if given_back else -1
    charge = work.get("charge", dispute["charge"])
    same = dispute["currency"] == charge["currency"]
    amount = dispute["amount"] if same else charge["amount_captured"] - charge["amount_refunded"]
    noun = "reversal" if given_back else "withdrawal"
    return record(
        work,
        kind="adjustment",
        source=dispute["id"],
        amount=sign * amount,
        currency=charge["currency"],
        fees=(Fee(-sign * _FEE, "Dispute fee"),),
        category="dispute_reversal" if given_back else "dispute",
        description=f"Chargeback {noun} for {dispute['charge']}",
    )
