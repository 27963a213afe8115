"""Wires pushes to browsers while Marquee is closed: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.push.adapters.dynamo import DynamoPushSubscriptionsView
    from chalicelib.push.adapters.web_push import WebPush
    from chalicelib.push.services.send_push import SendPush
    from chalicelib.push.services.subscriptions import Subscriptions


class PushWiring:
    """The adapters and services of pushes to browsers while Marquee is closed."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def view(self) -> DynamoPushSubscriptionsView:
        from chalicelib.push.adapters.dynamo import DynamoPushSubscriptionsView

        return DynamoPushSubscriptionsView(self._services.aws.reader)

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """Keeps the browsers that receive pushes."""
        from chalicelib.push.adapters.dynamo import DynamoPushSubscriptions
        from chalicelib.push.services.subscriptions import Subscriptions

        trusted = self._services.config.push_services
        return Subscriptions(self.view, DynamoPushSubscriptions(), self._services.clock, trusted=trusted)

    @cached_property
    def push_services(self) -> WebPush:
        from chalicelib.push.adapters.web_push import WebPush

        return WebPush(
            self._services.keys.parameters.reveal(self._services.config.vapid_private_key),
            contact=self._services.config.public_url,
        )

    @cached_property
    def send_push(self) -> SendPush:
        from chalicelib.push.services.send_push import SendPush

        return SendPush(
            view=self.view,
            subscriptions=self.subscriptions,
            services=(lambda: self.push_services) if self._services.config.vapid_private_key else None,
            sign_ins=self._services.accounts.credentials,
            choose_channels=self._services.notifications.choose_channels,
            deliveries=self._services.notifications.deliveries,
            clock=self._services.clock,
        )
