"""Items of the notifications table. Used by the stores and writes of notifications.

An inbox is three kinds of items in one partition: the notifications, an empty mark beside each unread one (so that
unread ones are found without reading the others), and the counter. One transaction writes all items that a fact
changes. The counter gets a fresh `etag` with every change of the inbox.
"""

from zlib import crc32

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_tables import NotificationsTable
from chalicelib.core.ids import milliseconds_of
from chalicelib.core.times import moment
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.domain.notification import Burst, Notification, NotificationAction

NOTIFICATION_PREFIX = keys.notification("", "")[1]
UNREAD_PREFIX = keys.unread_mark("", "")[1]


class NotificationItem(NotificationsTable):
    """A notification to one user. Times are in Unix seconds; `filed` is its partition in the index."""

    id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    action = UnicodeAttribute()
    title = UnicodeAttribute()
    message = UnicodeAttribute()
    subject = UnicodeAttribute()
    received_at = NumberAttribute()
    digest_at = NumberAttribute(null=True)
    group_key = UnicodeAttribute(null=True)
    group_title = UnicodeAttribute(null=True)
    has_read = BooleanAttribute(default=False)
    read_at = NumberAttribute(null=True)
    filed = UnicodeAttribute(null=True)


class UnreadMarkItem(NotificationsTable):
    """An empty item that exists while the notification with the same id is unread."""


class UnreadCounterItem(NotificationsTable):
    """The number of unread notifications of a user, and the tag of their inbox."""

    unread = NumberAttribute(default=0)
    etag = UnicodeAttribute()


class DeliveryItem(NotificationsTable):
    """How a notification was delivered: the number of sockets and when (Unix seconds), the final state of its mail, the
    number of web pushes. It is an item of its own, so that its writes do not cause a stream record of the notification.
    """

    pushed = NumberAttribute(null=True)
    pushed_at = NumberAttribute(null=True)
    mailed = UnicodeAttribute(null=True)
    web_pushed = NumberAttribute(null=True)


class MailItem(NotificationsTable):
    """A mail. Its text and address are kept only until it is sent. The rest is kept so that its key is not used twice
    and its unsubscribe link works; `address` is a hash. `sends` counts the tries that SES may have accepted, `woken`
    how often the timer found it waiting; `due` is when the timer checks it next. `staff_told` says that staff know that
    its tickets did not arrive.
    """

    id = UnicodeAttribute()
    state = UnicodeAttribute()
    to = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    html = UnicodeAttribute(null=True)
    tickets_of = UnicodeAttribute(null=True)
    user_id = UnicodeAttribute(null=True)
    address = UnicodeAttribute(null=True)
    action = UnicodeAttribute(null=True)
    notification_id = UnicodeAttribute(null=True)
    not_before = NumberAttribute(null=True)
    proves = BooleanAttribute(null=True)
    language = UnicodeAttribute(null=True)
    queued_at = NumberAttribute(null=True)
    due = NumberAttribute(null=True)
    woken = NumberAttribute(null=True)
    sends = NumberAttribute(default=0)
    claimed_until = NumberAttribute(null=True)
    staff_told = BooleanAttribute(null=True)
    expires_at = NumberAttribute()


class DueItem(NotificationsTable):
    """An entry of the due index. It exists while something waits for its time: a mail, a digest, an announcement, a
    call.
    """

    expires_at = NumberAttribute()


class DueCursorItem(NotificationsTable):
    """The time before which the due index has no entries left (Unix seconds)."""

    until = NumberAttribute()


class PreferencesItem(NotificationsTable):
    """A user's preferences: `settings` as chosen, `body` as read, made by revision `rev`. `address_state` and
    `address_since` say whether mails come back.
    """

    settings = UnicodeAttribute(null=True)
    address_state = UnicodeAttribute(null=True)
    address_since = NumberAttribute(null=True)
    rev = UnicodeAttribute()
    etag = UnicodeAttribute()
    body = UnicodeAttribute()


class MailboxItem(NotificationsTable):
    """An address by its hash: whether mails to it came back, and the topics refused through a link in a mail."""

    state = UnicodeAttribute(null=True)
    since = NumberAttribute(null=True)
    refused = UnicodeSetAttribute(null=True)


def notification_item(notification: Notification) -> NotificationItem:
    """Returns the item of a new, unread notification."""
    key = keys.notification(notification.user_id, notification.id)
    fields = {**notification._asdict(), "action": notification.action.value}
    fields["group_key"], fields["group_title"] = fields.pop("group") or (None, None)
    return NotificationItem(*key, **fields, has_read=False, filed=_filed(notification))


def _filed(notification: Notification) -> str:
    """Returns the index partition in which administrators find it: by its action, and the month of its id."""
    month = moment(milliseconds_of(notification.id) // 1000)
    part = crc32(notification.user_id.encode()) % notification_keys.LOG_PARTS
    return notification_keys.notification_log(notification.action.value, f"{month:%Y-%m}", part)


def revive_notification(item: NotificationItem) -> Notification:
    """Returns the notification in an item."""
    return Notification(
        id=item.id,
        user_id=item.user_id,
        action=NotificationAction(item.action),
        title=item.title,
        message=item.message,
        subject=item.subject,
        received_at=int(item.received_at),
        digest_at=None if item.digest_at is None else int(item.digest_at),
        group=Burst(item.group_key, item.group_title) if item.group_key and item.group_title else None,
    )
