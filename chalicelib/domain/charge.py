"""Charges and what Stripe says about a payment. Pure; the structs are the wire format.

A charge record is an item keyed by Stripe's id that only moves forward: `progress` says how far it has got.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from msgspec import Struct

RECORDED = 1
SETTLED = 2
"""Progress of a charge: recorded; fee and net known. Refunds and disputes will come after."""


class PaymentStatus(StrEnum):
    """How a payment stands at Stripe now."""

    OPEN = "open"
    UNPAID = "unpaid"
    """Checkout is complete, the money of an asynchronous method has not come yet."""
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


class CardMethod(Struct, frozen=True, kw_only=True):
    """How it was paid: brand of a card (or kind of method) and its last digits."""

    brand: str
    last4: str | None = None


class Charge(Struct, frozen=True, kw_only=True):
    """A charge record. Amounts in minor units; fee and net in `fee_currency`, both None until Stripe knows them."""

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
    refunds: list[Any] = []
    dispute: dict[str, Any] | None = None

    @property
    def progress(self) -> int:
        """How far the record has got."""
        return RECORDED if self.net is None else SETTLED


class Payment(NamedTuple):
    """What Stripe says now about one payment. `order_id` is what the object names, not yet a known order; `charge`
    is there once a charge was made; amount in minor units.
    """

    order_id: str | None
    status: PaymentStatus
    amount: int
    currency: str
    livemode: bool
    session_id: str | None = None
    customer_id: str | None = None
    charge: Charge | None = None
