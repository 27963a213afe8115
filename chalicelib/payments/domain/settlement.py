"""What a payment means for an order. Pure: derives the new facts from the present facts and what Stripe says now.

It does not matter how often or in which order payments are evaluated: what Stripe said last decides.
"""

from typing import NamedTuple

from msgspec.structs import replace

from chalicelib.core.errors import UpstreamFailed
from chalicelib.core.money import display
from chalicelib.orders.domain.charge import Charge, Payment, PaymentStatus
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.order_state import Ended, Facts, Position, Reason, position_of
from chalicelib.orders.domain.refund import RefundReason


class Settlement(NamedTuple):
    """The result for an order: its facts, the reasons for the buyer and for staff (`note`), why the payment must be
    refunded, and whether the buyer may open another checkout.
    """

    facts: Facts
    reason: Reason | None = None
    note: str | None = None
    send_back: RefundReason | None = None
    reopen: bool = False


def settle(
    record: OrderRecord,
    payment: Payment,
    *,
    now: float,
    livemode: bool,
    has_stock: bool = True,
    over: Reason | None = None,
) -> Settlement:
    """Returns what follows from a payment at `now` (Unix seconds). `has_stock`: tickets that returned to the stock can
    be taken again; `over`: why the event takes no visitors any more. Raises UpstreamFailed for a payment without a
    charge.
    """
    unchanged = Settlement(record.facts, record.order.reason, record.note)
    if payment.status is PaymentStatus.PAID:
        if payment.charge is None:
            raise UpstreamFailed("Stripe does not show the charge yet.")
        found = _paid(unchanged, record, payment, payment.charge, livemode=livemode, has_stock=has_stock)
        return found if over is None else _called_off(found, over)
    if position_of(record.facts) is not Position.HELD:
        return unchanged
    if payment.status is PaymentStatus.UNPAID:
        return unchanged._replace(facts=replace(record.facts, pending=True))
    if record.checkout is not None and payment.session_id == record.checkout.id:
        return _over(unchanged, record, payment.status, now=now)
    return unchanged


def _over(unchanged: Settlement, record: OrderRecord, status: PaymentStatus, *, now: float) -> Settlement:
    """Returns the result when the order's own checkout failed, expired or is still open."""
    if status is PaymentStatus.FAILED:
        return Settlement(replace(record.facts, pending=False, ended=Ended.CANCELLED), Reason.PAYMENT_FAILED)
    if status is PaymentStatus.EXPIRED and record.deadline <= now:
        return Settlement(replace(record.facts, ended=Ended.EXPIRED), Reason.HOLD_ENDED)
    return unchanged._replace(reopen=status is PaymentStatus.EXPIRED)


def _paid(
    unchanged: Settlement, record: OrderRecord, payment: Payment, charge: Charge, *, livemode: bool, has_stock: bool
) -> Settlement:
    facts = record.facts
    has_stock = has_stock or position_of(facts) is not Position.NONE
    if facts.charge_id not in (None, charge.id) or (facts.issued and facts.charge_id is None):
        return unchanged._replace(send_back=RefundReason.PAID_TWICE)
    known = replace(
        facts,
        charge_id=charge.id,
        charged=charge.amount,
        refunded=charge.returned,
        dispute=charge.dispute_standing,
        pending=False,
        held_back=facts.held_back and not facts.is_unseen,
    )
    if facts.charge_id is not None:
        return _followed(unchanged, facts, known, has_stock=has_stock)
    if not _fits(record, payment, charge, livemode=livemode):
        return Settlement(replace(known, held_back=True), Reason.PAYMENT_DIFFERS, _differs(record, payment))
    if facts.ended is Ended.CANCELLED or not has_stock:
        ended = replace(known, ended=facts.ended or Ended.EXPIRED)
        return Settlement(ended, Reason.PAID_TOO_LATE, send_back=RefundReason.PAID_TOO_LATE)
    return Settlement(replace(known, issued=True, ended=None))


def _called_off(found: Settlement, over: Reason) -> Settlement:
    """Returns the result for an event that does not take place any more: the money is refunded, the tickets return."""
    ended = replace(found.facts, issued=False, ended=Ended.CANCELLED)
    return Settlement(ended, over, send_back=RefundReason.PAID_TOO_LATE)


def _followed(unchanged: Settlement, facts: Facts, known: Facts, *, has_stock: bool) -> Settlement:
    """Returns the result for the payment that the order relies on already: refunds and disputes, also failed ones."""
    if not has_stock and position_of(known) is Position.SOLD:
        note = "A refund failed after its tickets had gone back to sale."
        return Settlement(replace(known, issued=False, held_back=True), Reason.TICKETS_GONE, note)
    if not facts.issued and facts.is_returned and not known.is_returned:
        return unchanged._replace(facts=replace(known, held_back=True), note="The refund of this payment failed.")
    unused = not facts.issued and not facts.held_back
    return unchanged._replace(facts=known, send_back=RefundReason.PAID_TOO_LATE if unused else None)


def _fits(record: OrderRecord, payment: Payment, charge: Charge, *, livemode: bool) -> bool:
    total = record.order.total
    amounts, currencies = {payment.amount, charge.amount}, {payment.currency, charge.currency}
    return amounts == {total.amount} and currencies == {total.currency} and payment.livemode is livemode


def _differs(record: OrderRecord, payment: Payment) -> str:
    asked = display(record.order.total.amount, record.order.total.currency)
    return (
        f"Stripe took {display(payment.amount, payment.currency)}, but the order comes to {asked}. Nothing was issued."
    )
