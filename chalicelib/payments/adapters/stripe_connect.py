"""Connected accounts at Stripe, through the stripe library. Port `AccountsAtStripe`.

Standard accounts with direct charges: their owner has the contract with Stripe, the platform never holds the money.
Source: docs.stripe.com/connect/standard-accounts and docs.stripe.com/connect/direct-charges.
"""

from typing import Any

import stripe

from chalicelib.payments.adapters.stripe import client, fail, is_gone
from chalicelib.payments.adapters.stripe_pace import Pace


class StripeAccountsGateway:
    """Connected accounts through Stripe's API. Port `AccountsAtStripe`."""

    def __init__(self, *, secret_key: str, api_base: str = "", pace: Pace | None = None) -> None:
        self._client = client(secret_key, api_base, pace)

    def create_account(self, event_id: str, *, instead_of: str | None = None) -> str:
        """Returns the id of the event's account. Creates it unless an earlier call did. Raises UpstreamFailed."""
        parameters: Any = {"type": "standard", "metadata": {"event_id": event_id}}
        try:
            return str(
                self._client.v1.accounts.create(parameters, {"idempotency_key": f"acct:{event_id}:{instead_of}"}).id
            )
        except stripe.StripeError as error:
            fail("create_account", error)

    def make_onboarding_url(self, account_id: str, *, back: str) -> str:
        """Returns the URL where the owner gives Stripe the data it requires; it works once. Raises UpstreamFailed."""
        parameters: Any = {
            "account": account_id,
            "type": "account_onboarding",
            "return_url": back,
            "refresh_url": back,
        }
        try:
            return str(self._client.v1.account_links.create(parameters).url)
        except stripe.StripeError as error:
            fail("onboard_account", error)

    def is_ready(self, account_id: str) -> bool | None:
        """Returns whether the account can take payments; None when it is no longer connected. Raises UpstreamFailed."""
        try:
            return bool(self._client.v1.accounts.retrieve(account_id).charges_enabled)
        except stripe.StripeError as error:
            if isinstance(error, stripe.PermissionError) and is_gone(error):
                return None
            fail("read_account", error)
