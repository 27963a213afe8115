"""Key formats of the notifications table that only writers, timers and administrators use. The rules of
aws/dynamo_keys.py hold.

Covers mails and their delivery, preferences, addresses, due entries and announcements. docs/data-model.md lists the
access patterns.
"""

from zlib import crc32

from chalicelib.aws.dynamo_keys import Key, digest

DUE_SECONDS = 900
DUE_PARTS = 8
"""Partitions for the due entries of a quarter of an hour: 8 x 500 transactional writes per second."""
LOG_PARTS = 4
"""Index partitions for the notifications of one action and month: 4 x 1,000 writes per second."""


def notification_log(action: str, month: str, part: int) -> str:
    """Partition of the index `filed`: notifications of an action in a month (YYYY-MM), one of LOG_PARTS."""
    return f"{action}#{month}#{part}"


def delivery(user_id: str, notification_id: str) -> Key:
    """How a notification was delivered outside of the inbox."""
    return f"USER#{user_id}", f"DELIVERY#{notification_id}"


def mail(mail_id: str) -> Key:
    """A mail to be sent."""
    return f"MAIL#{mail_id}", "MAIL"


def preferences(user_id: str) -> Key:
    """The channels that a person chose for each topic."""
    return f"USER#{user_id}", "PREFERENCES"


def mailbox(address: str) -> Key:
    """What is known about a mail address, by the hash of its canonical form (notifications/domain/address.py)."""
    return mailbox_of(digest(address))


def mailbox_of(address_hash: str) -> Key:
    """The key of `mailbox`, from the hash."""
    return f"ADDRESS#{address_hash}", "ADDRESS"


def due(at: int, name: str) -> Key:
    """A mail, digest, announcement or call for papers (`name`) that is due at a time (Unix seconds)."""
    return due_at(at // DUE_SECONDS, crc32(name.encode()) % DUE_PARTS, at, name)


def due_at(quarter: int, part: int, at: int, name: str) -> Key:
    """A due entry in a quarter of an hour, in one of several parts. Without a name: the prefix of all entries up to
    `at`.
    """
    return f"DUE#{quarter}#{part:02d}", f"DUE#{at:010d}#{name}" if name else f"DUE#{at:010d}"


def due_cursor() -> Key:
    """The time up to which the timer has handled all due entries."""
    return "TIMER#DUE", "CURSOR"


def announcement(event_id: str, announcement_id: str) -> Key:
    """An announcement. Without an id: the prefix of all of an event. With the event's id: the announcement of its open
    call.
    """
    if announcement_id == event_id:
        return f"EVENT#{event_id}", "CALL_OPEN"
    return f"EVENT#{event_id}", f"ANNOUNCEMENT#{announcement_id}"


def announced(event_id: str, day: str) -> Key:
    """The number of announcements that an event has sent on a day."""
    return f"EVENT#{event_id}", f"ANNOUNCED#{day}"


def told(user_id: str, announcement_id: str) -> Key:
    """The fact that a user has got an announcement. Stored under the user, so that one partition does not take
    thousands.
    """
    return f"USER#{user_id}", f"TOLD#{announcement_id}"
