"""Finds and wakes announcements that wait for their next step. Called by the sweep of the due index. Implements the
port `Sleepers`.
"""

from chalicelib.announcements.adapters.dynamo import AnnouncementItem
from chalicelib.announcements.domain.announcement import Stage
from chalicelib.aws.dynamo_keys import Key
from chalicelib.aws.dynamo_transactions import Transaction
from chalicelib.mail.ports import Due, Waiting
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.adapters.items import DueItem
from chalicelib.notifications.adapters.writes import due_item
from chalicelib.notifications.ports import ANNOUNCEMENT


class DynamoWaitingAnnouncements:
    """Implements the port `Sleepers` for announcements. Their id there is `<event id>.<announcement id>`."""

    def load_waiting(self, id: str) -> Waiting | None:
        """Returns the announcement, or None when it is done or does not exist."""
        try:
            item = AnnouncementItem.get(*_announcement(id), consistent_read=True)
        except AnnouncementItem.DoesNotExist:
            return None
        return None if item.stage == Stage.DONE.value else Waiting(int(item.created_at))

    def wake(self, due: Due, *, again_at: int) -> None:
        """Touches the announcement, so that the stream reports it again, and moves its due entry to `again_at`. When it
        is done, only deletes the entry.
        """
        transaction = Transaction()
        unfinished = AnnouncementItem.stage != Stage.DONE.value
        item = AnnouncementItem(*_announcement(due.id))
        transaction.update("announcement", item, [AnnouncementItem.woken.add(1)], unfinished)
        transaction.delete("old", due_item(*due), DueItem.pk.exists())
        transaction.put("new", due_item(again_at, ANNOUNCEMENT, due.id))
        if not transaction.try_commit():
            due_item(*due).delete()  # done in the meantime, or moved by another run of the timer

    def expire(self, id: str) -> None:
        """Does nothing: the announcement stays where it stopped, and staff can see that."""


def _announcement(waiting_id: str) -> Key:
    event_id, _, announcement_id = waiting_id.partition(".")
    return notification_keys.announcement(event_id, announcement_id)
