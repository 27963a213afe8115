"""Wires open sockets and the frames pushed to them: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.live.adapters.api_gateway import SocketPusher
    from chalicelib.live.adapters.connections import DynamoConnections
    from chalicelib.live.adapters.versions import DynamoWatchedEvents
    from chalicelib.live.services.connect_socket import ConnectSocket
    from chalicelib.live.services.push_notifications import PushNotifications
    from chalicelib.live.services.signal_orders import SignalOrders
    from chalicelib.live.services.sockets import Sockets
    from chalicelib.live.services.watch_event import WatchEvent


class LiveWiring:
    """The adapters and services of open sockets and the frames pushed to them."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def connection_store(self) -> DynamoConnections:
        from chalicelib.live.adapters.connections import DynamoConnections

        return DynamoConnections(self._services.aws.queries)

    @cached_property
    def pusher(self) -> SocketPusher:
        from chalicelib.live.adapters.api_gateway import SocketPusher

        return SocketPusher(region=self._services.config.region, override=self._services.config.connections_endpoint)

    @cached_property
    def sockets(self) -> Sockets:
        from chalicelib.live.services.sockets import Sockets

        return Sockets(self.connection_store, self._services.accounts.credentials, self.pusher, self._services.clock)

    @cached_property
    def watched_events(self) -> DynamoWatchedEvents:
        from chalicelib.live.adapters.versions import DynamoWatchedEvents

        return DynamoWatchedEvents(self._services.aws.reader, self._services.aws.queries)

    @cached_property
    def watch_event(self) -> WatchEvent:
        """Records which sockets watch an event, and sends them its changes."""
        from chalicelib.live.adapters.watches import DynamoWatches
        from chalicelib.live.services.watch_event import WatchEvent

        return WatchEvent(
            watches=DynamoWatches(),
            audience=self.watched_events,
            credentials=self._services.accounts.credentials,
            sockets=lambda: self.sockets,
            clock=self._services.clock,
        )

    @cached_property
    def signal_orders(self) -> SignalOrders:
        """Sends frames about the progress of orders and imports."""
        from chalicelib.live.services.signal_orders import SignalOrders

        return SignalOrders(self.sockets)

    @cached_property
    def connect_socket(self) -> ConnectSocket:
        """Opens sockets with one-time tickets and answers their frames."""
        from chalicelib.live.services.connect_socket import ConnectSocket

        return ConnectSocket(
            connections=self.connection_store,
            sign_ins=self._services.accounts.credentials,
            counters=self._services.notifications.counters,
            inbox=self._services.notifications.inbox,
            watch_event=lambda: self.watch_event,
            pusher=lambda: self.pusher,
            clock=self._services.clock,
            ids=self._services.ids,
            websocket_url=self._services.config.websocket_url,
        )

    @cached_property
    def push_notifications(self) -> PushNotifications:
        from chalicelib.live.services.push_notifications import PushNotifications

        return PushNotifications(
            self.sockets,
            self._services.notifications.counters,
            self._services.notifications.deliveries,
            self._services.clock,
        )
