"""Writes notifications and mails inside the transaction of the fact that they report, and marks notifications read.

Stores of other parts call the `add_*` functions. The class implements the port `Marks` for
notifications/services/mark_read.py.
"""

import time
import uuid
from collections import defaultdict
from collections.abc import Iterable

from pynamodb.expressions.update import Action

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.core.errors import NotFound
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.adapters.items import (
    DueItem,
    MailItem,
    NotificationItem,
    UnreadCounterItem,
    UnreadMarkItem,
    notification_item,
)
from chalicelib.notifications.domain.address import canonical
from chalicelib.notifications.domain.notification import Mail, Notification
from chalicelib.notifications.ports import DIGEST, MAIL

MAIL_KEPT_SECONDS = 40 * 24 * 3600
"""How long a mail's key is kept: longer than Stripe may repeat an event, and longer than an unsubscribe link must work
(30 days: 15 U.S.C. 7704(a)(3)).
"""
LOOKED_AT_AFTER_SECONDS = 900
"""A mail that is not sent after this time counts as lost on its way."""


def add_notification(transaction: Transaction, notification: Notification) -> None:
    """Adds one new notification. Call it at most once per user and transaction: see `add_notifications`."""
    add_notifications(transaction, [notification])


def add_notifications(transaction: Transaction, notifications: Iterable[Notification]) -> None:
    """Adds new notifications; notifications/services/compose.items_of says how many items they take. Call it once per
    transaction, because DynamoDB allows one operation per item and two notifications may go to the same user. The
    transaction loses the condition `notification` when one of them exists.
    """
    received: defaultdict[str, int] = defaultdict(int)
    digests: set[tuple[int, str]] = set()
    for notification in notifications:
        transaction.put("notification", notification_item(notification), NotificationItem.pk.does_not_exist())
        transaction.put("unread_mark", UnreadMarkItem(*keys.unread_mark(notification.user_id, notification.id)))
        received[notification.user_id] += 1
        if notification.digest_at is not None:
            digests.add((notification.digest_at, notification.user_id))
    for at, user_id in sorted(digests):
        transaction.put("digest", due_item(at, DIGEST, user_id))
    for user_id, number in received.items():
        add_unread(transaction, user_id, number)


def add_mail(transaction: Transaction, mail: Mail) -> None:
    """Adds a mail; the stream sends it. The transaction loses the condition `mail` when its key was used."""
    mail_id = keys.digest(mail.key)
    now = int(time.time())
    due = max(now + LOOKED_AT_AFTER_SECONDS, mail.not_before or 0)
    item = MailItem(
        *notification_keys.mail(mail_id),
        id=mail_id,
        state="queued",
        to=mail.to,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        tickets_of=mail.tickets_of,
        user_id=mail.user_id,
        address=keys.digest(canonical(mail.to)) if mail.to and mail.action else None,
        action=mail.action,
        notification_id=mail.notification_id,
        not_before=mail.not_before,
        proves=mail.proves or None,
        language=mail.language,
        queued_at=now,
        due=due,
        expires_at=now + MAIL_KEPT_SECONDS,
    )
    transaction.put("mail", item, MailItem.pk.does_not_exist())
    transaction.put("due", due_item(due, MAIL, mail_id))


def due_item(at: int, kind: str, id: str) -> DueItem:
    """Returns an entry of the due index. TTL deletes it when nothing handles it for as long as mails are kept."""
    return DueItem(*notification_keys.due(at, f"{kind}#{id}"), expires_at=at + MAIL_KEPT_SECONDS)


class DynamoMarks:
    def mark_read(self, user_id: str, ids: list[str]) -> int:
        """Marks up to MARKED_AT_ONCE unread notifications read and returns how many it changed. Raises NotFound when
        `ids` has one id and it does not exist.
        """
        return self._mark(user_id, ids, has_read=True)

    def mark_unread(self, user_id: str, ids: list[str]) -> int:
        """Like `mark_read`, for the opposite change."""
        return self._mark(user_id, ids, has_read=False)

    def _mark(self, user_id: str, ids: list[str], *, has_read: bool) -> int:
        """Drops the ids that another writer changed first, and tries again with the others."""
        while ids:
            try:
                _marking(user_id, ids, has_read=has_read).commit()
            except ConditionLost as lost:
                if not any(lost.lost.values()) and len(ids) == 1:
                    raise NotFound from None
                ids = [id for id in ids if id not in lost.lost]
            else:
                return len(ids)
        return 0


def _marking(user_id: str, ids: list[str], *, has_read: bool) -> Transaction:
    transaction = Transaction()
    for id in ids:
        item = NotificationItem(*keys.notification(user_id, id))
        turn: list[Action] = [NotificationItem.has_read.set(has_read), _read_at(has_read=has_read)]
        transaction.update(id, item, turn, NotificationItem.has_read == (not has_read))
        mark = UnreadMarkItem(*keys.unread_mark(user_id, id))
        if has_read:
            transaction.delete("unread_mark", mark)
        else:
            transaction.put("unread_mark", mark)
    add_unread(transaction, user_id, -len(ids) if has_read else len(ids))
    return transaction


def _read_at(*, has_read: bool) -> Action:
    return NotificationItem.read_at.set(int(time.time())) if has_read else NotificationItem.read_at.remove()


def add_unread(transaction: Transaction, user_id: str, change: int) -> None:
    """Adds a change to a user's unread counter, in the transaction that changes the notifications."""
    counter = UnreadCounterItem(*keys.unread_counter(user_id))
    fresh = UnreadCounterItem.etag.set(uuid.uuid4().hex)
    transaction.update("counter", counter, [UnreadCounterItem.unread.add(change), fresh])
