"""Announcements, what is due, and what administrators see of notifications.

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
    from chalicelib.domain.announcement import Dispatch
    from chalicelib.ports.preferences import Sleepers
    from chalicelib.services.announcing import Announcing
    from chalicelib.services.opening import Opening
    from chalicelib.services.overseeing import Overseeing
    from chalicelib.services.spreading import Round, Spreading
    from chalicelib.services.waking import Waking


class AnnouncementServices(SalesServices):
    """Announcements, what is due, and what administrators see of notifications."""

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
            rounds=self._round,
            contacts=self._contacts,
            preferring=self.preferring,
            clock=self.clock,
        )

    def _round(self, dispatch: Dispatch) -> Round | None:
        """Whom it is for, and what they are told; None: nobody any more."""
        from chalicelib.domain.call_for_papers import open_call
        from chalicelib.domain.notification import NotificationAction
        from chalicelib.services.convoking import Convoking
        from chalicelib.services.mustering import Mustering

        url = self.config.public_url
        if dispatch.action is NotificationAction.ANNOUNCEMENT:
            return Mustering(self._crowd, dispatch, public_url=url)
        stored = self._representations.call_for_papers(dispatch.event_id, consistent=True)
        call = open_call(stored, now=self.clock.now())
        return Convoking(self._crowd, dispatch, call, public_url=url) if call else None

    @cached_property
    def opening(self) -> Opening:
        """Calls for papers that come to be open."""
        from chalicelib.adapters.dynamo.submission_store import DynamoCalls
        from chalicelib.services.opening import Opening

        return Opening(
            stored=self._representations,
            calls=DynamoCalls(),
            announcements=self._announcements,
            index=self._due_index,
            clock=self.clock,
            ids=self.ids,
        )

    @cached_property
    def waking(self) -> Waking:
        """What is due; without a sender nothing of mails."""
        from chalicelib.adapters.dynamo.due_store import DynamoWaitingAnnouncements, DynamoWaitingMails
        from chalicelib.ports.preferences import ANNOUNCEMENT, CALL, DIGEST, MAIL
        from chalicelib.services.waking import Waking

        dealers = {CALL: self.opening.open}
        sleepers: dict[str, Sleepers] = {ANNOUNCEMENT: DynamoWaitingAnnouncements()}
        if self.config.mail_from:
            dealers[DIGEST] = self.digesting.digest
            sleepers[MAIL] = DynamoWaitingMails()
        return Waking(self._due_index, dealers, sleepers, self.clock)

    @cached_property
    def overseeing(self) -> Overseeing:
        """Everybody's notifications, for administrators."""
        from chalicelib.adapters.dynamo.notification_log import DynamoNotificationLog
        from chalicelib.services.overseeing import Overseeing

        log, admins = DynamoNotificationLog(), self.administrators
        return Overseeing(log, self._contacts, self.clock, admins=admins, key=self.cursor_key)
