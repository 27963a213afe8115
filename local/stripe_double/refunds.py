"""Refunds: create with a remaining-amount check, retrieve, list (https://docs.stripe.com/api/refunds)."""

from __future__ import annotations

from typing import Any

from .currencies import readable
from .errors import ParameterError, StripeError
from .listing import CREATED, PAGE, page
from .money_objects import balance_transaction_of, refund_of
from .parameters import choice, integer, list_of, metadata, shape, text
from .store import Json
from .words import words
from .work import Work

CREATE = shape(
    {
        "amount": integer(minimum=1),
        "charge": text(),
        "expand": list_of(text()),
        "metadata": metadata,
        "payment_intent": text(),
        "reason": choice("duplicate", "fraudulent", "requested_by_customer"),
    },
    beyond=frozenset(words("currency customer instructions_email origin refund_application_fee reverse_transfer")),
)
UPDATE = shape({"metadata": metadata, "expand": list_of(text())})
LIST = shape({**PAGE, **CREATED, "charge": text(), "payment_intent": text(), "expand": list_of(text())})


def create_refund(work: Work, params: dict[str, Any]) -> Json:
    """Give back all or part of a charge; refuses more than is left.

    Emits refund.created and charge.refunded.
    """
    charge = _charge_to_refund(work, params)
    amount = _checked_amount(charge, params.get("amount"))
    refund = refund_of(work.new_id("re_3"), now=work.now, charge=charge, amount=amount)
    refund.update(metadata=params.get("metadata", {}), reason=params.get("reason"))
    transaction = balance_transaction_of(
        work.new_id("txn_3"),
        now=work.now,
        kind="refund",
        source=refund["id"],
        amount=-amount,
        fee=0,
        currency=refund["currency"],
    )
    refund["balance_transaction"] = transaction["id"]
    work.put(transaction)
    work.put(refund)
    work.emit("refund.created", refund)
    before = {"amount_refunded": charge["amount_refunded"]}
    charge["amount_refunded"] += amount
    if charge["amount_refunded"] == charge["amount"]:
        before["refunded"] = False
        charge["refunded"] = True
    work.put(charge)
    work.emit("charge.refunded", charge, previous=before)
    return refund


def update_refund(work: Work, params: dict[str, Any], key: str) -> Json:
    """Merge metadata and emit refund.updated."""
    refund = work.get("refund", key)
    before = dict(refund["metadata"])
    refund["metadata"] = {**before, **params.get("metadata", {})}
    work.put(refund)
    work.emit("refund.updated", refund, previous={"metadata": before})
    return refund


def list_refunds(work: Work, params: dict[str, Any]) -> Json:
    """Refunds of a charge or payment intent, or all, newest first."""
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


def _checked_amount(charge: Json, asked: int | None) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
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
    return asked
