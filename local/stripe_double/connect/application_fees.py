"""The platform's fee of a direct charge in a connected account (https://docs.stripe.com/connect/direct-charges).

The fee is an object of the platform; the charge has its id. Called by attempts.py and refunds.py. Over the API only
tests read fees.
"""

from __future__ import annotations

from typing import Any

from local.stripe_double.api.errors import StripeError, parameter_invalid
from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work
from local.stripe_double.objects.objects import list_of
from local.stripe_double.payments.balance import record
from local.stripe_double.payments.currencies import check_unit

APPLICATION = "ca_testdouble"


def check_fee(work: Work, fee: int | None, total: int, currency: str) -> None:
    """Refuses a fee without a connected account, above the payment, or in an amount that the currency cannot have."""
    if fee is None:
        return
    if work.account is None:
        raise StripeError(
            "Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an "
            "OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).",
            param="application_fee_amount",
        )
    if fee > total:
        message = "The application fee cannot be greater than the amount of the payment."
        raise parameter_invalid("application_fee_amount", message, code="application_fees_too_large")
    check_unit(fee, currency, "application_fee_amount")


def take_fee(work: Work, charge: Json) -> None:
    """Gives the platform its fee of a charge that succeeded. Changes `charge` and emits application_fee.created."""
    if not charge["application_fee_amount"] or charge["application_fee"] is not None:
        return
    platform = work.within(None)
    key = work.new_id("fee_1")
    amount, currency = charge["application_fee_amount"], charge["currency"]
    moved = record(platform, kind="application_fee", source=key, amount=amount, currency=currency)
    fee = {
        "id": key,
        "object": "application_fee",
        "account": work.account,
        "amount": amount,
        "amount_refunded": 0,
        "application": APPLICATION,
        "balance_transaction": moved["id"],
        "charge": charge["id"],
        "created": work.now,
        "currency": currency,
        "fee_source": {"charge": charge["id"], "type": "charge"},
        "livemode": False,
        "originating_transaction": None,
        "refunded": False,
        "refunds": list_of([], f"/v1/application_fees/{key}/refunds"),
    }
    charge["application_fee"] = key
    platform.put(fee)
    platform.emit("application_fee.created", fee)


def return_fee(work: Work, charge: Json, amount: int) -> None:
    """Gives the connected account its part of the fee back when `amount` of the charge is refunded.

    The part is proportional and rounded down; the last refund gives back all that is left. Emits
    application_fee.refunded. The balance transactions on both sides have the fee as their source
    (github.com/stripe/stripe-dotnet/issues/2021).
    """
    if charge["application_fee"] is None:
        return
    platform = work.within(None)
    fee = platform.get("application_fee", charge["application_fee"])
    total = charge["amount_refunded"] + amount
    share: int = fee["amount"] * total // charge["amount_captured"] - fee["amount_refunded"]
    if share <= 0:
        return
    moved = record(platform, kind="application_fee_refund", source=fee["id"], amount=-share, currency=fee["currency"])
    record(work, kind="application_fee_refund", source=fee["id"], amount=share, currency=fee["currency"])
    made = {
        "id": work.new_id("fr_"),
        "object": "fee_refund",
        "amount": share,
        "balance_transaction": moved["id"],
        "created": work.now,
        "currency": fee["currency"],
        "fee": fee["id"],
        "metadata": {},
    }
    before = {"amount_refunded": fee["amount_refunded"]}
    fee["amount_refunded"] += share
    fee["refunded"] = fee["amount_refunded"] == fee["amount"]
    fee["refunds"]["data"].insert(0, made)
    platform.put(made)
    platform.put(fee)
    platform.emit("application_fee.refunded", fee, previous=before)


def list_fee_refunds(work: Work, _params: dict[str, Any], key: str) -> Json:
    """Returns the refunds of one fee, newest first."""
    refunds: Json = work.get("application_fee", key)["refunds"]
    return refunds
