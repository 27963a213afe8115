"""Inboxes, sockets, pushes, mails.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.bootstrap.sales import SalesServices
from chalicelib.bootstrap.sockets import SocketServices

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.delivery_store import DynamoDeliveries
    from chalicelib.adapters.dynamo.notification_store import DynamoCounters, DynamoInbox
    from chalicelib.adapters.dynamo.push_store import DynamoPushSubscriptionsView
    from chalicelib.adapters.web_push import WebPush
    from chalicelib.services.acknowledging import Acknowledging
    from chalicelib.services.alerting import Alerting
    from chalicelib.services.broadcasting import Broadcasting
    from chalicelib.services.browsing import Browsing
    from chalicelib.services.connecting import Connecting
    from chalicelib.services.mailing import Mailing
    from chalicelib.services.notify_undelivered import NotifyUndelivered
    from chalicelib.services.reporting import Reporting
    from chalicelib.services.subscribing import Subscribing


class LiveServices(SalesServices, SocketServices):
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
    def connecting(self) -> Connecting:
        """Sockets and their tickets."""
        from chalicelib.services.connecting import Connecting

        return Connecting(
            connections=self._connections,
            sign_ins=self._sign_ins,
            counters=self._counters,
            inbox=self._inbox,
            watching=lambda: self.watching,
            pusher=lambda: self._pusher,
            clock=self.clock,
            ids=self.ids,
            websocket_url=self.config.websocket_url,
        )

    @cached_property
    def _deliveries(self) -> DynamoDeliveries:
        from chalicelib.adapters.dynamo.delivery_store import DynamoDeliveries

        return DynamoDeliveries(self._reader)

    @cached_property
    def broadcasting(self) -> Broadcasting:
        """Pushes to sockets."""
        from chalicelib.services.broadcasting import Broadcasting

        return Broadcasting(self._reaching, self._counters, self._deliveries, self.clock)

    @cached_property
    def _push_view(self) -> DynamoPushSubscriptionsView:
        from chalicelib.adapters.dynamo.push_store import DynamoPushSubscriptionsView

        return DynamoPushSubscriptionsView(self._reader)

    @cached_property
    def subscribing(self) -> Subscribing:
        """Browsers that are told when Marquee is closed."""
        from chalicelib.adapters.dynamo.push_store import DynamoPushSubscriptions
        from chalicelib.services.subscribing import Subscribing

        trusted = self.config.push_services
        return Subscribing(self._push_view, DynamoPushSubscriptions(), self.clock, trusted=trusted)

    @cached_property
    def _push_services(self) -> WebPush:
        from chalicelib.adapters.web_push import WebPush

        return WebPush(self._secrets.reveal(self.config.vapid_private_key), contact=self.config.public_url)

    @cached_property
    def alerting(self) -> Alerting:
        """Pushes to browsers that are closed."""
        from chalicelib.services.alerting import Alerting

        return Alerting(
            view=self._push_view,
            subscribing=self.subscribing,
            services=(lambda: self._push_services) if self.config.vapid_private_key else None,
            sign_ins=self._sign_ins,
            preferring=self.preferring,
            deliveries=self._deliveries,
            clock=self.clock,
        )

    @cached_property
    def reporting(self) -> Reporting:
        """Counts at the gate, pushed."""
        from chalicelib.services.reporting import Reporting

        return Reporting(attending=self.attending, view=self._gate_view, reaching=self._reaching)

    @cached_property
    def notify_undelivered(self) -> NotifyUndelivered:
        """Tells staff of tickets that did not arrive."""
        from chalicelib.adapters.dynamo.undelivered_store import DynamoUndelivered
        from chalicelib.services.notify_undelivered import NotifyUndelivered

        return NotifyUndelivered(orders=self._orders, telling=self._telling, undelivered=DynamoUndelivered())

    @cached_property
    def mailing(self) -> Mailing:
        """Sends queued mails."""
        from chalicelib.adapters.dynamo.notification_writes import DynamoMails
        from chalicelib.services.mailing import Mailing

        pace, tickets = self._mail_pace, self.issuing.attachment
        return Mailing(DynamoMails(), self._mailer, self.clock, self.addressing, pace=pace, tickets=tickets)
