"""The inbox, preferences, and what became of messages: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.notifications.adapters.deliveries import DynamoDeliveries
    from chalicelib.notifications.adapters.inbox import DynamoCounters, DynamoInbox
    from chalicelib.notifications.adapters.preferences import DynamoPreferencesView
    from chalicelib.notifications.services.channels import Preferring
    from chalicelib.notifications.services.delivery_log import Overseeing
    from chalicelib.notifications.services.edit_preferences import Choosing
    from chalicelib.notifications.services.mark_read import Acknowledging
    from chalicelib.notifications.services.read_inbox import Browsing


class NotificationsWiring:
    """The inbox, preferences, and what became of messages."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def preferences(self) -> DynamoPreferencesView:
        from chalicelib.notifications.adapters.preferences import DynamoPreferencesView

        return DynamoPreferencesView(self._services.aws.reader)

    @cached_property
    def channels(self) -> Preferring:
        """Where messages go."""
        from chalicelib.notifications.services.channels import Preferring

        return Preferring(self.preferences, self._services.clock)

    @cached_property
    def edit_preferences(self) -> Choosing:
        """Writes of preferences."""
        from chalicelib.notifications.adapters.preferences import DynamoPreferences
        from chalicelib.notifications.services.edit_preferences import Choosing

        return Choosing(self.preferences, DynamoPreferences())

    @cached_property
    def counters(self) -> DynamoCounters:
        from chalicelib.notifications.adapters.inbox import DynamoCounters

        return DynamoCounters(self._services.aws.reader)

    @cached_property
    def inbox(self) -> DynamoInbox:
        from chalicelib.notifications.adapters.inbox import DynamoInbox

        return DynamoInbox()

    @cached_property
    def read_inbox(self) -> Browsing:
        """The caller's inbox."""
        from chalicelib.notifications.services.read_inbox import Browsing

        return Browsing(self.counters, lambda: self.inbox, self._services.clock, self._services.keys.cursor_key)

    @cached_property
    def mark_read(self) -> Acknowledging:
        """Marks of notifications."""
        from chalicelib.notifications.adapters.writes import DynamoMarks
        from chalicelib.notifications.services.mark_read import Acknowledging

        return Acknowledging(DynamoMarks(), self.inbox, self._services.clock)

    @cached_property
    def deliveries(self) -> DynamoDeliveries:
        from chalicelib.notifications.adapters.deliveries import DynamoDeliveries

        return DynamoDeliveries(self._services.aws.reader)

    @cached_property
    def delivery_log(self) -> Overseeing:
        """Everybody's notifications, for administrators."""
        from chalicelib.notifications.adapters.log import DynamoNotificationLog
        from chalicelib.notifications.services.delivery_log import Overseeing

        log, admins = DynamoNotificationLog(), self._services.accounts.administrators
        return Overseeing(
            log,
            self._services.accounts.contacts,
            self._services.clock,
            admins=admins,
            key=self._services.keys.cursor_key,
        )
