"""A refund wish: a refund that staff asked for, or that an order needs because it cannot use a payment. Pure.

A wish is written in the transaction that decides it. payments/services/refund_payment.py then asks Stripe.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from chalicelib.core.money import LARGEST


class RefundReason(StrEnum):
    """Why money is refunded."""

    REQUESTED = "requested"
    PAID_TWICE = "paid_twice"
    PAID_TOO_LATE = "paid_too_late"


class RefundStanding(StrEnum):
    """The status of a wish."""

    WANTED = "wanted"
    DONE = "done"
    FAILED = "failed"


class RefundWish(Struct, frozen=True, kw_only=True):
    """Money that has to be refunded: minor units of a charge. `key` is unique within the order; `refund_id` is Stripe's
    id once done, `failure` Stripe's code after a refusal; `asked_by` is the user who asked, None for an automatic
    refund. After `tries` failed attempts it is tried again from `retry_at` on (Unix seconds).
    """

    key: str
    order_id: str
    charge_id: str
    amount: int
    currency: str
    reason: RefundReason
    created_at: datetime
    standing: RefundStanding = RefundStanding.WANTED
    account: str | None = None
    asked_by: str | None = None
    note: str | None = None
    refund_id: str | None = None
    failure: str | None = None
    tries: int = 0
    retry_at: int = 0

    @property
    def is_new(self) -> bool:
        """Whether no attempt was made yet."""
        return self.standing is RefundStanding.WANTED and self.tries == 0


class RefundForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What staff send to refund an order: the amount (minor units; everything left when absent) and why."""

    amount: Annotated[int, Meta(ge=1, le=LARGEST)] | None = None
    reason: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
