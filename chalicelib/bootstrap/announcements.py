"""Announcements, and what administrators see of notifications.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.bootstrap.sales import SalesServices

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.announcement_store import DynamoAnnouncements
    from chalicelib.adapters.dynamo.crowd import DynamoCrowd
    from chalicelib.services.announcing import Announcing
    from chalicelib.services.overseeing import Overseeing
    from chalicelib.services.spreading import Spreading


class AnnouncementServices(SalesServices):
    """Announcements, and what administrators see of notifications."""

    @cached_property
    def _announcements(self) -> DynamoAnnouncements:
        from chalicelib.adapters.dynamo.announcement_store import DynamoAnnouncements

        return DynamoAnnouncements(self._reader)

    @cached_property
    def _crowd(self) -> DynamoCrowd:
        from chalicelib.adapters.dynamo.crowd import DynamoCrowd

        return DynamoCrowd(self._queries, self._gate_view)

    @cached_property
    def announcing(self) -> Announcing:
        """Announcements as staff send and read them."""
        from chalicelib.services.announcing import Announcing

        return Announcing(
            announcements=self._announcements,
            representations=self._representations,
            sales=self._sales_view,
            authorising=self.authorising,
            clock=self.clock,
            key=self.cursor_key,
        )

    @cached_property
    def spreading(self) -> Spreading:
        """Announcements on their way."""
        from chalicelib.services.spreading import Spreading

        return Spreading(
            announcements=self._announcements,
            crowd=self._crowd,
            contacts=self._contacts,
            preferring=self.preferring,
            clock=self.clock,
            public_url=self.config.public_url,
        )

    @cached_property
    def overseeing(self) -> Overseeing:
        """Everybody's notifications, for administrators."""
        from chalicelib.adapters.dynamo.notification_log import DynamoNotificationLog
        from chalicelib.services.overseeing import Overseeing

        admins = [address for address in self.config.admin_email.split(",") if address.strip()]
        return Overseeing(DynamoNotificationLog(), self._contacts, self.clock, admins=admins, key=self.cursor_key)
