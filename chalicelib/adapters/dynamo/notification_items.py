"""Shapes of the items in the notifications table. Used by the notification store and writes.

An inbox is three kinds of items in one partition: the notifications, an empty mark beside each one that is unread
(so that unread ones are found without reading the others), and the counter. One transaction changes all that a fact
concerns; the counter's `etag` is fresh after every change of the inbox.
"""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute

from chalicelib.adapters.dynamo import keys
from chalicelib.adapters.dynamo.tables import Notifications
from chalicelib.domain.notification import Notification, NotificationAction

NOTIFICATION_PREFIX = keys.notification("", "")[1]
UNREAD_PREFIX = keys.unread_mark("", "")[1]


class NotificationItem(Notifications):
    """One notification to one user. `received_at` in Unix seconds."""

    id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    action = UnicodeAttribute()
    title = UnicodeAttribute()
    message = UnicodeAttribute()
    subject = UnicodeAttribute()
    received_at = NumberAttribute()
    has_read = BooleanAttribute(default=False)


class UnreadMarkItem(Notifications):
    """Stands while the notification of the same id is unread."""


class UnreadCounterItem(Notifications):
    """How many are unread, and the tag of the inbox."""

    unread = NumberAttribute(default=0)
    etag = UnicodeAttribute()


class MailItem(Notifications):
    """A mail. What it says and to whom stands only until it is sent; the rest stays so that its key is not used
    twice. `sends` counts the tries that SES may have accepted.
    """

    id = UnicodeAttribute()
    state = UnicodeAttribute()
    to = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    html = UnicodeAttribute(null=True)
    tickets_of = UnicodeAttribute(null=True)
    sends = NumberAttribute(default=0)
    claimed_until = NumberAttribute(null=True)
    expires_at = NumberAttribute()


def notification_item(notification: Notification) -> NotificationItem:
    """The item of a new, unread notification."""
    key = keys.notification(notification.user_id, notification.id)
    fields = {**notification._asdict(), "action": notification.action.value}
    return NotificationItem(*key, **fields, has_read=False)


def revive_notification(item: NotificationItem) -> Notification:
    """The notification inside an item."""
    return Notification(
        id=item.id,
        user_id=item.user_id,
        action=NotificationAction(item.action),
        title=item.title,
        message=item.message,
        subject=item.subject,
        received_at=int(item.received_at),
    )
