"""Wires messages from staff to many people: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.announcements.adapters.dynamo import DynamoAnnouncements
    from chalicelib.announcements.adapters.recipients import DynamoCrowd
    from chalicelib.announcements.domain.announcement import Dispatch
    from chalicelib.announcements.services.announce import Announce
    from chalicelib.announcements.services.fan_out import FanOut, Round
    from chalicelib.bootstrap import Services


class AnnouncementsWiring:
    """The adapters and services of messages from staff to many people."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def store(self) -> DynamoAnnouncements:
        from chalicelib.announcements.adapters.dynamo import DynamoAnnouncements

        return DynamoAnnouncements(self._services.aws.reader)

    @cached_property
    def recipients(self) -> DynamoCrowd:
        from chalicelib.announcements.adapters.recipients import DynamoCrowd

        return DynamoCrowd(self._services.aws.queries, self._services.check_in.view)

    @cached_property
    def announce(self) -> Announce:
        """Creates announcements and reads their progress."""
        from chalicelib.announcements.services.announce import Announce

        return Announce(
            announcements=self.store,
            representations=self._services.representations.stored,
            sales=self._services.catalog.view,
            authorise=self._services.accounts.authorise,
            clock=self._services.clock,
            key=self._services.keys.cursor_key,
        )

    @cached_property
    def fan_out(self) -> FanOut:
        """Sends announcements step by step."""
        from chalicelib.announcements.services.fan_out import FanOut

        return FanOut(
            announcements=self.store,
            rounds=self._round,
            contacts=self._services.accounts.contacts,
            choose_channels=self._services.notifications.choose_channels,
            clock=self._services.clock,
        )

    def _round(self, dispatch: Dispatch) -> Round | None:
        """Returns the recipients and texts of an announcement or call for papers; None when the call has closed."""
        from chalicelib.announcements.services.recipients import Recipients
        from chalicelib.cfp.domain.call_for_papers import open_call
        from chalicelib.cfp.services.call_recipients import CallRecipients
        from chalicelib.notifications.domain.notification import NotificationAction

        url = self._services.config.public_url
        if dispatch.action is NotificationAction.ANNOUNCEMENT:
            return Recipients(self.recipients, dispatch, public_url=url)
        stored = self._services.representations.stored.call_for_papers(dispatch.event_id, consistent=True)
        call = open_call(stored, now=self._services.clock.now())
        return CallRecipients(self.recipients, dispatch, call, public_url=url) if call else None
