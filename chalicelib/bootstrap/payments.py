"""Payments: Stripe, what comes from it and what goes to it.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import config
from chalicelib.bootstrap.sales import SalesServices

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.stripe_account_store import DynamoStripeAccounts
    from chalicelib.adapters.stripe_pace import Pace
    from chalicelib.ports.payments import Payments
    from chalicelib.ports.stripe_accounts import AccountsAtStripe
    from chalicelib.services.apply_events import ApplyEvents
    from chalicelib.services.charging import Charging
    from chalicelib.services.hearing import Hearing
    from chalicelib.services.onboarding import Onboarding
    from chalicelib.services.paying import Paying
    from chalicelib.services.queue_for_checkout import QueueForCheckout
    from chalicelib.services.receiving import Receiving
    from chalicelib.services.reconciling import Reconciling
    from chalicelib.services.refunding import Refunding
    from chalicelib.services.releasing import Releasing


class PaymentServices(SalesServices):
    """Payments: Stripe, what comes from it and what goes to it."""

    @cached_property
    def payments(self) -> Payments:
        """Stripe, or its test double."""
        from chalicelib.adapters.stripe_gateway import StripeGateway

        base = self.config.stripe_api_base
        return StripeGateway(secret_key=self._stripe_secret_key, api_base=base, pace=self._stripe_pace)

    @cached_property
    def _stripe_pace(self) -> Pace:
        from time import sleep

        from chalicelib.adapters.stripe_pace import Pace

        return Pace(self._lines, self.clock, sleep, share=self._stripe_share)

    @cached_property
    def _stripe_share(self) -> float:
        """What has an address of its own is the test double, which takes as much as Stripe does in live mode."""
        from chalicelib.adapters.stripe_pace import SANDBOX_SHARE

        is_sandbox = not config.is_live(self._stripe_secret_key) and not self.config.stripe_api_base
        return SANDBOX_SHARE if is_sandbox else 1.0

    @cached_property
    def paying(self) -> Paying:
        """The pay page of an order."""
        from chalicelib.services.paying import Paying

        return Paying(
            ordering=self.ordering,
            orders=self._orders,
            accounts=self._stripe_accounts,
            fee_basis_points=self.config.application_fee_basis_points,
            representations=self._representations,
            payments=lambda: self.payments,
            clock=self.clock,
            queue=self._checkout_queue,
            public_url=self.config.public_url,
        )

    @cached_property
    def _checkout_queue(self) -> QueueForCheckout:
        from time import sleep

        from chalicelib.adapters.stripe_pace import CHECKOUTS_A_SECOND
        from chalicelib.services.queue_for_checkout import QueueForCheckout

        return QueueForCheckout(
            lines=self._lines,
            orders=self._orders,
            clock=self.clock,
            sleep=sleep,
            a_second=CHECKOUTS_A_SECOND * self._stripe_share,
            hold_seconds=self.config.order_hold_seconds,
        )

    @cached_property
    def charging(self) -> Charging:
        """Payments become charges and paid orders."""
        from chalicelib.services.charging import Charging
        from chalicelib.services.review_unseen_payment import ReviewUnseenPayment

        livemode = config.is_live(self._stripe_secret_key)
        unseen = ReviewUnseenPayment(
            orders=self._orders,
            payments=lambda: self.payments,
            telling=self._telling,
            clock=self.clock,
            livemode=livemode,
        )
        return Charging(
            orders=self._orders,
            holding=self._holding,
            payments=lambda: self.payments,
            representations=self._representations,
            telling=self._telling,
            clock=self.clock,
            ids=self.ids,
            livemode=livemode,
            unseen=unseen,
        )

    @cached_property
    def refunding(self) -> Refunding:
        """Money that goes back."""
        from chalicelib.services.refunding import Refunding

        return Refunding(
            orders=self._orders,
            charging=self.charging,
            payments=lambda: self.payments,
            telling=self._telling,
            authorising=self.authorising,
            clock=self.clock,
        )

    @cached_property
    def releasing(self) -> Releasing:
        """Ends of unpaid orders."""
        from chalicelib.adapters.dynamo.sales_store import DynamoHolds
        from chalicelib.services.releasing import Releasing

        return Releasing(
            orders=self._orders,
            holds=DynamoHolds(self._queries),
            ordering=self.ordering,
            charging=self.charging,
            telling=self._telling,
            admissions=self._admissions,
            payments=lambda: self.payments,
            clock=self.clock,
            hold_seconds=self.config.order_hold_seconds,
        )

    @cached_property
    def _stripe_accounts(self) -> DynamoStripeAccounts:
        from chalicelib.adapters.dynamo.stripe_account_store import DynamoStripeAccounts

        return DynamoStripeAccounts(self._reader, self._queries)

    @cached_property
    def accounts_at_stripe(self) -> AccountsAtStripe:
        """Stripe's side of connected accounts."""
        from chalicelib.adapters.stripe_accounts import StripeAccountsGateway

        base = self.config.stripe_api_base
        return StripeAccountsGateway(secret_key=self._stripe_secret_key, api_base=base, pace=self._stripe_pace)

    @cached_property
    def onboarding(self) -> Onboarding:
        """Events that are paid to their organiser's own account."""
        from chalicelib.adapters.dynamo.sales_store import DynamoReconciliations
        from chalicelib.services.onboarding import Onboarding

        return Onboarding(
            accounts=self._stripe_accounts,
            reconciliations=DynamoReconciliations(),
            at_stripe=lambda: self.accounts_at_stripe,
            authorising=self.authorising,
            clock=self.clock,
            public_url=self.config.public_url,
        )

    @cached_property
    def hearing(self) -> Hearing:
        """What Stripe told us."""
        from chalicelib.services.hearing import Hearing

        return Hearing(applying=self._applying, onboarding=self.onboarding)

    @cached_property
    def _applying(self) -> ApplyEvents:
        from time import sleep

        from chalicelib.services.apply_events import ApplyEvents

        return ApplyEvents(
            orders=self._orders,
            charging=self.charging,
            payments=lambda: self.payments,
            lines=self._lines,
            clock=self.clock,
            sleep=sleep,
        )

    @cached_property
    def reconciling(self) -> Reconciling:
        """What Stripe should have told us."""
        from chalicelib.adapters.dynamo.sales_store import DynamoReconciliations
        from chalicelib.services.reconciling import Reconciling
        from chalicelib.services.sweep_payments import SweepPayments

        reconciliations = DynamoReconciliations()
        return Reconciling(
            payments=lambda: self.payments,
            accounts=self._stripe_accounts,
            receiving=self.receiving,
            refunding=self.refunding,
            sweeping=SweepPayments(
                payments=lambda: self.payments,
                charging=self.charging,
                orders=self._orders,
                reconciliations=reconciliations,
                clock=self.clock,
            ),
            orders=self._orders,
            reconciliations=reconciliations,
            clock=self.clock,
            hold_seconds=self.config.order_hold_seconds,
        )

    @cached_property
    def receiving(self) -> Receiving:
        """Webhook intake; light."""
        from chalicelib.adapters.dynamo.inbox_store import DynamoInbox
        from chalicelib.adapters.dynamo.writer import DynamoWriter
        from chalicelib.adapters.webhook_signature import is_signed
        from chalicelib.services.receiving import Receiving

        writer = DynamoWriter(self.dynamodb, table_prefix=self.config.table_prefix)
        return Receiving(
            DynamoInbox(writer),
            is_signed,
            self.clock,
            secrets=lambda: self._webhook_secrets,
            connect_secrets=lambda: self._connect_webhook_secrets,
            livemode=config.is_live(self._stripe_secret_key),
        )

    @cached_property
    def _webhook_secrets(self) -> tuple[str, ...]:
        return config.webhook_secrets(self._secrets.reveal(self.config.stripe_webhook_secret))

    @cached_property
    def _connect_webhook_secrets(self) -> tuple[str, ...]:
        return config.webhook_secrets(self._secrets.reveal(self.config.stripe_connect_webhook_secret))
