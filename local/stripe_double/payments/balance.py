"""Balance transactions: what a charge, refund, dispute or fee did to the balance, in the settlement currency.

Called by the verbs that move money. Source: https://docs.stripe.com/api/balance_transactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from local.stripe_double.api.store import Json
from local.stripe_double.api.work import Work

from .currencies import decimals

_DAYS_TO_PAYOUT = 7 * 86400


@dataclass(frozen=True, slots=True)
class Fee:
    """One part of what a transaction costs, in minor units of the settlement currency; negative when given back."""

    amount: int
    description: str
    kind: str = "stripe_fee"
    application: str | None = None


def fee_of(amount: int) -> int:
    """Stripe's processing fee: 1.5 % (half up) and 25 minor units."""
    return (amount * 15 + 500) // 1000 + 25


def settled(work: Work, amount: int, currency: str) -> int:
    """The amount in minor units of the settlement currency."""
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
    """Store what moved `amount` (of the charge's currency; negative leaves the balance); `fees` are settled already."""
    goal = work.settings.settlement_currency or currency
    moved, fee = settled(work, amount, currency), sum(each.amount for each in fees)
    return work.put(
        {
            "id": work.new_id("txn_3"),
            "object": "balance_transaction",
            "amount": moved,
            "available_on": work.now + _DAYS_TO_PAYOUT,
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
    """The balance transaction that Stripe makes a moment after the charge, and charge.updated."""
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
    """Whether a charge was made with a card: Stripe names the transactions of others otherwise."""
    return bool(charge["payment_method_details"]["type"] == "card")


def _detail(fee: Fee, currency: str) -> Json:
    return {
        "amount": fee.amount,
        "application": fee.application,
        "currency": currency,
        "description": fee.description,
        "type": fee.kind,
    }
