"""Connects events with their organisers' own Stripe accounts. Called by its routes and by dispatch_stripe_events.py.

An order keeps the account that its checkout was opened for, so a change of account affects no open order.
"""

from collections.abc import Callable

from msgspec.structs import replace

from chalicelib import telemetry
from chalicelib.accounts.services.authorise import Authorise
from chalicelib.core.errors import NotFound
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import Match, require_match
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.payments.domain.stripe_account import StripeAccount
from chalicelib.payments.ports import AccountsAtStripe, Reconciliations, StripeAccounts
from chalicelib.representations.represent import represent

LOOKED_AT_SECONDS = 40 * 24 * 3600
"""How long refunds and disputes of a disconnected account's orders are still reconciled."""


class ConnectAccount:
    """Connects, refreshes and disconnects accounts."""

    def __init__(
        self,
        *,
        accounts: StripeAccounts,
        reconciliations: Reconciliations,
        at_stripe: Callable[[], AccountsAtStripe],
        authorise: Authorise,
        clock: Clock,
        public_url: str,
    ) -> None:
        self._accounts = accounts
        self._reconciliations = reconciliations
        self._at_stripe = at_stripe
        self._authorise = authorise
        self._clock = clock
        self._public_url = public_url

    def connect_stripe_account(self, event_id: str, *, caller: Principal) -> tuple[StripeAccount, str]:
        """Returns the event's account, created if there is none, and the URL of Stripe's onboarding. Raises NotFound,
        Forbidden, UpstreamFailed.
        """
        self._authorise.require(caller, event_id, Action.PAY_OUT)
        account = self._accounts.load_account(event_id)
        if account is None or account.disconnected_at is not None:
            account_id = self._at_stripe().create_account(event_id, instead_of=account.id if account else None)
            now = moment(self._clock.now())
            ready = bool(self._at_stripe().is_ready(account_id))
            account = StripeAccount(id=account_id, event_id=event_id, ready=ready, connected_at=now)
            self._accounts.save(account)
            telemetry.log("stripe_account_connected", event_id=event_id, account=account_id)
        back = f"{self._public_url}/events/{event_id}/sales"
        return account, self._at_stripe().make_onboarding_url(account.id, back=back)

    def read_stripe_account(self, event_id: str, *, caller: Principal) -> StripeAccount:
        """Returns the event's account. Raises NotFound, Forbidden."""
        self._authorise.require(caller, event_id, Action.PAY_OUT)
        account = self._accounts.load_account(event_id)
        if account is None:
            raise NotFound
        return account

    def disconnect_stripe_account(self, event_id: str, *, caller: Principal, match: Match) -> None:
        """Disconnects the account: payments go to the platform again. Raises NotFound, Forbidden, PreconditionRequired,
        PreconditionFailed.
        """
        account = self.read_stripe_account(event_id, caller=caller)
        made = represent(account)
        require_match(match, etag=made.etag, body=made.body)
        self._accounts.forget(account, until=int(self._clock.now()) + LOOKED_AT_SECONDS)
        telemetry.log("stripe_account_disconnected", event_id=event_id, account=account.id)

    def refresh_stripe_account(self, account_id: str) -> None:
        """Reads at Stripe whether an account is ready, not ready or taken back, and stores that. The next run
        reconciles an account that can be read again. Raises UpstreamFailed.
        """
        events = self._accounts.list_events(account_id)
        ready = self._at_stripe().is_ready(account_id) if events else None
        last = None if ready is None else self._reconciliations.load_last(account_id)
        if last is not None and last.rests_until:
            self._reconciliations.save(account_id, last._replace(rests_until=0))
        for event_id in events:
            account = self._accounts.load_account(event_id)
            if account is None or account.id != account_id:
                continue
            gone = account.disconnected_at or (moment(self._clock.now()) if ready is None else None)
            fresh = replace(account, ready=bool(ready), disconnected_at=gone if ready is None else None)
            if fresh != account and self._accounts.replace(account, fresh):
                telemetry.log("stripe_account_changed", account=account_id, ready=fresh.ready, gone=gone is not None)
