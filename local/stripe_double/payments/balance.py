"""Balance transactions: the effects of charges, refunds, disputes and fees on the balance, in the settlement currency.

Called by the verbs that move money. Source: https://docs.stripe.com/api/balance_transactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work

from .currencies import decimals

_PAYOUT_SECONDS = 7 * 86400
"""Seconds until a transaction is available for payout."""


@dataclass(frozen=True, slots=True)
class Fee:
    """One part of a transaction's fees, in minor units of the settlement currency. Negative when it is given back."""

    amount: int
    description: str
    kind: str = "stripe_fee"
    application: str | None = None


def fee_of(amount: int) -> int:
    """Returns Stripe's processing fee: 1.5 % (half up) and 25 minor units."""
    return (amount * 15 + 500) // 1000 + 25


def settled(work: Work, amount: int, currency: str) -> int:
    """Returns the amount in minor units of the settlement currency."""
    goal = work.settings.settlement_currency or currency
    if goal == currency:
        return amount
    rate = Decimal(str(work.settings.exchange_rate))
    exact = amount * rate * Decimal(10) ** (decimals(goal) - decimals(currency))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def record(
    work: Work,
    *,
    kind: str,
    source: str,
    amount: int,
    currency: str,
    fees: tuple[Fee, ...] = (),
    category: str | None = None,
    description: str | None = None,
) -> Json:
    """Stores a balance transaction. `amount` is in the charge's currency, negative when it leaves the balance. `fees`
    are in the settlement currency.
    """
    goal = work.settings.settlement_currency or currency
    moved, fee = settled(work, amount, currency), sum(each.amount for each in fees)
    return work.put(
        {
            "id": work.new_id("txn_3"),
            "object": "balance_transaction",
            "amount": moved,
            "available_on": work.now + _PAYOUT_SECONDS,
            "balance_type": "payments",
            "created": work.now,
            "currency": goal,
            "description": description,
            "exchange_rate": None if goal == currency else work.settings.exchange_rate,
            "fee": fee,
            "fee_details": [_detail(each, goal) for each in fees if each.amount],
            "net": moved - fee,
            "reporting_category": category or kind,
            "source": source,
            "status": "pending",
            "type": kind,
        }
    )


def settle_charge(work: Work, key: str) -> None:
    """Creates the balance transaction that Stripe creates a moment after the charge. Emits charge.updated."""
    charge = work.get("charge", key)
    amount, currency = charge["amount_captured"], charge["currency"]
    fees = [Fee(fee_of(settled(work, amount, currency)), "Stripe processing fees")]
    if charge["application_fee"] is not None:
        share = settled(work, charge["application_fee_amount"], currency)
        fees.append(Fee(share, "Application fee", "application_fee", charge["application"]))
    kind = "charge" if is_card(charge) else "payment"
    why = charge["description"]
    made = record(work, kind=kind, source=key, amount=amount, currency=currency, fees=tuple(fees), description=why)
    charge["balance_transaction"] = made["id"]
    work.put(charge)
    work.emit("charge.updated", charge, previous={"balance_transaction": None}, by_itself=True)


def is_card(charge: Json) -> bool:
    """Returns whether a charge was made with a card. Stripe uses other transaction types for other methods."""
    return bool(charge["payment_method_details"]["type"] == "card")


def _detail(fee: Fee, currency: str) -> Json:
    return {
        "amount": fee.amount,
        "application": fee.application,
        "currency": currency,
        "description": fee.description,
        "type": fee.kind,
    }
