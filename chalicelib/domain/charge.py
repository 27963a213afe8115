"""Charges and what Stripe says about a payment. Pure; the structs are the wire format.

A charge record is an item keyed by Stripe's id that only moves forward: it shows what Stripe showed last, and keeps
what a late answer of Stripe's does not show any more.
"""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.order_facts import Dispute


class PaymentStatus(StrEnum):
    """How a payment stands at Stripe now."""

    OPEN = "open"
    UNPAID = "unpaid"
    """Checkout is complete, the money of an asynchronous method has not come yet."""
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


RETURNED = frozenset({"pending", "requires_action", "succeeded"})
"""Statuses of a refund whose money is on its way or there (docs.stripe.com/api/refunds/object)."""
_DISPUTES = {"needs_response": Dispute.OPEN, "under_review": Dispute.OPEN, "lost": Dispute.LOST}
"""Others (won, warning_*: an inquiry, prevented) take no money (docs.stripe.com/api/disputes/object)."""


class CardMethod(Struct, frozen=True, kw_only=True):
    """How it was paid: brand of a card (or kind of method) and its last digits."""

    brand: str
    last4: str | None = None


class Refund(Struct, frozen=True, kw_only=True):
    """Money that went back, minor units. `request` names the wish of ours that it answers, None for one made in
    Stripe's dashboard.
    """

    id: str
    amount: int
    currency: str
    status: str
    reason: str | None
    created_at: datetime
    request: str | None = None


class ChargeDispute(Struct, frozen=True, kw_only=True):
    """A dispute of a charge, minor units."""

    id: str
    amount: int
    currency: str
    status: str
    reason: str
    created_at: datetime


class LedgerEntry(Struct, frozen=True, kw_only=True):
    """One balance transaction of Stripe's: what a charge, refund or dispute did to the balance, in minor units of the
    settlement currency. `kind` is charge, refund, refund_failure, dispute, dispute_reversal, or fee_refund: what came
    back of the platform's share.
    """

    id: str
    kind: str
    amount: int
    fee: int
    net: int
    currency: str
    created_at: datetime


class Charge(Struct, frozen=True, kw_only=True):
    """A charge record. Amounts in minor units; fee and net in `fee_currency`, all None until Stripe knows them.
    `account` is the connected account that was paid, None for the platform's own.
    """

    id: str
    order_id: str
    amount: int
    currency: str
    fee: int | None
    net: int | None
    fee_currency: str | None
    status: str
    method: CardMethod
    receipt_url: str | None
    livemode: bool
    created_at: datetime
    refunds: list[Refund] = []
    dispute: ChargeDispute | None = None
    ledger: list[LedgerEntry] = []
    account: str | None = None

    @property
    def returned(self) -> int:
        """What went back or is on its way, minor units; also by a dispute of a part that was lost."""
        refunded = sum(refund.amount for refund in self.refunds if refund.status in RETURNED)
        return refunded + (self.dispute.amount if self.dispute and self._lost_a_part else 0)

    def has_lost_a_refund_of(self, known: "Charge") -> bool:
        """Whether a refund that stood when `known` was seen failed since, whatever else went back meanwhile."""
        failed = {refund.id for refund in self.refunds if refund.status not in RETURNED}
        return any(refund.status in RETURNED and refund.id in failed for refund in known.refunds)

    @property
    def dispute_standing(self) -> Dispute | None:
        """Whether a dispute takes or may take the money. One of a part that was lost is money that went back."""
        return _DISPUTES.get(self.dispute.status) if self.dispute and not self._lost_a_part else None

    @property
    def _lost_a_part(self) -> bool:
        return self.dispute is not None and self.dispute.status == "lost" and self.dispute.amount < self.amount


def moved_forward(known: Charge | None, seen: Charge) -> Charge:
    """The record after another look: as it was seen, and nothing that was known gets lost."""
    if known is None:
        return seen
    ledger = {entry.id: entry for entry in (*known.ledger, *seen.ledger)}
    refunds = {refund.id: refund for refund in (*known.refunds, *seen.refunds)}
    settled = seen if seen.net is not None else known
    return replace(
        seen,
        fee=settled.fee,
        net=settled.net,
        fee_currency=settled.fee_currency,
        refunds=sorted(refunds.values(), key=lambda refund: (refund.created_at, refund.id)),
        dispute=seen.dispute or known.dispute,
        ledger=sorted(ledger.values(), key=lambda entry: (entry.created_at, entry.id)),
    )


class Payment(NamedTuple):
    """What Stripe says now about one payment. `order_id` is what the object names, not yet a known order; `charge`
    is there once a charge succeeded; amount in minor units; `account` is where Stripe keeps it.
    """

    order_id: str | None
    status: PaymentStatus
    amount: int
    currency: str
    livemode: bool
    session_id: str | None = None
    customer_id: str | None = None
    charge: Charge | None = None
    account: str | None = None
