"""Finds due mails and digests by time, without a Scan. Implements the ports `DueIndex`, `Sleepers` and `Collected`.

An entry is stored in one of the partitions of its quarter of an hour. It is written in the transaction of the thing
that waits. One more item holds the time before which no entries are left.
"""

from pynamodb.expressions.update import Action

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.core.ids import make_ulid
from chalicelib.mail.adapters.mails import DynamoMails
from chalicelib.mail.ports import Due, Waiting
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.adapters.items import (
    DueCursorItem,
    DueItem,
    MailItem,
    NotificationItem,
    UnreadMarkItem,
    revive_notification,
)
from chalicelib.notifications.adapters.writes import add_mail, due_item
from chalicelib.notifications.domain.notification import Mail, Notification
from chalicelib.notifications.ports import MAIL

LONGEST_WAIT_SECONDS = 27 * 3600
"""The longest wait for a digest: a day of 25 hours, and a margin."""
FURTHEST_BACK_SECONDS = 3 * 24 * 3600
"""How far back a sweep begins when the timer did not run for long. Older entries are not worth a mail any more."""
FIRST_BACK_SECONDS = 3600
"""How far back the very first sweep begins. The timer is as old as the index, so there are no older entries."""
STEP = 100
"""Items per page of a Query."""


class DynamoDueIndex:
    def begin(self, now: int) -> int:
        """Returns the time from which on there may be entries (Unix seconds)."""
        try:
            until = int(DueCursorItem.get(*notification_keys.due_cursor(), consistent_read=True).until)
        except DueCursorItem.DoesNotExist:
            until = now - FIRST_BACK_SECONDS
        return max(until, now - FURTHEST_BACK_SECONDS)

    def list_due(self, begin: int, now: int) -> list[Due]:
        """Returns all entries in the quarter of an hour that contains `begin`, up to `now`. Strongly consistent."""
        quarter = begin // notification_keys.DUE_SECONDS
        return [due for part in range(notification_keys.DUE_PARTS) for due in _due(quarter, part, now)]

    def advance(self, until: int) -> None:
        """Records that no entries are left before `until`."""
        DueCursorItem(*notification_keys.due_cursor(), until=until).save()

    def drop(self, due: Due) -> None:
        """Deletes the entry."""
        due_item(*due).delete()


def _due(quarter: int, part: int, now: int) -> list[Due]:
    partition, first = notification_keys.due_at(quarter, part, 0, "")
    last = f"{notification_keys.due_at(quarter, part, now, '')[1]}~"
    items = DueItem.query(partition, DueItem.sk.between(first, last), consistent_read=True, page_size=STEP)
    return [_revived(item.sk) for item in items]


def _revived(sort_key: str) -> Due:
    _, at, kind, id = sort_key.split("#")
    return Due(int(at), kind, id)


class DynamoWaitingMails(DynamoMails):
    """Implements the port `Sleepers` for mails."""

    def load_waiting(self, id: str) -> Waiting | None:
        """Returns the mail, or None when it is settled or was deleted by TTL."""
        try:
            item = MailItem.get(*notification_keys.mail(id), consistent_read=True)
        except MailItem.DoesNotExist:
            return None
        if item.state != "queued":
            return None
        return Waiting(int(item.queued_at or 0), int(item.not_before or 0))

    def wake(self, due: Due, *, again_at: int) -> None:
        """Touches the mail, so that the stream reports it again, and moves its due entry to `again_at`. When the mail
        is settled, only deletes the entry.
        """
        transaction = Transaction()
        actions: list[Action] = [MailItem.woken.add(1), MailItem.due.set(again_at)]
        unchanged = (MailItem.state == "queued") & (MailItem.due == due.at)
        transaction.update("mail", MailItem(*notification_keys.mail(due.id)), actions, unchanged)
        transaction.delete("old", due_item(*due))
        transaction.put("new", due_item(again_at, MAIL, due.id))
        if not transaction.try_commit():
            due_item(*due).delete()  # settled in the meantime, or moved by another run of the timer

    def expire(self, id: str) -> None:
        """Settles the mail as not sent."""
        self.finish(id, "expired")


class DynamoCollected:
    def list_unread(self, user_id: str, *, digest_at: int) -> list[Notification]:
        """Returns the unread notifications of the digest, oldest first. They arrived at most LONGEST_WAIT_SECONDS
        before it.
        """
        begin = make_ulid((digest_at - LONGEST_WAIT_SECONDS) * 1000, bytes(10))
        partition, first = keys.unread_mark(user_id, begin)
        last = keys.unread_mark(user_id, make_ulid(digest_at * 1000, b"\xff" * 10))[1]
        marks = UnreadMarkItem.query(partition, UnreadMarkItem.sk.between(first, last), consistent_read=True)
        wanted = [keys.notification(user_id, mark.sk.partition("#")[2]) for mark in marks]
        items = NotificationItem.batch_get(wanted, consistent_read=True)
        found = [revive_notification(item) for item in items if item.digest_at == digest_at and not item.has_read]
        return sorted(found, key=lambda one: one.id)

    def put(self, due: Due, mail: Mail) -> bool:
        """Queues the digest and deletes its due entry in one transaction. Returns False when it was queued before."""
        transaction = Transaction()
        add_mail(transaction, mail)
        transaction.delete("digest", due_item(*due), DueItem.pk.exists())
        try:
            transaction.commit()
        except ConditionLost as lost:
            if "mail" in lost.lost:
                due_item(*due).delete()
            return False
        return True
