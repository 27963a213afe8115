"""Announces an open call for papers to people, once per event, and renews public pages when a call opens or closes.
Called by reactions.py when a call or an event changed, and by mail/services/sweep_due.py at the times when a call opens
and closes.

The transaction that writes the call (cfp/adapters/calls.py) or publishes the event also writes an entry to the due
index, so the call is announced even if the stream was lost. announcements/services/fan_out.py sends the announcement.
"""

import msgspec

from chalicelib.announcements.domain.announcement import Audience, Dispatch
from chalicelib.announcements.ports import Announcements
from chalicelib.cfp.ports import Calls
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.kinds import View
from chalicelib.core.ports import Clock, Ids
from chalicelib.mail.ports import Due, DueIndex
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.representations.ports import Representations


class AnnounceCall:
    def __init__(
        self,
        *,
        stored: Representations,
        calls: Calls,
        announcements: Announcements,
        index: DueIndex,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._stored = stored
        self._calls = calls
        self._announcements = announcements
        self._index = index
        self._clock = clock
        self._ids = ids

    def on_changes(self, changes: list[Change]) -> None:
        """Checks the calls of events that were written. The stream carries only keys; the rest is read here."""
        for event_id in sorted({change.owner for change in changes if change.kind is not ChangeKind.REMOVED}):
            self._open(event_id)

    def open_call(self, due: Due) -> bool:
        """Checks a call that was due to open or close. Returns whether an announcement began. If the call opens later,
        or its event is published later, the due index has another entry for that time.
        """
        self._calls.refresh(due.id, tag=self._ids.new_id())
        told = self._open(due.id)
        self._index.drop(due)
        return told

    def _open(self, event_id: str) -> bool:
        """Begins the announcement if the call is open. Returns False when it is closed or was announced before."""
        now = self._clock.now()
        call = self._stored.call_for_papers(event_id, consistent=True)
        event = self._stored.event(event_id, View.ALL) if call is not None and call.is_open(now) else None
        if event is None:
            return False
        return self._announcements.begin(
            Dispatch(
                id=event_id,
                event_id=event_id,
                event_name=str(msgspec.json.decode(event.body)["name"]),
                action=NotificationAction.CALL_FOR_PAPERS_OPEN,
                title="",
                message="",
                audience=Audience(),
                created_by="",
                created_at=int(now),
            )
        )
