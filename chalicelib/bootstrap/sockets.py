"""Open sockets and what is told over them besides notifications.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.bootstrap.mail import MailServices

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.connection_store import DynamoConnections
    from chalicelib.adapters.socket_pusher import SocketPusher
    from chalicelib.services.reaching import Reaching
    from chalicelib.services.signalling import Signalling
    from chalicelib.services.watching import Watching


class SocketServices(MailServices):
    """Open sockets and what is told over them besides notifications."""

    @cached_property
    def _connections(self) -> DynamoConnections:
        from chalicelib.adapters.dynamo.connection_store import DynamoConnections

        return DynamoConnections(self._queries)

    @cached_property
    def _pusher(self) -> SocketPusher:
        from chalicelib.adapters.socket_pusher import SocketPusher

        return SocketPusher(region=self.config.region, override=self.config.connections_endpoint)

    @cached_property
    def _reaching(self) -> Reaching:
        from chalicelib.services.reaching import Reaching

        return Reaching(self._connections, self._sign_ins, self._pusher, self.clock)

    @cached_property
    def watching(self) -> Watching:
        """Who watches an event, and its changes to them."""
        from chalicelib.adapters.dynamo.audience import DynamoAudience
        from chalicelib.adapters.dynamo.connection_store import DynamoWatches
        from chalicelib.services.watching import Watching

        return Watching(
            watches=DynamoWatches(),
            audience=DynamoAudience(self._reader, self._queries),
            credentials=self._sign_ins,
            reaching=lambda: self._reaching,
            clock=self.clock,
        )

    @cached_property
    def signalling(self) -> Signalling:
        """Orders and imports go on."""
        from chalicelib.services.signalling import Signalling

        return Signalling(self._reaching)
