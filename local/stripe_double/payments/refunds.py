"""Refunds: create with a remaining-amount check, retrieve, list (https://docs.stripe.com/api/refunds)."""

from __future__ import annotations

from typing import Any, Literal

from local.stripe_double.api.errors import ParameterError, StripeError
from local.stripe_double.api.listing import CREATED, PAGE, page
from local.stripe_double.api.parameters import boolean, choice, integer, list_of, metadata, shape, text
from local.stripe_double.api.store import Json
from local.stripe_double.api.words import words
from local.stripe_double.api.work import Work
from local.stripe_double.connect.application_fees import return_fee
from local.stripe_double.objects.money_objects import refund_of

from .balance import is_card, record
from .currencies import check_unit, readable
from .disputes import refuses_refund
from .instruments import instrument_of

RefundEnd = Literal["succeeded", "failed"]
CREATE = shape(
    {
        "amount": integer(minimum=1),
        "charge": text(),
        "expand": list_of(text()),
        "metadata": metadata,
        "payment_intent": text(),
        "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
        "refund_application_fee": boolean,
    },
    beyond=frozenset(words("currency customer instructions_email origin reverse_transfer")),
)
UPDATE = shape({"metadata": metadata, "expand": list_of(text())})
LIST = shape({**PAGE, **CREATED, "charge": text(), "payment_intent": text(), "expand": list_of(text())})


def create_refund(work: Work, params: dict[str, Any]) -> Json:
    """Refunds all or part of a charge. Raises StripeError when more is requested than is left.

    Emits refund.created and charge.refunded. With two test cards it is pending first, or fails later (end_refund).
    """
    charge = _charge_to_refund(work, params)
    amount = _checked_amount(work, charge, params.get("amount"))
    course = instrument_of(work, charge["payment_method"]).refund
    refund = refund_of(work.new_id("re_3"), now=work.now, charge=charge, amount=amount)
    refund.update(metadata=params.get("metadata", {}), reason=params.get("reason"))
    if course == "pending":
        refund.update(status="pending", pending_reason="processing")
    if course != "at_once":
        work.schedule("refund", refund["id"], work.at + work.settings.settle_after)
    if params.get("refund_application_fee"):
        return_fee(work, charge, amount)
    refund["balance_transaction"] = _moved(work, charge, refund, failed=False)["id"]
    work.put(refund)
    work.emit("refund.created", refund)
    _add_to_charge(work, charge, amount)
    return end_refund(work, refund["id"], "failed") if work.settings.refunds_fail else refund


def end_refund_when_due(work: Work, key: str) -> None:
    """Ends a refund as the refunded card says. Called by timing.py."""
    charge = work.get("charge", work.get("refund", key)["charge"])
    course = instrument_of(work, charge["payment_method"]).refund
    end_refund(work, key, "failed" if course == "failing" else "succeeded")


def end_refund(work: Work, key: str, outcome: RefundEnd) -> Json:
    """Ends a refund: a pending one succeeds, or any one fails and its money returns to the balance.

    Emits refund.updated, refund.failed and charge.refund.updated as Stripe does. Raises StripeError when it has ended.
    """
    refund = work.get("refund", key)
    if refund["status"] == "failed" or refund["status"] == outcome:
        raise StripeError(f"This refund's status is {refund['status']} already.")
    before: Json = {"status": refund["status"]}
    work.unschedule("refund", key)
    refund.pop("pending_reason", None)
    refund["status"] = outcome
    if outcome == "failed":
        charge = work.get("charge", refund["charge"])
        before |= {"failure_balance_transaction": None, "failure_reason": None}
        refund["failure_balance_transaction"] = _moved(work, charge, refund, failed=True)["id"]
        refund["failure_reason"] = "expired_or_canceled_card"
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        work.put(charge)
    work.put(refund)
    if outcome == "failed":
        work.emit("refund.failed", refund, previous=before, by_itself=True)
    for kind in ("refund.updated", "charge.refund.updated"):
        work.emit(kind, refund, previous=before, by_itself=True)
    return refund


def update_refund(work: Work, params: dict[str, Any], key: str) -> Json:
    """Merges metadata. Emits refund.updated and charge.refund.updated."""
    refund = work.get("refund", key)
    before = dict(refund["metadata"])
    refund["metadata"] = {**before, **params.get("metadata", {})}
    work.put(refund)
    for kind in ("refund.updated", "charge.refund.updated"):
        work.emit(kind, refund, previous={"metadata": before})
    return refund


def list_refunds(work: Work, params: dict[str, Any]) -> Json:
    """Returns the refunds of a charge or payment intent, or all, newest first."""
    wanted = {name: params[name] for name in ("charge", "payment_intent") if name in params}

    def keep(row: Json) -> bool:
        return all(row[name] == value for name, value in wanted.items())

    return page(work, "refund", params, "/v1/refunds", keep=keep)


def _charge_to_refund(work: Work, params: dict[str, Any]) -> Json:
    if "payment_intent" in params:
        intent = work.get("payment_intent", params["payment_intent"], param="payment_intent")
        if intent["status"] != "succeeded":
            raise StripeError(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                param="payment_intent",
            )
        charge = work.get("charge", intent["latest_charge"])
        if params.get("charge", charge["id"]) != charge["id"]:
            raise ParameterError("The charge does not belong to the payment_intent.", param="charge")
        return charge
    if "charge" not in params:
        raise ParameterError(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
        )
    charge = work.get("charge", params["charge"], param="charge")
    if not charge["paid"]:
        raise StripeError(f"Charge {charge['id']} was not paid and cannot be refunded.", param="charge")
    return charge


def _checked_amount(work: Work, charge: Json, asked: int | None) -> int:
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    if refuses_refund(work, charge):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise StripeError(message, code="charge_disputed")
    if left == 0:
        raise StripeError(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if asked is None:
        return left
    if asked > left:
        currency = charge["currency"]
        raise StripeError(
            f"Refund amount ({readable(asked, currency)}) is greater than unrefunded amount on charge "
            f"({readable(left, currency)})",
            param="amount",
        )
    check_unit(asked, charge["currency"], "amount")
    return asked


def _add_to_charge(work: Work, charge: Json, amount: int) -> None:
    before: Json = {"amount_refunded": charge["amount_refunded"]}
    charge["amount_refunded"] += amount
    if charge["amount_refunded"] == charge["amount_captured"]:
        before["refunded"] = False
        charge["refunded"] = True
    work.put(charge)
    work.emit("charge.refunded", charge, previous=before)


def _moved(work: Work, charge: Json, refund: Json, *, failed: bool) -> Json:
    kinds = ("refund_failure", "refund") if is_card(charge) else ("payment_failure_refund", "payment_refund")
    return record(
        work,
        kind=kinds[0] if failed else kinds[1],
        source=refund["id"],
        amount=refund["amount"] if failed else -refund["amount"],
        currency=refund["currency"],
        category="refund_failure" if failed else "refund",
        description="REFUND FAILURE" if failed else "REFUND FOR CHARGE",
    )
