"""Charges, and what Stripe says about a payment. Pure; the structs are the wire format.

A charge record is stored under Stripe's id. It takes the state that Stripe reported last, and keeps refunds, disputes
and ledger entries that a later answer of Stripe no longer contains.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.orders.domain.order_state import Dispute


class PaymentStatus(StrEnum):
    """The status of a payment at Stripe."""

    OPEN = "open"
    UNPAID = "unpaid"
    """Checkout is complete, but the money of an asynchronous method has not arrived yet."""
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


RETURNED = frozenset({"pending", "requires_action", "succeeded"})
"""Statuses of a refund whose money was sent or has arrived (docs.stripe.com/api/refunds/object)."""
_OPEN = frozenset({"needs_response", "under_review"})
"""Statuses of a dispute that may still take the money. Of the others only `lost` takes it; won, warning_* (an inquiry)
and prevented do not (docs.stripe.com/api/disputes/object).
"""
_GRAVITY = {"lost": 2, **dict.fromkeys(_OPEN, 1)}


class CardMethod(Struct, frozen=True, kw_only=True):
    """How it was paid: the brand of the card (or the kind of method) and its last digits."""

    brand: str
    last4: str | None = None


class Refund(Struct, frozen=True, kw_only=True):
    """Money that was sent back, in minor units. `request` is the key of the refund wish that it fulfils, None for a
    refund made in Stripe's dashboard.
    """

    id: str
    amount: int
    currency: str
    status: str
    reason: str | None
    created_at: datetime
    request: str | None = None


class ChargeDispute(Struct, frozen=True, kw_only=True):
    """A dispute of a charge, in minor units."""

    id: str
    amount: int
    currency: str
    status: str
    reason: str
    created_at: datetime


class LedgerEntry(Struct, frozen=True, kw_only=True):
    """One balance transaction of Stripe: what a charge, refund or dispute changed in the balance, in minor units of the
    settlement currency. `kind` is charge, refund, refund_failure, dispute, dispute_reversal, or fee_refund (a part of
    the platform's fee that was returned).
    """

    id: str
    kind: str
    amount: int
    fee: int
    net: int
    currency: str
    created_at: datetime


class Charge(Struct, frozen=True, kw_only=True):
    """A charge record. Amounts in minor units; fee and net in `fee_currency`, all three None until Stripe knows them.
    `account` is the connected account that was paid, None for the platform's own. `dispute` is the most serious of
    `disputes`; old records have no `disputes`.
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
        """The amount that was returned or is on its way, in minor units: refunds, and lost disputes of a part."""
        return self.refunded + self.lost_in_part

    @property
    def refunded(self) -> int:
        """The amount of refunds that were paid or are on their way, in minor units."""
        return sum(refund.amount for refund in self.refunds if refund.status in RETURNED)

    @property
    def lost_in_part(self) -> int:
        """The amount that lost disputes took, in minor units, when they did not take the whole payment."""
        return 0 if self._is_lost else sum(dispute.amount for dispute in self._lost)

    def refunded_since(self, known: "Charge | None") -> int:
        """Returns the amount of valid refunds that were not valid in `known`, in minor units. Refunds that failed
        meanwhile are not subtracted.
        """
        stood = {refund.id for refund in known.refunds if refund.status in RETURNED} if known else set()
        return sum(one.amount for one in self.refunds if one.status in RETURNED and one.id not in stood)

    def has_lost_a_refund_since(self, known: "Charge | None") -> bool:
        """Returns whether a refund failed after `known` was read, even if others succeeded meanwhile. A failed refund
        that was never seen as valid and fulfils a wish does not count: the wish reports it.
        """
        before = {refund.id: refund.status in RETURNED for refund in known.refunds} if known else {}
        failed = [refund for refund in self.refunds if refund.status not in RETURNED]
        return any(before.get(refund.id, refund.request is None) for refund in failed)

    def has_lost_a_dispute_since(self, known: "Charge | None") -> bool:
        """Returns whether a dispute was lost after `known` was read."""
        return len(self._lost) > (len(known._lost) if known else 0)  # noqa: SLF001 - the same class

    @property
    def dispute_standing(self) -> Dispute | None:
        """Whether disputes took or may take the whole payment. Lost disputes of a part count as returned money."""
        if self._is_lost:
            return Dispute.LOST
        return Dispute.OPEN if any(one.status in _OPEN for one in self.all_disputes) else None

    @property
    def _is_lost(self) -> bool:
        """Whether lost disputes took all that was left of the payment. Amounts in two currencies are not compared: a
        dispute in another currency counts as a dispute of the whole charge.
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
        """The disputes; an old record has only `dispute`."""
        return self.disputes or ([self.dispute] if self.dispute else [])


def with_disputes(charge: Charge, disputes: Iterable[ChargeDispute]) -> Charge:
    """Returns the charge with these disputes added to its own. A dispute that is in both is taken from `disputes`."""
    found = {one.id: one for one in (*charge.all_disputes, *disputes)}
    ordered = sorted(found.values(), key=lambda one: (one.created_at, one.id))
    gravest = max(ordered, key=lambda one: (_GRAVITY.get(one.status, 0), one.created_at, one.id), default=None)
    return replace(charge, disputes=ordered, dispute=gravest)


def moved_forward(known: Charge | None, seen: Charge) -> Charge:
    """Returns the record after another look at Stripe: `seen`, with all entries of `known` that it does not contain."""
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
    """What Stripe says about one payment. `order_id` is the id that Stripe's object names; whether there is such an
    order is not checked yet. `charge` is set after a charge succeeded. Amount in minor units; `account` is the Stripe
    account it belongs to.
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
