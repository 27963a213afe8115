"""Asks Stripe what its webhooks should have told. Called by a timer; killed anywhere, it begins again.

Events that no endpoint took go into the same inbox as those that came, and so through the same code. Sessions that
were completed while their order knows of no payment are looked at directly. Refunds that the stream gave up on, because
Stripe was away for long, are made.
Once a day all that Stripe lists is compared with what is kept (sweep_payments.py), when all else is done and saved.
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
"""How far a run looks back behind the last one: Stripe's lists may lag."""
LONGEST_SECONDS = 30 * 24 * 3600 - 3600
"""How long Stripe keeps events (docs.stripe.com/api/events), less a margin."""
_DAY = 24 * 3600
EVERY_SECONDS = 600
"""How often a run begins."""
STREAM_SECONDS = 900
"""How long the stream may try to make a refund before we do."""
RUN_SECONDS = 150
"""How long a run may begin pieces of its sweeps; it is killed after twice that."""
MOST_REFUNDS = 50
"""How many refunds one run tries to make; the next run begins with others."""


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
        """Look at every account once and return how much was found. An account that cannot be looked at now is looked
        at from the same moment on next time; one that its owner took back, no more than once a day. Then refunds that
        wait are made, and last, until the clock (Unix seconds) has reached `until`, accounts are swept.
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
        """Look at what is new in an account, and save that; how much was found, or None when it could not be seen."""
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
        """Sweep an account; how much was found."""
        try:
            return self._sweep_payments.sweep_payments(account, until=until)
        except Exception:  # noqa: BLE001 - the timer's boundary is one account
            telemetry.failure("not_swept", account=account)
            return 0

    def _let_rest(self, account: str | None, last: ReconciledUntil | None, now: int) -> None:
        """Nothing in an account that was taken back can be looked at. It may be given again."""
        until, version = (last.until, last.version) if last else (0, 0)
        self._reconciliations.save(account, ReconciledUntil(until, version, rests_until=now + _DAY))
        telemetry.log("account_gone_rests", account=account)

    def _refunds(self, now: int) -> int:
        """Make refunds that have waited for long; how many were tried. One that fails keeps no other from its turn."""
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
        """Put what no endpoint took into the inbox; how many were new there."""
        events = self._payments().list_undelivered(since=since, kinds=HANDLED, account=account)
        return sum(self._receive_webhook.store_fetched_event(event.payload, account=account) for event in events)

    def _sessions(self, account: str | None, now: int, until: float) -> int:
        """Look at completed sessions whose order knows of no payment; how many there were. Those that no time is left
        for are listed again in the next run.
        """
        since = now - self._hold_seconds - 2 * 3600
        sessions = self._payments().list_complete_sessions(since=since, account=account)
        try:
            return self._sweep_payments.look_at_sessions(sessions, account, until=until)
        except SweepStopped:
            telemetry.log("sessions_left", account=account)
            return 0
