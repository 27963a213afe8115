"""Inboxes, sockets, pushes, mails.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.bootstrap.sales import SalesServices

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.connection_store import DynamoConnections
    from chalicelib.adapters.dynamo.notification_store import DynamoCounters, DynamoInbox
    from chalicelib.adapters.socket_pusher import SocketPusher
    from chalicelib.services.acknowledging import Acknowledging
    from chalicelib.services.broadcasting import Broadcasting
    from chalicelib.services.browsing import Browsing
    from chalicelib.services.connecting import Connecting
    from chalicelib.services.mailing import Mailing
    from chalicelib.services.reporting import Reporting


class LiveServices(SalesServices):
    """Inboxes, sockets, pushes, mails."""

    @cached_property
    def _counters(self) -> DynamoCounters:
        from chalicelib.adapters.dynamo.notification_store import DynamoCounters

        return DynamoCounters(self._reader)

    @cached_property
    def _inbox(self) -> DynamoInbox:
        from chalicelib.adapters.dynamo.notification_store import DynamoInbox

        return DynamoInbox()

    @cached_property
    def browsing(self) -> Browsing:
        """The caller's inbox."""
        from chalicelib.services.browsing import Browsing

        return Browsing(self._counters, lambda: self._inbox, self.clock, self.cursor_key)

    @cached_property
    def acknowledging(self) -> Acknowledging:
        """Marks of notifications."""
        from chalicelib.adapters.dynamo.notification_writes import DynamoMarks
        from chalicelib.services.acknowledging import Acknowledging

        return Acknowledging(DynamoMarks(), self._inbox, self.clock)

    @cached_property
    def _connections(self) -> DynamoConnections:
        from chalicelib.adapters.dynamo.connection_store import DynamoConnections

        return DynamoConnections()

    @cached_property
    def _pusher(self) -> SocketPusher:
        from chalicelib.adapters.socket_pusher import SocketPusher

        return SocketPusher(region=self.config.region, override=self.config.connections_endpoint)

    @cached_property
    def connecting(self) -> Connecting:
        """Sockets and their tickets."""
        from chalicelib.services.connecting import Connecting

        return Connecting(
            connections=self._connections,
            sign_ins=self._sign_ins,
            counters=self._counters,
            inbox=self._inbox,
            pusher=lambda: self._pusher,
            clock=self.clock,
            ids=self.ids,
            websocket_url=self.config.websocket_url,
        )

    @cached_property
    def broadcasting(self) -> Broadcasting:
        """Pushes to sockets."""
        from chalicelib.services.broadcasting import Broadcasting

        return Broadcasting(self._connections, self._sign_ins, self._counters, self._pusher, self.clock)

    @cached_property
    def reporting(self) -> Reporting:
        """Counts at the gate, pushed."""
        from chalicelib.services.reporting import Reporting

        return Reporting(
            attending=self.attending,
            view=self._gate_view,
            connections=self._connections,
            sign_ins=self._sign_ins,
            pusher=self._pusher,
            clock=self.clock,
        )

    @cached_property
    def mailing(self) -> Mailing:
        """Sends queued mails."""
        from chalicelib.adapters.dynamo.notification_writes import DynamoMails
        from chalicelib.services.mailing import Mailing

        if not self.config.mail_from:
            return Mailing(DynamoMails(), None, self.clock)
        from chalicelib.adapters.ses_mailer import SesMailer

        mailer = SesMailer(region=self.config.region, sender=self.config.mail_from)
        return Mailing(DynamoMails(), mailer, self.clock, tickets=self.issuing.attachment)
