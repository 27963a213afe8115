"""Compares what Stripe has with what is stored, once a day. Called by reconcile.py.

Stripe does not send again what happened while an endpoint was disabled, and does not list it as undelivered. So its
lists are compared with what is stored, and only differences are read. Each list is a part with a mark of its own,
stored page by page: a sweep that was killed, or out of time, continues where it was, and a part that fails does not
stop the others.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from chalicelib import telemetry
from chalicelib.core.ids import is_ulid
from chalicelib.core.ports import Clock
from chalicelib.orders.domain.charge import Charge
from chalicelib.orders.ports import Orders
from chalicelib.payments.ports import (
    AccountGone,
    CompleteSession,
    Payments,
    Reconciliations,
    Swept,
    SweptPart,
    Trace,
    TraceKind,
)
from chalicelib.payments.services.record_payment import RecordPayment

_DAY = 24 * 3600
PATIENCE_SECONDS = 120
"""Seconds that a webhook may take before this asks."""
FIRST_SECONDS = 30 * _DAY
"""Seconds that the first sweep of an account looks back at least."""
SESSIONS = "sessions"
BACK_SECONDS: dict[str, int] = {
    SESSIONS: 15 * _DAY,
    TraceKind.REFUNDS: 35 * _DAY,
    TraceKind.CHARGES: 3 * _DAY,
    TraceKind.DISPUTES: 180 * _DAY,
}
"""The parts, and how old (seconds) the objects they look for may be. Sessions: a debit may take 14 days
(docs.stripe.com/payments/sepa-debit). Refunds: one may fail within 30 days (docs.stripe.com/refunds). Disputes: two to
three months from beginning to end (docs.stripe.com/disputes). Charges: how long a fee may take.
"""
PAGE = 100


class SweepStopped(Exception):
    """Raised when no time is left, or another run sweeps this account."""


class SweepPayments:
    def __init__(
        self,
        *,
        payments: Callable[[], Payments],
        record_payment: RecordPayment,
        orders: Orders,
        reconciliations: Reconciliations,
        clock: Clock,
    ) -> None:
        self._payments = payments
        self._record_payment = record_payment
        self._orders = orders
        self._reconciliations = reconciliations
        self._clock = clock

    def sweep_payments(self, account: str | None, *, until: float) -> int:
        """Compares all parts of an account that were not compared today, until the clock (Unix seconds) has reached
        `until`. Returns how much was found.
        """
        newest = int(self._clock.now()) - PATIENCE_SECONDS
        parts = self._reconciliations.load_swept(account).parts
        found = 0
        for part in BACK_SECONDS:
            mark = parts.get(part, SweptPart())
            if not mark.until and newest // _DAY == mark.done // _DAY:
                continue
            try:
                for differing in self._pages(account, part, newest, until):
                    found += differing
            except SweepStopped:
                break
            except AccountGone:
                telemetry.log("account_gone_not_swept", account=account)
                break
            except Exception:  # noqa: BLE001 - the boundary is one part
                telemetry.failure("not_swept", account=account, part=part)
                telemetry.count_to_look_at("SweepFailed")
        return found

    def look_at_sessions(self, sessions: Iterable[CompleteSession], account: str | None, *, until: float) -> int:
        """Reads completed sessions whose order knows of no payment and returns how many there were. Raises
        SweepStopped.
        """
        latest = self._clock.now() - PATIENCE_SECONDS
        named = {one.id: one.order_id for one in sessions if one.order_id and one.created <= latest}
        records = self._orders.load_orders(filter(is_ulid, named.values()))
        open_ = [record for record in records.values() if not record.facts.issued and record.facts.charge_id is None]
        unpaid = {record.id for record in open_}
        return self._look({id: order_id for id, order_id in named.items() if order_id in unpaid}, account, until)

    def _pages(self, account: str | None, part: str, newest: int, until: float) -> Iterator[int]:
        """Yields how much was found on each page of a part. Raises SweepStopped, AccountGone, UpstreamFailed."""
        swept = self._reconciliations.load_swept(account)
        mark = swept.parts.get(part, SweptPart())
        mark = mark if mark.until else SweptPart(mark.done, newest, newest)
        since = min(mark.done or mark.until - FIRST_SECONDS, mark.until) - BACK_SECONDS[part]
        listed: Iterator[CompleteSession | Trace] = self._listed(part, since, mark.left_until, account)
        while mark.until:
            self._require_time(until)
            page = list(islice(listed, PAGE))
            yield self._compare(page, account, until)
            is_last = len(page) < PAGE
            mark = SweptPart(done=mark.until) if is_last else mark._replace(left_until=page[-1].created)
            swept = self._save(account, swept, part, mark)

    def _listed(
        self, part: str, since: int, until: int, account: str | None
    ) -> Iterator[CompleteSession] | Iterator[Trace]:
        """Returns what Stripe lists for a part, newest first."""
        if part == SESSIONS:
            return self._payments().list_complete_sessions(since=since, until=until, account=account)
        return self._payments().list_traces(TraceKind(part), since=since, until=until, account=account)

    def _compare(self, page: list[CompleteSession | Trace], account: str | None, until: float) -> int:
        """Reads what differs on a page and returns how much was found. Raises SweepStopped."""
        sessions = [one for one in page if isinstance(one, CompleteSession)]
        traces = [one for one in page if isinstance(one, Trace) and one.order_id and is_ulid(one.order_id)]
        kept = self._orders.load_charges([(str(one.order_id), one.charge_id) for one in traces])
        differing = {one.charge_id: one.order_id for one in traces if not _shows(kept.get(one.charge_id), one)}
        return self.look_at_sessions(sessions, account, until=until) + self._look(differing, account, until)

    def _look(self, objects: dict[str, str | None], account: str | None, until: float) -> int:
        """Reads sessions or charges, each with the order it names, and returns how many belong to orders of ours. One
        that cannot be read does not stop the others; one that names no order is stored as an orphan. Raises
        SweepStopped.
        """
        found = 0
        for object_id, order_id in objects.items():
            self._require_time(until)
            try:
                self._record_payment.sync_payment(object_id, account=account, order_id=order_id)
            except Exception:  # noqa: BLE001 - the boundary is one object
                telemetry.failure("payment_not_swept", object=object_id, order_id=order_id)
                continue
            found += self._orders.load_order(order_id or "") is not None
        return found

    def _require_time(self, until: float) -> None:
        if self._clock.now() >= until:
            raise SweepStopped

    def _save(self, account: str | None, swept: Swept, part: str, mark: SweptPart) -> Swept:
        fresh = Swept({**swept.parts, part: mark}, swept.version)
        if not self._reconciliations.save_swept(account, fresh):
            raise SweepStopped
        return fresh._replace(version=swept.version + 1)


def _shows(charge: Charge | None, trace: Trace) -> bool:
    """Whether our record shows what Stripe shows."""
    if charge is None:
        return False
    refunds = {refund.id: refund.status for refund in charge.refunds}
    disputes = {dispute.id: dispute.status for dispute in charge.all_disputes}
    return (
        (trace.refund is None or refunds.get(trace.refund.id) == trace.refund.status)
        and (trace.dispute is None or disputes.get(trace.dispute.id) == trace.dispute.status)
        and (charge.net is not None or not trace.has_fee)
    )
