"""The ledger of an event: every movement of its money in a Stripe balance, and their sums. Pure.

Rows are Stripe's balance transactions as they are stored in charges (orders/domain/charge.py), so the sums of the
ledger equal what Stripe reports. Source: docs.stripe.com/api/balance_transactions.
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from chalicelib.orders.domain.charge import Charge, LedgerEntry

FEE_REFUND = "fee_refund"
COLUMNS = {
    "charge": "charges",
    "refund": "refunds",
    "refund_failure": "refunds",
    "dispute": "disputes",
    "dispute_reversal": "disputes",
    FEE_REFUND: "fees",
}
"""The sum that each kind of movement counts for. A failed refund counts as a refund, a dispute that was won as a
dispute, and a returned platform fee as a fee, each with the opposite sign.
"""


class LedgerRow(Struct, frozen=True, kw_only=True):
    """One balance transaction: minor units of the settlement currency, signed; net = amount - fee. `account` is the
    connected account whose balance changed, null for the platform's own.
    """

    id: str
    kind: str
    order_id: str
    charge_id: str
    account: str | None
    amount: int
    fee: int
    net: int
    currency: str
    created_at: datetime


class LedgerSum(Struct, frozen=True, kw_only=True):
    """The sums of one balance in one currency; charges + refunds + disputes - fees = net."""

    account: str | None
    currency: str
    charges: int
    refunds: int
    disputes: int
    fees: int
    net: int


def column_of(entry: LedgerEntry) -> tuple[str, int] | None:
    """Returns the sum that a movement counts for, and the amount; a returned fee lowers the fees. None for a kind that
    only a later release knows: it is stored and shown, but not counted.
    """
    column = COLUMNS.get(entry.kind)
    return None if column is None else (column, -entry.amount if entry.kind == FEE_REFUND else entry.amount)


def uncounted(charges: Iterable[Charge]) -> list[LedgerEntry]:
    """Returns the movements that no sum counts."""
    return [entry for charge in charges for entry in charge.ledger if column_of(entry) is None]


class Ledger(Struct, frozen=True, kw_only=True):
    """A page of movements, those of the newest order first, and the sums of all movements."""

    items: list[LedgerRow]
    next_cursor: str | None
    sums: list[LedgerSum]


def rows_of(charge: Charge) -> list[LedgerRow]:
    """Returns the movements of a charge, newest first."""
    entries = sorted(charge.ledger, key=lambda entry: (entry.created_at, entry.id), reverse=True)
    return [
        LedgerRow(
            id=entry.id,
            kind=entry.kind,
            order_id=charge.order_id,
            charge_id=charge.id,
            account=charge.account,
            amount=entry.amount,
            fee=entry.fee,
            net=entry.net,
            currency=entry.currency,
            created_at=entry.created_at,
        )
        for entry in entries
    ]
