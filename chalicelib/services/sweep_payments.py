"""Sweep payments once a day: find refunds, disputes and fees that nobody told us of. Called by reconciling.py.

Stripe never sends again what happened while an endpoint was disabled, and does not list it as missed either. So what
Stripe has is compared with what we keep; only what differs is looked at.
"""

from collections.abc import Callable

from chalicelib.domain.ids import is_ulid
from chalicelib.ports.payments import Payments, Trace, TracesSince
from chalicelib.ports.sales import Orders

_DAY = 24 * 3600
REFUND_SECONDS = 35 * _DAY
"""How long after it was made a refund may fail (docs.stripe.com/refunds: within 30 days), and some more."""
DISPUTE_SECONDS = 180 * _DAY
"""How long a dispute may take from its beginning to its end (docs.stripe.com/disputes: two to three months)."""
CHARGE_SECONDS = 3 * _DAY
"""How long the fee of a charge may take, and a sweep may fail."""


class SweepPayments:
    """Finds what differs."""

    def __init__(self, *, payments: Callable[[], Payments], orders: Orders) -> None:
        self._payments = payments
        self._orders = orders

    def sweep(self, account: str | None, *, until: int, last: int) -> dict[str, str]:
        """The charges of an account that are not as we keep them, each with the order that it names. What is newer than
        `until` may still be told; `last`: until when the account was looked at before (Unix seconds). Raises
        AccountGone, UpstreamFailed.
        """
        since = TracesSince(
            refunds=min(last, until - REFUND_SECONDS),
            disputes=min(last, until - DISPUTE_SECONDS),
            charges=min(last, until) - CHARGE_SECONDS,
            until=until,
        )
        found: dict[str, str] = {}
        for trace in self._payments().traces(since, account=account):
            if trace.order_id and is_ulid(trace.order_id) and not self._is_kept(trace.order_id, trace):
                found[trace.charge_id] = trace.order_id
        return found

    def _is_kept(self, order_id: str, trace: Trace) -> bool:
        """Whether our record shows what Stripe shows."""
        charge = self._orders.charge(order_id, trace.charge_id)
        if charge is None:
            return False
        refunds = {refund.id: refund.status for refund in charge.refunds}
        disputes = {dispute.id: dispute.status for dispute in charge.all_disputes}
        return (
            (trace.refund is None or refunds.get(trace.refund.id) == trace.refund.status)
            and (trace.dispute is None or disputes.get(trace.dispute.id) == trace.dispute.status)
            and (charge.net is not None or not trace.has_fee)
        )
