"""Finds what Stripe's webhooks did not report. Called by a timer; a run that is killed is repeated from its beginning.

Events that no endpoint took go into the inbox, so they are applied by the same code. Completed sessions whose order
knows of no payment are read directly. Refunds that the stream gave up on, because Stripe did not answer for long, are
made. After that, once a day, all that Stripe lists is compared with what is stored (sweep_payments.py).
"""

from collections.abc import Callable

from chalicelib import telemetry
from chalicelib.core.errors import MarqueeError
from chalicelib.core.ports import Clock
from chalicelib.orders.ports import Orders
from chalicelib.payments.ports import AccountGone, Payments, ReconciledUntil, Reconciliations, StripeAccounts
from chalicelib.payments.services.dispatch_stripe_events import HANDLED
from chalicelib.payments.services.receive_webhook import ReceiveWebhook
from chalicelib.payments.services.refund_payment import RefundPayment
from chalicelib.payments.services.sweep_payments import SweepPayments, SweepStopped

OVERLAP_SECONDS = 600
"""Seconds that a run looks back behind the last one, since Stripe's lists may lag."""
LONGEST_SECONDS = 30 * 24 * 3600 - 3600
"""How long Stripe keeps events (docs.stripe.com/api/events), less a margin."""
_DAY = 24 * 3600
EVERY_SECONDS = 600
"""Seconds between the starts of two runs."""
STREAM_SECONDS = 900
"""Seconds that the stream may try to make a refund before this timer does."""
RUN_SECONDS = 150
"""Seconds in which a run may start parts of its sweeps. The function is stopped after twice that."""
MOST_REFUNDS = 50
"""Refunds that one run tries to make; the next run starts with others."""


class Reconcile:
    def __init__(
        self,
        *,
        payments: Callable[[], Payments],
        accounts: StripeAccounts,
        receive_webhook: ReceiveWebhook,
        refund_payment: RefundPayment,
        sweep_payments: SweepPayments,
        orders: Orders,
        reconciliations: Reconciliations,
        clock: Clock,
        hold_seconds: int,
    ) -> None:
        self._payments = payments
        self._accounts = accounts
        self._receive_webhook = receive_webhook
        self._refund_payment = refund_payment
        self._sweep_payments = sweep_payments
        self._orders = orders
        self._reconciliations = reconciliations
        self._clock = clock
        self._hold_seconds = hold_seconds

    def reconcile(self, *, until: float | None = None) -> int:
        """Reads what is new in every account and returns how much was found. An account that cannot be read now is read
        from the same moment on next time; one that its owner took back, at most once a day. Then makes refunds that
        wait. Last, sweeps accounts until the clock (Unix seconds) has reached `until`.
        """
        now = int(self._clock.now())
        until = now + RUN_SECONDS if until is None else until
        found, seen = 0, []
        for account in (None, *self._accounts.list_connected()):
            new = self._reconcile_account(account, now, until)
            if new is not None:
                found += new
                seen.append(account)
        found += self._refunds(now)
        turn = now // EVERY_SECONDS % max(1, len(seen))
        for account in seen[turn:] + seen[:turn]:
            found += self._swept(account, until)
        telemetry.log("reconciled", found=found)
        return found

    def _reconcile_account(self, account: str | None, now: int, until: float) -> int | None:
        """Reads what is new in an account and stores how far it was read. Returns how much was found; None when the
        account could not be read.
        """
        last = self._reconciliations.load_last(account)
        if last is not None and now < last.rests_until:
            return None
        since = max(now - LONGEST_SECONDS, (last.until if last else now - LONGEST_SECONDS) - OVERLAP_SECONDS)
        try:
            found = self._events(account, since) + self._sessions(account, now, until)
        except AccountGone:
            self._let_rest(account, last, now)
            return None
        except MarqueeError as failure:
            telemetry.log("not_reconciled", account=account, code=failure.code)
            return None
        except Exception:  # noqa: BLE001 - the timer's boundary is one account
            telemetry.failure("not_reconciled", account=account)
            return None
        self._reconciliations.save(account, ReconciledUntil(now, last.version if last else 0))
        return found

    def _swept(self, account: str | None, until: float) -> int:
        """Sweeps an account and returns how much was found."""
        try:
            return self._sweep_payments.sweep_payments(account, until=until)
        except Exception:  # noqa: BLE001 - the timer's boundary is one account
            telemetry.failure("not_swept", account=account)
            return 0

    def _let_rest(self, account: str | None, last: ReconciledUntil | None, now: int) -> None:
        """Skips an account that was taken back for a day; access may be given again."""
        until, version = (last.until, last.version) if last else (0, 0)
        self._reconciliations.save(account, ReconciledUntil(until, version, rests_until=now + _DAY))
        telemetry.log("account_gone_rests", account=account)

    def _refunds(self, now: int) -> int:
        """Makes refunds that have waited for long and returns how many were tried. One that fails does not stop the
        others.
        """
        wanted = self._orders.load_wanted(before=now - STREAM_SECONDS, now=now)
        turn = now // STREAM_SECONDS * MOST_REFUNDS % max(1, len(wanted))
        due = (wanted[turn:] + wanted[:turn])[:MOST_REFUNDS]
        for order_id, key in due:
            try:
                self._refund_payment.carry_out(order_id, key)
            except Exception:  # noqa: BLE001 - the timer's boundary is one refund
                telemetry.failure("refund_not_made", order_id=order_id, key=key)
        return len(due)

    def _events(self, account: str | None, since: int) -> int:
        """Stores events that no endpoint took in the inbox and returns how many were new."""
        events = self._payments().list_undelivered(since=since, kinds=HANDLED, account=account)
        return sum(self._receive_webhook.store_fetched_event(event.payload, account=account) for event in events)

    def _sessions(self, account: str | None, now: int, until: float) -> int:
        """Reads completed sessions whose order knows of no payment and returns how many there were. Those that no time
        is left for are listed again in the next run.
        """
        since = now - self._hold_seconds - 2 * 3600
        sessions = self._payments().list_complete_sessions(since=since, account=account)
        try:
            return self._sweep_payments.look_at_sessions(sessions, account, until=until)
        except SweepStopped:
            telemetry.log("sessions_left", account=account)
            return 0
