"""Wires orders and the messages about them: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.orders.adapters.dynamo import DynamoOrders
    from chalicelib.orders.adapters.reads import DynamoOrdersView
    from chalicelib.orders.services.draft_order import DraftOrder
    from chalicelib.orders.services.hold_stock import HoldStock
    from chalicelib.orders.services.notify_undelivered import NotifyUndelivered
    from chalicelib.orders.services.order_messages import OrderMessages
    from chalicelib.orders.services.place_order import PlaceOrder
    from chalicelib.orders.services.read_order import ReadOrder


class OrdersWiring:
    """The adapters and services of orders and the messages about them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def store(self) -> DynamoOrders:
        from chalicelib.orders.adapters.dynamo import DynamoOrders

        return DynamoOrders()

    @cached_property
    def view(self) -> DynamoOrdersView:
        from chalicelib.orders.adapters.reads import DynamoOrdersView

        return DynamoOrdersView(self._services.aws.reader, self._services.aws.queries)

    @cached_property
    def messages(self) -> OrderMessages:
        from chalicelib.orders.services.order_messages import OrderMessages

        return OrderMessages(
            self._services.representations.stored,
            lambda: self._services.accounts.roles,
            self._services.clock,
            choose_channels=self._services.notifications.choose_channels,
            contacts=self._services.accounts.contacts,
            keys=self._services.keys.link_keys,
            public_url=self._services.config.public_url,
        )

    @cached_property
    def read_order(self) -> ReadOrder:
        """Reads an order, its charges and its refunds."""
        from chalicelib.orders.services.read_order import ReadOrder

        return ReadOrder(self.view, self._services.accounts.authorise)

    @cached_property
    def hold_stock(self) -> HoldStock:
        from chalicelib.orders.services.hold_stock import HoldStock

        return HoldStock(self._services.catalog.view, self.store)

    @cached_property
    def draft_order(self) -> DraftOrder:
        from chalicelib.orders.services.draft_order import DraftOrder

        return DraftOrder(self._services.ids, self._services.keys.cursor_key)

    @cached_property
    def place_order(self) -> PlaceOrder:
        """Creates orders from forms."""
        from chalicelib.orders.services.place_order import PlaceOrder

        return PlaceOrder(
            view=self._services.catalog.view,
            representations=self._services.representations.stored,
            orders=self.store,
            hold_stock=self.hold_stock,
            redeem_code=self._services.catalog.redeem_code,
            draft_order=self.draft_order,
            order_messages=self.messages,
            authorise=self._services.accounts.authorise,
            clock=self._services.clock,
            hold_seconds=self._services.config.order_hold_seconds,
        )

    @cached_property
    def notify_undelivered(self) -> NotifyUndelivered:
        """Notifies staff of mails with tickets that did not reach the buyer."""
        from chalicelib.orders.services.notify_undelivered import NotifyUndelivered

        return NotifyUndelivered(
            orders=self.store, order_messages=self.messages, undelivered=self._services.mail.undelivered
        )
