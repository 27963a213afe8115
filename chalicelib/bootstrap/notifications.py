"""Wires the inbox, preferences and the delivery log: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.notifications.adapters.deliveries import DynamoDeliveries
    from chalicelib.notifications.adapters.inbox import DynamoCounters, DynamoInbox
    from chalicelib.notifications.adapters.preferences import DynamoPreferencesView
    from chalicelib.notifications.services.choose_channels import ChooseChannels
    from chalicelib.notifications.services.delivery_log import DeliveryLog
    from chalicelib.notifications.services.edit_preferences import EditPreferences
    from chalicelib.notifications.services.mark_read import MarkRead
    from chalicelib.notifications.services.read_inbox import ReadInbox


class NotificationsWiring:
    """The adapters and services of the inbox, preferences and the delivery log."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def preferences(self) -> DynamoPreferencesView:
        from chalicelib.notifications.adapters.preferences import DynamoPreferencesView

        return DynamoPreferencesView(self._services.aws.reader)

    @cached_property
    def choose_channels(self) -> ChooseChannels:
        """Decides by which channels a user receives a message."""
        from chalicelib.notifications.services.choose_channels import ChooseChannels

        return ChooseChannels(self.preferences, self._services.clock)

    @cached_property
    def edit_preferences(self) -> EditPreferences:
        from chalicelib.notifications.adapters.preferences import DynamoPreferences
        from chalicelib.notifications.services.edit_preferences import EditPreferences

        return EditPreferences(self.preferences, DynamoPreferences())

    @cached_property
    def counters(self) -> DynamoCounters:
        from chalicelib.notifications.adapters.inbox import DynamoCounters

        return DynamoCounters(self._services.aws.reader)

    @cached_property
    def inbox(self) -> DynamoInbox:
        from chalicelib.notifications.adapters.inbox import DynamoInbox

        return DynamoInbox()

    @cached_property
    def read_inbox(self) -> ReadInbox:
        """Lists the caller's notifications and counts the unread ones."""
        from chalicelib.notifications.services.read_inbox import ReadInbox

        return ReadInbox(self.counters, lambda: self.inbox, self._services.clock, self._services.keys.cursor_key)

    @cached_property
    def mark_read(self) -> MarkRead:
        from chalicelib.notifications.adapters.writes import DynamoMarks
        from chalicelib.notifications.services.mark_read import MarkRead

        return MarkRead(DynamoMarks(), self.inbox, self._services.clock)

    @cached_property
    def deliveries(self) -> DynamoDeliveries:
        from chalicelib.notifications.adapters.deliveries import DynamoDeliveries

        return DynamoDeliveries(self._services.aws.reader)

    @cached_property
    def delivery_log(self) -> DeliveryLog:
        """Lists the notifications of all users, for administrators."""
        from chalicelib.notifications.adapters.log import DynamoNotificationLog
        from chalicelib.notifications.services.delivery_log import DeliveryLog

        log, admins = DynamoNotificationLog(), self._services.accounts.administrators
        return DeliveryLog(
            log,
            self._services.accounts.contacts,
            self._services.clock,
            admins=admins,
            key=self._services.keys.cursor_key,
        )
