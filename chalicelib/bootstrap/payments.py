"""Stripe: what comes from it and what goes to it: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import config

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.sales_store import DynamoReconciliations
    from chalicelib.adapters.dynamo.stripe_account_store import DynamoStripeAccounts
    from chalicelib.adapters.stripe_pace import Pace
    from chalicelib.bootstrap import Services
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


class PaymentsWiring:
    """Stripe: what comes from it and what goes to it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def reconciliations(self) -> DynamoReconciliations:
        from chalicelib.adapters.dynamo.sales_store import DynamoReconciliations

        return DynamoReconciliations()

    @cached_property
    def stripe(self) -> Payments:
        """Stripe, or its test double."""
        from chalicelib.adapters.stripe_gateway import StripeGateway

        base = self._services.config.stripe_api_base
        return StripeGateway(secret_key=self._services.keys.stripe_secret_key, api_base=base, pace=self.pace)

    @cached_property
    def pace(self) -> Pace:
        from chalicelib.adapters.stripe_pace import Pace

        return Pace(self._services.aws.lines, self._services.clock, self._services.sleep, share=self.stripe_share)

    @cached_property
    def stripe_share(self) -> float:
        """What has an address of its own is the test double, which takes as much as Stripe does in live mode."""
        from chalicelib.adapters.stripe_pace import SANDBOX_SHARE

        is_sandbox = (
            not config.is_live(self._services.keys.stripe_secret_key) and not self._services.config.stripe_api_base
        )
        return SANDBOX_SHARE if is_sandbox else 1.0

    @cached_property
    def open_checkout(self) -> Paying:
        """The pay page of an order."""
        from chalicelib.services.paying import Paying

        return Paying(
            ordering=self._services.orders.place_order,
            orders=self._services.orders.store,
            accounts=self.account_store,
            fee_basis_points=self._services.config.application_fee_basis_points,
            representations=self._services.representations.stored,
            payments=lambda: self.stripe,
            clock=self._services.clock,
            queue=self.queue_for_checkout,
            public_url=self._services.config.public_url,
        )

    @cached_property
    def queue_for_checkout(self) -> QueueForCheckout:
        from chalicelib.adapters.stripe_pace import CHECKOUTS_A_SECOND
        from chalicelib.services.queue_for_checkout import QueueForCheckout

        return QueueForCheckout(
            lines=self._services.aws.lines,
            orders=self._services.orders.store,
            clock=self._services.clock,
            sleep=self._services.sleep,
            a_second=CHECKOUTS_A_SECOND * self.stripe_share,
            hold_seconds=self._services.config.order_hold_seconds,
        )

    @cached_property
    def record_payment(self) -> Charging:
        """Payments become charges and paid orders."""
        from chalicelib.services.charging import Charging
        from chalicelib.services.review_unseen_payment import ReviewUnseenPayment

        livemode = config.is_live(self._services.keys.stripe_secret_key)
        unseen = ReviewUnseenPayment(
            orders=self._services.orders.store,
            payments=lambda: self.stripe,
            telling=self._services.orders.messages,
            clock=self._services.clock,
            livemode=livemode,
        )
        return Charging(
            orders=self._services.orders.store,
            holding=self._services.orders.hold_stock,
            payments=lambda: self.stripe,
            representations=self._services.representations.stored,
            telling=self._services.orders.messages,
            clock=self._services.clock,
            ids=self._services.ids,
            livemode=livemode,
            unseen=unseen,
        )

    @cached_property
    def refund(self) -> Refunding:
        """Money that goes back."""
        from chalicelib.services.refunding import Refunding

        return Refunding(
            orders=self._services.orders.store,
            charging=self.record_payment,
            payments=lambda: self.stripe,
            telling=self._services.orders.messages,
            authorising=self._services.accounts.authorise,
            clock=self._services.clock,
        )

    @cached_property
    def expire_orders(self) -> Releasing:
        """Ends of unpaid orders."""
        from chalicelib.adapters.dynamo.sales_store import DynamoHolds
        from chalicelib.services.releasing import Releasing

        return Releasing(
            orders=self._services.orders.store,
            holds=DynamoHolds(self._services.aws.queries),
            ordering=self._services.orders.place_order,
            charging=self.record_payment,
            telling=self._services.orders.messages,
            admissions=self._services.check_in.store,
            payments=lambda: self.stripe,
            clock=self._services.clock,
            hold_seconds=self._services.config.order_hold_seconds,
        )

    @cached_property
    def account_store(self) -> DynamoStripeAccounts:
        from chalicelib.adapters.dynamo.stripe_account_store import DynamoStripeAccounts

        return DynamoStripeAccounts(self._services.aws.reader, self._services.aws.queries)

    @cached_property
    def stripe_accounts(self) -> AccountsAtStripe:
        """Stripe's side of connected accounts."""
        from chalicelib.adapters.stripe_accounts import StripeAccountsGateway

        base = self._services.config.stripe_api_base
        return StripeAccountsGateway(secret_key=self._services.keys.stripe_secret_key, api_base=base, pace=self.pace)

    @cached_property
    def connect_account(self) -> Onboarding:
        """Events that are paid to their organiser's own account."""
        from chalicelib.services.onboarding import Onboarding

        return Onboarding(
            accounts=self.account_store,
            reconciliations=self.reconciliations,
            at_stripe=lambda: self.stripe_accounts,
            authorising=self._services.accounts.authorise,
            clock=self._services.clock,
            public_url=self._services.config.public_url,
        )

    @cached_property
    def handle_webhook(self) -> Hearing:
        """What Stripe told us."""
        from chalicelib.services.hearing import Hearing

        return Hearing(applying=self.apply_events, onboarding=self.connect_account)

    @cached_property
    def apply_events(self) -> ApplyEvents:
        from chalicelib.services.apply_events import ApplyEvents

        return ApplyEvents(
            orders=self._services.orders.store,
            charging=self.record_payment,
            payments=lambda: self.stripe,
            lines=self._services.aws.lines,
            clock=self._services.clock,
            sleep=self._services.sleep,
        )

    @cached_property
    def reconcile(self) -> Reconciling:
        """What Stripe should have told us."""
        from chalicelib.services.reconciling import Reconciling
        from chalicelib.services.sweep_payments import SweepPayments

        return Reconciling(
            payments=lambda: self.stripe,
            accounts=self.account_store,
            receiving=self.receive_webhook,
            refunding=self.refund,
            sweeping=SweepPayments(
                payments=lambda: self.stripe,
                charging=self.record_payment,
                orders=self._services.orders.store,
                reconciliations=self.reconciliations,
                clock=self._services.clock,
            ),
            orders=self._services.orders.store,
            reconciliations=self.reconciliations,
            clock=self._services.clock,
            hold_seconds=self._services.config.order_hold_seconds,
        )

    @cached_property
    def receive_webhook(self) -> Receiving:
        """Webhook intake; light."""
        from chalicelib.adapters.dynamo.inbox_store import DynamoInbox
        from chalicelib.adapters.dynamo.writer import DynamoWriter
        from chalicelib.adapters.webhook_signature import is_signed
        from chalicelib.services.receiving import Receiving

        writer = DynamoWriter(self._services.aws.dynamodb, table_prefix=self._services.config.table_prefix)
        return Receiving(
            DynamoInbox(writer),
            is_signed,
            self._services.clock,
            secrets=lambda: self._services.keys.webhook_secrets,
            connect_secrets=lambda: self._services.keys.connect_webhook_secrets,
            livemode=config.is_live(self._services.keys.stripe_secret_key),
        )
