"""Reads the notifications of all users through the index `filed`, without a Scan. Implements the port
`NotificationLog`.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_tables import NotificationLogIndex, NotificationsTable
from chalicelib.notifications.adapters.items import (
    NOTIFICATION_PREFIX,
    DeliveryItem,
    NotificationItem,
    revive_notification,
)
from chalicelib.notifications.adapters.keys import LOG_PARTS, delivery, notification_log
from chalicelib.notifications.ports import DeliveryRecord, LogEntry, Overseen

T = TypeVar("T", bound=NotificationsTable)


class DynamoNotificationLog:
    def list_month(self, action: str, month: str, *, first: str, last: str, step: int) -> Iterator[LogEntry]:
        """Returns the notifications of an action in a month, newest first: a Query per part, merged."""
        parts = (self._part(notification_log(action, month, n), first, last, step) for n in range(LOG_PARTS))
        return heapq.merge(*parts, reverse=True)

    def list_inbox(self, user_id: str, *, first: str, last: str, step: int) -> Iterator[LogEntry]:
        """Returns the notifications of one user, newest first: a Query of the inbox."""
        partition, lowest = keys.notification(user_id, first)
        found = NotificationItem.query(
            partition,
            NotificationItem.sk.between(lowest, keys.notification(user_id, last)[1]),
            scan_index_forward=False,
            attributes_to_get=["pk", "sk"],
            page_size=step,
        )
        return (_entry(item) for item in found)

    def load_details(self, entries: Sequence[LogEntry]) -> list[Overseen]:
        """Returns notifications with their deliveries: two BatchGetItems."""
        places = [(entry.user_id, entry.notification_id) for entry in entries]
        notifications = _by_key(NotificationItem.batch_get([keys.notification(*place) for place in places]))
        deliveries = _by_key(DeliveryItem.batch_get([delivery(*place) for place in places]))
        return [
            _overseen(notifications[keys.notification(*place)], deliveries.get(delivery(*place)))
            for place in places
            if keys.notification(*place) in notifications
        ]

    @staticmethod
    def _part(partition: str, first: str, last: str, step: int) -> Iterator[LogEntry]:
        between = NotificationLogIndex.id.between(first, last)
        found = NotificationsTable.by_action.query(partition, between, scan_index_forward=False, page_size=step)
        return (_entry(item) for item in found)


def _by_key(items: Iterable[T]) -> dict[keys.Key, T]:
    return {(str(item.pk), str(item.sk)): item for item in items}


def _entry(item: NotificationsTable) -> LogEntry:
    return LogEntry(str(item.sk).removeprefix(NOTIFICATION_PREFIX), str(item.pk).partition("#")[2])


def _overseen(item: NotificationItem, delivery: DeliveryItem | None) -> Overseen:
    return Overseen(
        revive_notification(item),
        bool(item.has_read),
        None if item.read_at is None else int(item.read_at),
        _delivery(delivery),
    )


def _delivery(item: DeliveryItem | None) -> DeliveryRecord:
    return (
        DeliveryRecord()
        if item is None
        else DeliveryRecord(int(item.pushed or 0), item.mailed, int(item.web_pushed or 0))
    )
