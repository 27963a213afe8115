"""Stores announcements and who has got them. Implements the port `Announcements`.

A step is one transaction: it writes notifications, mails, their recipients and the announcement's progress, on
condition that the progress is where the step began. So an interrupted step is written whole or not at all, and of two
concurrent steps one wins (ADR 15).
"""

from collections.abc import Sequence

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.announcements.domain.announcement import AnnouncementCounts, Audience, Dispatch, Stage
from chalicelib.announcements.ports import Step, ToldRecipient, TooMany
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_keys import Key
from chalicelib.aws.dynamo_reader import Item
from chalicelib.aws.dynamo_tables import NotificationsTable
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.core.pagination import Page
from chalicelib.core.ports import Reader
from chalicelib.core.preconditions import Overtaken
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.adapters.writes import MAIL_KEPT_SECONDS, add_mail, add_notifications, due_item
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.ports import ANNOUNCEMENT

_LAST = "~"
"""Sorts after every id."""
_COUNTED_SECONDS = 3 * 24 * 3600
_LOST_AFTER_SECONDS = 900


class AnnouncementItem(NotificationsTable):
    """An announcement. `stage` and `cursor` are its progress; `woken` counts how often the timer found it unfinished;
    `audience` is JSON; times are in Unix seconds.
    """

    id = UnicodeAttribute()
    event_id = UnicodeAttribute()
    event_name = UnicodeAttribute()
    title = UnicodeAttribute()
    message = UnicodeAttribute()
    audience = UnicodeAttribute()
    created_by = UnicodeAttribute()
    created_at = NumberAttribute()
    stage = UnicodeAttribute()
    cursor = UnicodeAttribute()
    recipients = NumberAttribute(default=0)
    delivered = NumberAttribute(default=0)
    mailed = NumberAttribute(default=0)
    finished_at = NumberAttribute(null=True)
    woken = NumberAttribute(null=True)
    action = UnicodeAttribute(null=True)


class AnnouncedItem(NotificationsTable):
    """The number of announcements that an event has sent on a day."""

    number = NumberAttribute(default=0)
    expires_at = NumberAttribute()


class ToldItem(NotificationsTable):
    """The fact that a person has got an announcement, and the id of the notification if it went to their inbox."""

    notification_id = UnicodeAttribute(null=True)
    expires_at = NumberAttribute()


class DynamoAnnouncements:
    """Implements the port `Announcements`. Reads about up to 100 people use the light client."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def create(self, dispatch: Dispatch, *, day: str, most: int) -> bool:
        """Writes a new announcement and increments its day's count in one transaction. If the stream does not finish
        it, the timer finds it (mail/adapters/due.py).
        """
        transaction = _beginning(dispatch)
        counter = AnnouncedItem(*notification_keys.announced(dispatch.event_id, day))
        few = AnnouncedItem.number.does_not_exist() | (AnnouncedItem.number < most)
        actions: list[Action] = [
            AnnouncedItem.number.add(1),
            AnnouncedItem.expires_at.set(dispatch.created_at + _COUNTED_SECONDS),
        ]
        transaction.update("count", counter, actions, few)
        try:
            transaction.commit()
        except ConditionLost as lost:
            if "announcement" in lost.lost:
                return False
            raise TooMany from None
        return True

    def begin(self, dispatch: Dispatch) -> bool:
        """One GetItem, and a transaction of two items when the announcement is new."""
        if self.load(dispatch.event_id, dispatch.id) is not None:
            return False
        return _beginning(dispatch).try_commit()

    def abandon(self, dispatch: Dispatch) -> None:
        """Deletes the announcement. Its entry in the due index is dropped when it comes up and finds nothing."""
        transaction = Transaction()
        transaction.delete("announcement", _keyed(dispatch), _standing(dispatch))
        try:
            transaction.commit()
        except ConditionLost as lost:
            raise Overtaken from lost

    def load(self, event_id: str, announcement_id: str) -> Dispatch | None:
        """One GetItem."""
        key = notification_keys.announcement(event_id, announcement_id)
        try:
            return _revived(AnnouncementItem.get(*key, consistent_read=True))
        except AnnouncementItem.DoesNotExist:
            return None

    def load_newest(self, event_id: str, page: Page) -> list[Dispatch]:
        """Returns up to one more than a page, newest first; one Query."""
        partition, prefix = notification_keys.announcement(event_id, "")
        until = f"{prefix}{page.after or _LAST}"
        condition = AnnouncementItem.sk.between(prefix, until)
        most = page.limit + 2  # also the one before the page, and the one after it
        found = AnnouncementItem.query(partition, condition, consistent_read=True, scan_index_forward=False, limit=most)
        return [_revived(item) for item in found if item.id != page.after][: page.limit + 1]

    def load_told(self, announcement_id: str, user_ids: Sequence[str]) -> dict[str, ToldRecipient]:
        """Returns which of up to 100 people have got the announcement; one BatchGetItem."""
        people = list(dict.fromkeys(user_ids))
        wanted = [notification_keys.told(user_id, announcement_id) for user_id in people]
        items = self._found(wanted, ("notification_id",))
        pairs = zip(people, items, strict=True)
        return {
            user_id: ToldRecipient(user_id, item.get("notification_id")) for user_id, item in pairs if item is not None
        }

    def load_queued(self, mail_keys: Sequence[str]) -> set[str]:
        """Returns the keys for which a mail exists. The keys must differ. One BatchGetItem per 100."""
        items = self._found([notification_keys.mail(keys.digest(key)) for key in mail_keys], ())
        return {key for key, item in zip(mail_keys, items, strict=True) if item is not None}

    def _found(self, wanted: list[Key], attributes: tuple[str, ...]) -> list[Item | None]:
        return self._reader.get_many("notifications", wanted, attributes, consistent=True)

    def advance(self, dispatch: Dispatch, step: Step) -> Dispatch:
        """One transaction."""
        counts = step.counts or AnnouncementCounts()
        transaction = Transaction()
        transaction.update("announcement", _keyed(dispatch), _moves(step, counts), _standing(dispatch))
        expires_at = dispatch.created_at + MAIL_KEPT_SECONDS
        for one in step.told:
            key = notification_keys.told(one.user_id, dispatch.id)
            item = ToldItem(*key, notification_id=one.notification_id, expires_at=expires_at)
            transaction.put("told", item, ToldItem.pk.does_not_exist())
        add_notifications(transaction, step.notifications)
        for mail in step.mails:
            add_mail(transaction, mail)
        try:
            transaction.commit()
        except ConditionLost as lost:
            raise Overtaken from lost
        summed = (
            getattr(dispatch.counts, name) + getattr(counts, name) for name in AnnouncementCounts.__struct_fields__
        )
        return dispatch._replace(
            stage=step.stage,
            cursor=step.cursor,
            counts=AnnouncementCounts(**dict(zip(AnnouncementCounts.__struct_fields__, summed, strict=True))),
            finished_at=step.finished_at,
        )


def _beginning(dispatch: Dispatch) -> Transaction:
    """Returns the transaction that writes a new announcement, and the due entry by which the timer finds it if the
    stream does not finish it.
    """
    transaction = Transaction()
    transaction.put("announcement", _item(dispatch), AnnouncementItem.pk.does_not_exist())
    waiting_id = f"{dispatch.event_id}.{dispatch.id}"
    transaction.put("due", due_item(dispatch.created_at + _LOST_AFTER_SECONDS, ANNOUNCEMENT, waiting_id))
    return transaction


def _keyed(dispatch: Dispatch) -> AnnouncementItem:
    return AnnouncementItem(*notification_keys.announcement(dispatch.event_id, dispatch.id))


def _standing(dispatch: Dispatch) -> Condition:
    """Returns the condition that the announcement is still at the stage and cursor that were read."""
    stage: Condition = AnnouncementItem.stage == dispatch.stage.value
    cursor: Condition = AnnouncementItem.cursor == dispatch.cursor
    both: Condition = stage & cursor
    return both


def _moves(step: Step, counts: AnnouncementCounts) -> list[Action]:
    actions: list[Action] = [
        AnnouncementItem.stage.set(step.stage.value),
        AnnouncementItem.cursor.set(step.cursor),
        AnnouncementItem.recipients.add(counts.recipients),
        AnnouncementItem.delivered.add(counts.delivered),
        AnnouncementItem.mailed.add(counts.mailed),
    ]
    if step.finished_at is not None:
        actions.append(AnnouncementItem.finished_at.set(step.finished_at))
    return actions


def _item(dispatch: Dispatch) -> AnnouncementItem:
    return AnnouncementItem(
        *notification_keys.announcement(dispatch.event_id, dispatch.id),
        id=dispatch.id,
        event_id=dispatch.event_id,
        event_name=dispatch.event_name,
        title=dispatch.title,
        message=dispatch.message,
        audience=msgspec.json.encode(dispatch.audience).decode(),
        created_by=dispatch.created_by,
        created_at=dispatch.created_at,
        stage=dispatch.stage.value,
        cursor=dispatch.cursor,
        action=dispatch.action.value,
    )


def _revived(item: AnnouncementItem) -> Dispatch:
    return Dispatch(
        id=item.id,
        event_id=item.event_id,
        event_name=item.event_name,
        title=item.title,
        message=item.message,
        audience=msgspec.json.decode(item.audience, type=Audience),
        created_by=item.created_by,
        created_at=int(item.created_at),
        stage=Stage(item.stage),
        cursor=item.cursor,
        counts=AnnouncementCounts(
            recipients=int(item.recipients), delivered=int(item.delivered), mailed=int(item.mailed)
        ),
        finished_at=None if item.finished_at is None else int(item.finished_at),
        action=NotificationAction(item.action or NotificationAction.ANNOUNCEMENT),
    )
