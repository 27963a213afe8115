"""What services need of connected Stripe accounts: where they are kept, and what Stripe says of them."""

from typing import Protocol

from chalicelib.payments.domain.stripe_account import StripeAccount


class StripeAccounts(Protocol):
    """Keeps which account each event is paid to."""

    def of_event(self, event_id: str) -> StripeAccount | None:
        """The account of an event, strongly consistent."""

    def events_of(self, account_id: str) -> list[str]:
        """The events that an account is paid for."""

    def connected(self) -> list[str]:
        """Ids of the accounts that events are paid to, also of those that were taken back."""

    def save(self, account: StripeAccount) -> None:
        """Keep an event's account, newly connected."""

    def replace(self, before: StripeAccount, after: StripeAccount) -> bool:
        """Keep what is known of it now, unless somebody changed it since. Whether it was kept."""

    def forget(self, account: StripeAccount, *, until: int) -> None:
        """The event is paid to the platform again; the account counts as connected until then (Unix seconds)."""


class AccountsAtStripe(Protocol):
    """Stripe's side of connected accounts. Every call may raise UpstreamFailed."""

    def create(self, event_id: str, *, instead_of: str | None = None) -> str:
        """The id of the event's account, made now or before; `instead_of` names one that is of no use any more."""

    def onboarding_url(self, account_id: str, *, back: str) -> str:
        """Where its owner tells Stripe what Stripe must know; `back` is where to go afterwards."""

    def is_ready(self, account_id: str) -> bool | None:
        """Whether it can take payments; None when it is connected no more."""
