"""The inbox, preferences, and what became of messages: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.delivery_store import DynamoDeliveries
    from chalicelib.adapters.dynamo.notification_store import DynamoCounters, DynamoInbox
    from chalicelib.adapters.dynamo.preference_store import DynamoPreferencesView
    from chalicelib.bootstrap import Services
    from chalicelib.services.acknowledging import Acknowledging
    from chalicelib.services.browsing import Browsing
    from chalicelib.services.choosing import Choosing
    from chalicelib.services.overseeing import Overseeing
    from chalicelib.services.preferring import Preferring


class NotificationsWiring:
    """The inbox, preferences, and what became of messages."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def preferences(self) -> DynamoPreferencesView:
        from chalicelib.adapters.dynamo.preference_store import DynamoPreferencesView

        return DynamoPreferencesView(self._services.aws.reader)

    @cached_property
    def channels(self) -> Preferring:
        """Where messages go."""
        from chalicelib.services.preferring import Preferring

        return Preferring(self.preferences, self._services.clock)

    @cached_property
    def edit_preferences(self) -> Choosing:
        """Writes of preferences."""
        from chalicelib.adapters.dynamo.preference_store import DynamoPreferences
        from chalicelib.services.choosing import Choosing

        return Choosing(self.preferences, DynamoPreferences())

    @cached_property
    def counters(self) -> DynamoCounters:
        from chalicelib.adapters.dynamo.notification_store import DynamoCounters

        return DynamoCounters(self._services.aws.reader)

    @cached_property
    def inbox(self) -> DynamoInbox:
        from chalicelib.adapters.dynamo.notification_store import DynamoInbox

        return DynamoInbox()

    @cached_property
    def read_inbox(self) -> Browsing:
        """The caller's inbox."""
        from chalicelib.services.browsing import Browsing

        return Browsing(self.counters, lambda: self.inbox, self._services.clock, self._services.keys.cursor_key)

    @cached_property
    def mark_read(self) -> Acknowledging:
        """Marks of notifications."""
        from chalicelib.adapters.dynamo.notification_writes import DynamoMarks
        from chalicelib.services.acknowledging import Acknowledging

        return Acknowledging(DynamoMarks(), self.inbox, self._services.clock)

    @cached_property
    def deliveries(self) -> DynamoDeliveries:
        from chalicelib.adapters.dynamo.delivery_store import DynamoDeliveries

        return DynamoDeliveries(self._services.aws.reader)

    @cached_property
    def delivery_log(self) -> Overseeing:
        """Everybody's notifications, for administrators."""
        from chalicelib.adapters.dynamo.notification_log import DynamoNotificationLog
        from chalicelib.services.overseeing import Overseeing

        log, admins = DynamoNotificationLog(), self._services.accounts.administrators
        return Overseeing(
            log,
            self._services.accounts.contacts,
            self._services.clock,
            admins=admins,
            key=self._services.keys.cursor_key,
        )
