"""Charges and what Stripe says about a payment. Pure; the structs are the wire format.

A charge record is an item keyed by Stripe's id that only moves forward: it shows what Stripe showed last, and keeps
what a late answer of Stripe's does not show any more.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.orders.domain.order_state import Dispute


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
_OPEN = frozenset({"needs_response", "under_review"})
"""Statuses of a dispute that may take the money; others than these and `lost` (won, warning_*: an inquiry, prevented)
take none (docs.stripe.com/api/disputes/object).
"""
_GRAVITY = {"lost": 2, **dict.fromkeys(_OPEN, 1)}


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
    `account` is the connected account that was paid, None for the platform's own. `dispute` is the gravest of all its
    `disputes`, which records from before they were kept have not.
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
    disputes: list[ChargeDispute] = []

    @property
    def returned(self) -> int:
        """What went back or is on its way, minor units; also by disputes of a part that were lost."""
        return self.refunded + self.lost_in_part

    @property
    def refunded(self) -> int:
        """What went back by refunds, or is on its way."""
        return sum(refund.amount for refund in self.refunds if refund.status in RETURNED)

    @property
    def lost_in_part(self) -> int:
        """What lost disputes took of a payment that stands otherwise."""
        return 0 if self._is_lost else sum(dispute.amount for dispute in self._lost)

    def refunded_since(self, known: "Charge | None") -> int:
        """What refunds took that did not stand yet when `known` was seen, whatever failed meanwhile."""
        stood = {refund.id for refund in known.refunds if refund.status in RETURNED} if known else set()
        return sum(one.amount for one in self.refunds if one.status in RETURNED and one.id not in stood)

    def has_lost_a_refund_since(self, known: "Charge | None") -> bool:
        """Whether a refund failed since `known` was seen, whatever else went back meanwhile. Of one that was never seen
        to stand and answers a wish, the wish tells.
        """
        before = {refund.id: refund.status in RETURNED for refund in known.refunds} if known else {}
        failed = [refund for refund in self.refunds if refund.status not in RETURNED]
        return any(before.get(refund.id, refund.request is None) for refund in failed)

    def has_lost_a_dispute_since(self, known: "Charge | None") -> bool:
        """Whether a dispute was lost that was not when `known` was seen."""
        return len(self._lost) > (len(known._lost) if known else 0)  # noqa: SLF001 - another of ours

    @property
    def dispute_standing(self) -> Dispute | None:
        """Whether disputes take or may take the money. Those of a part that were lost are money that went back."""
        if self._is_lost:
            return Dispute.LOST
        return Dispute.OPEN if any(one.status in _OPEN for one in self.all_disputes) else None

    @property
    def _is_lost(self) -> bool:
        """Whether lost disputes took what was left of the payment. Amounts of two currencies are never compared: a
        dispute in another one is about the charge as a whole.
        """
        if any(dispute.currency != self.currency for dispute in self._lost):
            return True
        taken = sum(dispute.amount for dispute in self._lost)
        return taken > 0 and self.refunded + taken >= self.amount

    @property
    def _lost(self) -> list[ChargeDispute]:
        return [dispute for dispute in self.all_disputes if dispute.status == "lost"]

    @property
    def all_disputes(self) -> list[ChargeDispute]:
        """Its disputes, also those of an old record."""
        return self.disputes or ([self.dispute] if self.dispute else [])


def with_disputes(charge: Charge, disputes: Iterable[ChargeDispute]) -> Charge:
    """The charge with these disputes as they were seen, and those that it had."""
    found = {one.id: one for one in (*charge.all_disputes, *disputes)}
    ordered = sorted(found.values(), key=lambda one: (one.created_at, one.id))
    gravest = max(ordered, key=lambda one: (_GRAVITY.get(one.status, 0), one.created_at, one.id), default=None)
    return replace(charge, disputes=ordered, dispute=gravest)


def moved_forward(known: Charge | None, seen: Charge) -> Charge:
    """The record after another look: as it was seen, and nothing that was known gets lost."""
    if known is None:
        return seen
    ledger = {entry.id: entry for entry in (*known.ledger, *seen.ledger)}
    refunds = {refund.id: refund for refund in (*known.refunds, *seen.refunds)}
    settled = seen if seen.net is not None else known
    moved = replace(
        seen,
        fee=settled.fee,
        net=settled.net,
        fee_currency=settled.fee_currency,
        refunds=sorted(refunds.values(), key=lambda refund: (refund.created_at, refund.id)),
        ledger=sorted(ledger.values(), key=lambda entry: (entry.created_at, entry.id)),
        disputes=known.all_disputes,
    )
    return with_disputes(moved, seen.all_disputes)


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
