"""Stripe: what comes from it and what goes to it: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import config

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.payments.adapters.accounts import DynamoStripeAccounts
    from chalicelib.payments.adapters.holds import DynamoHolds
    from chalicelib.payments.adapters.inbox import DynamoStripeInbox
    from chalicelib.payments.adapters.orphans import DynamoOrphans
    from chalicelib.payments.adapters.reconciliations import DynamoReconciliations
    from chalicelib.payments.adapters.stripe_pace import Pace
    from chalicelib.payments.ports import AccountsAtStripe, Payments
    from chalicelib.payments.services.apply_stripe_events import ApplyStripeEvents
    from chalicelib.payments.services.cancel_order import CancelOrder
    from chalicelib.payments.services.connect_account import ConnectAccount
    from chalicelib.payments.services.dispatch_stripe_events import DispatchStripeEvents
    from chalicelib.payments.services.expire_orders import ExpireOrders
    from chalicelib.payments.services.open_checkout import OpenCheckout
    from chalicelib.payments.services.queue_for_checkout import QueueForCheckout
    from chalicelib.payments.services.receive_webhook import ReceiveWebhook
    from chalicelib.payments.services.reconcile import Reconcile
    from chalicelib.payments.services.record_fees import RecordFees
    from chalicelib.payments.services.record_payment import RecordPayment
    from chalicelib.payments.services.refund_payment import RefundPayment
    from chalicelib.payments.services.release_tickets import ReleaseTickets


class PaymentsWiring:
    """Stripe: what comes from it and what goes to it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def inbox(self) -> DynamoStripeInbox:
        from chalicelib.aws.dynamo_writer import DynamoWriter
        from chalicelib.payments.adapters.inbox import DynamoStripeInbox

        return DynamoStripeInbox(
            DynamoWriter(self._services.aws.dynamodb, table_prefix=self._services.config.table_prefix)
        )

    @cached_property
    def holds(self) -> DynamoHolds:
        from chalicelib.payments.adapters.holds import DynamoHolds

        return DynamoHolds(self._services.aws.queries)

    @cached_property
    def reconciliations(self) -> DynamoReconciliations:
        from chalicelib.payments.adapters.reconciliations import DynamoReconciliations

        return DynamoReconciliations()

    @cached_property
    def orphans(self) -> DynamoOrphans:
        from chalicelib.payments.adapters.orphans import DynamoOrphans

        return DynamoOrphans()

    @cached_property
    def stripe(self) -> Payments:
        """Stripe, or its test double."""
        from chalicelib.payments.adapters.stripe import StripeGateway

        base = self._services.config.stripe_api_base
        return StripeGateway(secret_key=self._services.keys.stripe_secret_key, api_base=base, pace=self.pace)

    @cached_property
    def pace(self) -> Pace:
        from chalicelib.payments.adapters.stripe_pace import Pace

        return Pace(self._services.aws.lines, self._services.clock, self._services.sleep, share=self.stripe_share)

    @cached_property
    def stripe_share(self) -> float:
        """What has an address of its own is the test double, which takes as much as Stripe does in live mode."""
        from chalicelib.payments.adapters.stripe_pace import SANDBOX_SHARE

        is_sandbox = (
            not config.is_live(self._services.keys.stripe_secret_key) and not self._services.config.stripe_api_base
        )
        return SANDBOX_SHARE if is_sandbox else 1.0

    @cached_property
    def open_checkout(self) -> OpenCheckout:
        """The pay page of an order."""
        from chalicelib.payments.services.open_checkout import OpenCheckout

        return OpenCheckout(
            place_order=self._services.orders.place_order,
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
        from chalicelib.payments.adapters.stripe_pace import CHECKOUTS_A_SECOND
        from chalicelib.payments.services.queue_for_checkout import QueueForCheckout

        return QueueForCheckout(
            lines=self._services.aws.lines,
            orders=self._services.orders.store,
            clock=self._services.clock,
            sleep=self._services.sleep,
            a_second=CHECKOUTS_A_SECOND * self.stripe_share,
            hold_seconds=self._services.config.order_hold_seconds,
        )

    @cached_property
    def record_payment(self) -> RecordPayment:
        """Payments become charges and paid orders."""
        from chalicelib.payments.services.record_payment import RecordPayment
        from chalicelib.payments.services.review_unseen_payment import ReviewUnseenPayment

        livemode = config.is_live(self._services.keys.stripe_secret_key)
        review_unseen_payment = ReviewUnseenPayment(
            orders=self._services.orders.store,
            orphans=self.orphans,
            payments=lambda: self.stripe,
            order_messages=self._services.orders.messages,
            clock=self._services.clock,
            livemode=livemode,
        )
        return RecordPayment(
            orders=self._services.orders.store,
            orphans=self.orphans,
            hold_stock=self._services.orders.hold_stock,
            payments=lambda: self.stripe,
            representations=self._services.representations.stored,
            order_messages=self._services.orders.messages,
            clock=self._services.clock,
            ids=self._services.ids,
            livemode=livemode,
            review_unseen_payment=review_unseen_payment,
        )

    @cached_property
    def refund_payment(self) -> RefundPayment:
        """Money that goes back."""
        from chalicelib.payments.services.refund_payment import RefundPayment

        return RefundPayment(
            orders=self._services.orders.store,
            record_payment=self.record_payment,
            payments=lambda: self.stripe,
            order_messages=self._services.orders.messages,
            authorise=self._services.accounts.authorise,
            clock=self._services.clock,
        )

    @cached_property
    def release_tickets(self) -> ReleaseTickets:
        from chalicelib.payments.services.release_tickets import ReleaseTickets

        return ReleaseTickets(
            orders=self._services.orders.store,
            record_payment=self.record_payment,
            order_messages=self._services.orders.messages,
            payments=lambda: self.stripe,
            clock=self._services.clock,
        )

    @cached_property
    def cancel_order(self) -> CancelOrder:
        from chalicelib.payments.services.cancel_order import CancelOrder

        return CancelOrder(
            place_order=self._services.orders.place_order,
            release_tickets=self.release_tickets,
            admissions=self._services.check_in.store,
            clock=self._services.clock,
        )

    @cached_property
    def expire_orders(self) -> ExpireOrders:
        from chalicelib.payments.services.expire_orders import ExpireOrders

        return ExpireOrders(
            orders=self._services.orders.store,
            holds=self.holds,
            release_tickets=self.release_tickets,
            clock=self._services.clock,
            hold_seconds=self._services.config.order_hold_seconds,
        )

    @cached_property
    def account_store(self) -> DynamoStripeAccounts:
        from chalicelib.payments.adapters.accounts import DynamoStripeAccounts

        return DynamoStripeAccounts(self._services.aws.reader, self._services.aws.queries)

    @cached_property
    def stripe_accounts(self) -> AccountsAtStripe:
        """Stripe's side of connected accounts."""
        from chalicelib.payments.adapters.stripe_connect import StripeAccountsGateway

        base = self._services.config.stripe_api_base
        return StripeAccountsGateway(secret_key=self._services.keys.stripe_secret_key, api_base=base, pace=self.pace)

    @cached_property
    def connect_account(self) -> ConnectAccount:
        """Events that are paid to their organiser's own account."""
        from chalicelib.payments.services.connect_account import ConnectAccount

        return ConnectAccount(
            accounts=self.account_store,
            reconciliations=self.reconciliations,
            at_stripe=lambda: self.stripe_accounts,
            authorise=self._services.accounts.authorise,
            clock=self._services.clock,
            public_url=self._services.config.public_url,
        )

    @cached_property
    def dispatch_stripe_events(self) -> DispatchStripeEvents:
        """Passes stored Stripe events on."""
        from chalicelib.payments.services.dispatch_stripe_events import DispatchStripeEvents

        return DispatchStripeEvents(apply_stripe_events=self.apply_stripe_events, connect_account=self.connect_account)

    @cached_property
    def record_fees(self) -> RecordFees:
        from chalicelib.payments.services.record_fees import RecordFees

        return RecordFees(apply_stripe_events=self.apply_stripe_events)

    @cached_property
    def apply_stripe_events(self) -> ApplyStripeEvents:
        from chalicelib.payments.services.apply_stripe_events import ApplyStripeEvents

        return ApplyStripeEvents(
            orders=self._services.orders.store,
            record_payment=self.record_payment,
            payments=lambda: self.stripe,
            lines=self._services.aws.lines,
            clock=self._services.clock,
            sleep=self._services.sleep,
        )

    @cached_property
    def reconcile(self) -> Reconcile:
        """What Stripe should have told us."""
        from chalicelib.payments.services.reconcile import Reconcile
        from chalicelib.payments.services.sweep_payments import SweepPayments

        return Reconcile(
            payments=lambda: self.stripe,
            accounts=self.account_store,
            receive_webhook=self.receive_webhook,
            refund_payment=self.refund_payment,
            sweep_payments=SweepPayments(
                payments=lambda: self.stripe,
                record_payment=self.record_payment,
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
    def receive_webhook(self) -> ReceiveWebhook:
        """Webhook intake; light."""
        from chalicelib.payments.adapters.webhook_signature import is_signed
        from chalicelib.payments.services.receive_webhook import ReceiveWebhook

        return ReceiveWebhook(
            self.inbox,
            is_signed,
            self._services.clock,
            secrets=lambda: self._services.keys.webhook_secrets,
            connect_secrets=lambda: self._services.keys.connect_webhook_secrets,
            livemode=config.is_live(self._services.keys.stripe_secret_key),
        )
