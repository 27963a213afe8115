"""Ticket types, orders, payments.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib import config
from chalicelib.bootstrap.core import Core

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.sales_store import DynamoOrders
    from chalicelib.adapters.dynamo.staff import DynamoStaff
    from chalicelib.ports.payments import Payments
    from chalicelib.services.charging import Charging
    from chalicelib.services.disclosing import Disclosing
    from chalicelib.services.holding import Holding
    from chalicelib.services.ordering import Ordering
    from chalicelib.services.paying import Paying
    from chalicelib.services.receiving import Receiving
    from chalicelib.services.refunding import Refunding
    from chalicelib.services.releasing import Releasing
    from chalicelib.services.selling import Selling
    from chalicelib.services.showing import Showing
    from chalicelib.services.telling import Telling


class SalesServices(Core):
    """Ticket types, orders, payments."""

    @cached_property
    def _orders(self) -> DynamoOrders:
        from chalicelib.adapters.dynamo.sales_store import DynamoOrders

        return DynamoOrders()

    @cached_property
    def _telling(self) -> Telling:
        from chalicelib.services.telling import Telling

        def keys() -> list[bytes]:
            return [secret.encode() for secret in self._token_keys.values()]

        return Telling(
            self._representations, lambda: self._staff, self.clock, keys=keys, public_url=self.config.public_url
        )

    @cached_property
    def _staff(self) -> DynamoStaff:
        from chalicelib.adapters.dynamo.staff import DynamoStaff

        return DynamoStaff(self._queries)

    @cached_property
    def payments(self) -> Payments:
        """Stripe, or its test double."""
        from chalicelib.adapters.stripe_gateway import StripeGateway

        return StripeGateway(secret_key=self._stripe_secret_key, api_base=self.config.stripe_api_base)

    @cached_property
    def showing(self) -> Showing:
        """Reads of ticket types, orders and charges."""
        from chalicelib.services.showing import Showing

        return Showing(self._sales_view, self._representations, cursor_key=self.cursor_key)

    @cached_property
    def disclosing(self) -> Disclosing:
        """Reads of an order, its charges and refunds."""
        from chalicelib.services.disclosing import Disclosing

        return Disclosing(self._sales_view, self.authorising)

    @cached_property
    def selling(self) -> Selling:
        """Writes of ticket types."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.adapters.dynamo.ticket_type_store import DynamoTicketTypes
        from chalicelib.services.selling import Selling

        return Selling(
            store=DynamoTicketTypes(),
            view=self._sales_view,
            content=DynamoContentStore(),
            authorising=self.authorising,
            clock=self.clock,
            ids=self.ids,
        )

    @cached_property
    def _holding(self) -> Holding:
        from chalicelib.services.holding import Holding

        return Holding(self._sales_view, self._orders)

    @cached_property
    def ordering(self) -> Ordering:
        """Orders, from the form to the pay page."""
        from chalicelib.services.ordering import Ordering

        return Ordering(
            view=self._sales_view,
            representations=self._representations,
            orders=self._orders,
            holding=self._holding,
            telling=self._telling,
            authorising=self.authorising,
            clock=self.clock,
            ids=self.ids,
            key=self.cursor_key,
            hold_seconds=self.config.order_hold_seconds,
        )

    @cached_property
    def paying(self) -> Paying:
        """The pay page of an order."""
        from chalicelib.services.paying import Paying

        return Paying(
            ordering=self.ordering,
            orders=self._orders,
            representations=self._representations,
            payments=lambda: self.payments,
            clock=self.clock,
            public_url=self.config.public_url,
        )

    @cached_property
    def charging(self) -> Charging:
        """Payments become charges and paid orders."""
        from chalicelib.services.charging import Charging

        return Charging(
            orders=self._orders,
            holding=self._holding,
            payments=lambda: self.payments,
            telling=self._telling,
            clock=self.clock,
            ids=self.ids,
            livemode=config.is_live(self._stripe_secret_key),
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
            payments=lambda: self.payments,
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
            secrets=config.webhook_secrets(self._secrets.reveal(self.config.stripe_webhook_secret)),
            livemode=config.is_live(self._stripe_secret_key),
        )
