"""Reconciling: asks Stripe what its webhooks should have told. Called by a timer; killed anywhere, it begins again.

Events that no endpoint took go into the same inbox as those that came, and so through the same code. Sessions that
were completed while their order knows of no payment are looked at directly. Refunds that the stream gave up on, because
Stripe was away for long, are made.
Once a day refunds, disputes and fees are compared with what is kept (sweep_payments.py).
"""

from collections.abc import Callable

from chalicelib import telemetry
from chalicelib.domain.errors import MarqueeError
from chalicelib.domain.ids import is_ulid
from chalicelib.ports import Clock
from chalicelib.ports.payments import AccountGone, CompleteSession, Payments
from chalicelib.ports.sales import Orders, Reconciled, Reconciliations
from chalicelib.ports.stripe_accounts import StripeAccounts
from chalicelib.services.charging import Charging
from chalicelib.services.hearing import HANDLED
from chalicelib.services.receiving import Receiving
from chalicelib.services.refunding import Refunding
from chalicelib.services.sweep_payments import SweepPayments

OVERLAP_SECONDS = 600
"""How far a run looks back behind the last one: Stripe's lists may lag."""
LONGEST_SECONDS = 30 * 24 * 3600 - 3600
"""How long Stripe keeps events (docs.stripe.com/api/events), less a margin."""
SLOWEST_PAYMENT_SECONDS = 15 * 24 * 3600
"""How long a debit may take (docs.stripe.com/payments/sepa-debit: up to 14 days)."""
_DAY = 24 * 3600
PATIENCE_SECONDS = 120
"""How long a webhook may take before we ask."""
STREAM_SECONDS = 900
"""How long the stream may try to make a refund before we do."""
MOST_REFUNDS = 50
"""How many refunds one run tries to make; the next run begins with others."""


class Reconciling:
    """Finds what was missed."""

    def __init__(
        self,
        *,
        payments: Callable[[], Payments],
        accounts: StripeAccounts,
        receiving: Receiving,
        charging: Charging,
        refunding: Refunding,
        sweeping: SweepPayments,
        orders: Orders,
        reconciliations: Reconciliations,
        clock: Clock,
        hold_seconds: int,
    ) -> None:
        self._payments = payments
        self._accounts = accounts
        self._receiving = receiving
        self._charging = charging
        self._refunding = refunding
        self._sweeping = sweeping
        self._orders = orders
        self._reconciliations = reconciliations
        self._clock = clock
        self._hold_seconds = hold_seconds

    def reconcile(self) -> int:
        """Look at every account once and return how much was found. An account that cannot be looked at now is looked
        at from the same moment on next time; one that its owner took back, no more than once a day.
        """
        now = int(self._clock.now())
        found = 0
        for account in (None, *self._accounts.connected()):
            last = self._reconciliations.last(account)
            if last is not None and now < last.rests_until:
                continue
            since = max(now - LONGEST_SECONDS, (last.until if last else now - LONGEST_SECONDS) - OVERLAP_SECONDS)
            try:
                found += self._look_through(account, now, since, last.until if last else 0)
            except AccountGone:
                self._let_rest(account, last, now)
                continue
            except MarqueeError as failure:
                telemetry.log("not_reconciled", account=account, code=failure.code)
                continue
            except Exception:  # noqa: BLE001 - the timer's boundary is one account
                telemetry.failure("not_reconciled", account=account)
                continue
            self._reconciliations.save(account, Reconciled(now, last.version if last else 0))
        found += self._refunds(now)
        telemetry.log("reconciled", found=found)
        return found

    def _look_through(self, account: str | None, now: int, since: int, last: int) -> int:
        """Look at everything of an account; how much was found. The slowest payments, and all else that Stripe has, are
        looked through once a day.
        """
        is_new_day = now // _DAY != last // _DAY
        found = self._events(account, since) + self._sessions(account, now, is_new_day=is_new_day)
        if is_new_day:
            differing = self._sweeping.sweep(account, until=now - PATIENCE_SECONDS, last=since)
            found += sum(self._look_again(charge_id, order_id, account) for charge_id, order_id in differing.items())
        return found

    def _look_again(self, charge_id: str, order_id: str, account: str | None) -> bool:
        """Look at a charge. Whether one of our orders was found. A charge that cannot be looked at keeps no other from
        its turn; one that names no order is kept as an orphan.
        """
        try:
            self._charging.sync_payment(charge_id, account=account, order_id=order_id)
        except Exception:  # noqa: BLE001 - the boundary is one charge
            telemetry.failure("charge_not_swept", charge=charge_id, order_id=order_id)
            return False
        return self._orders.load(order_id) is not None

    def _let_rest(self, account: str | None, last: Reconciled | None, now: int) -> None:
        """Nothing in an account that was taken back can be looked at. It may be given again."""
        until, version = (last.until, last.version) if last else (0, 0)
        self._reconciliations.save(account, Reconciled(until, version, rests_until=now + _DAY))
        telemetry.log("account_gone_rests", account=account)

    def _refunds(self, now: int) -> int:
        """Make refunds that have waited for long; how many were tried. One that fails keeps no other from its turn."""
        wanted = self._orders.wanted(before=now - STREAM_SECONDS)
        turn = now // STREAM_SECONDS * MOST_REFUNDS % max(1, len(wanted))
        due = (wanted[turn:] + wanted[:turn])[:MOST_REFUNDS]
        for order_id, key in due:
            try:
                self._refunding.carry_out(order_id, key)
            except Exception:  # noqa: BLE001 - the timer's boundary is one refund
                telemetry.failure("refund_not_made", order_id=order_id, key=key)
        return len(due)

    def _events(self, account: str | None, since: int) -> int:
        """Put what no endpoint took into the inbox; how many were new there."""
        events = self._payments().undelivered(since=since, kinds=HANDLED, account=account)
        return sum(self._receiving.keep(event.payload, account=account) for event in events)

    def _sessions(self, account: str | None, now: int, *, is_new_day: bool) -> int:
        """Look at completed sessions whose order knows of no payment; how many there were. Once a day as far back as
        the slowest payment may take.
        """
        longest = SLOWEST_PAYMENT_SECONDS if is_new_day else self._hold_seconds + 2 * 3600
        sessions = self._payments().complete_sessions(since=now - longest, account=account)
        return sum(self._look(session, account, now) for session in sessions)

    def _look(self, session: CompleteSession, account: str | None, now: int) -> bool:
        order_id = session.order_id or ""
        if not is_ulid(order_id) or now - session.created < PATIENCE_SECONDS:
            return False
        record = self._orders.load(order_id)
        if record is None or record.facts.issued or record.facts.charge_id is not None:
            return False
        self._charging.sync_payment(session.id, account=account, order_id=order_id)
        return True
