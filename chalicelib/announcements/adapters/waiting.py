"""Announcements that wait for their next step, found by the timer of what is due. Port `Sleepers`."""

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
    """Port `Sleepers`: announcements, named event.announcement."""

    def load_waiting(self, id: str) -> Waiting | None:
        """The announcement, unless it is done."""
        try:
            item = AnnouncementItem.get(*_announcement(id), consistent_read=True)
        except AnnouncementItem.DoesNotExist:
            return None
        return None if item.stage == Stage.DONE.value else Waiting(int(item.created_at))

    def wake(self, due: Due, *, again_at: int) -> None:
        """Let the stream tell of it once more, and be looked at again then. Nothing when it is done."""
        transaction = Transaction()
        unfinished = AnnouncementItem.stage != Stage.DONE.value
        item = AnnouncementItem(*_announcement(due.id))
        transaction.update("announcement", item, [AnnouncementItem.woken.add(1)], unfinished)
        transaction.delete("old", due_item(*due), DueItem.pk.exists())
        transaction.put("new", due_item(again_at, ANNOUNCEMENT, due.id))
        if not transaction.try_commit():
            due_item(*due).delete()  # done meanwhile, or another run of the timer moved it

    def expire(self, id: str) -> None:
        """It stays where it stopped, and staff see that."""


def _announcement(waiting_id: str) -> Key:
    event_id, _, announcement_id = waiting_id.partition(".")
    return notification_keys.announcement(event_id, announcement_id)
