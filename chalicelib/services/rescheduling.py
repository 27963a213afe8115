"""Rescheduling: tells speakers that a session of theirs has another time or room, or was cancelled. Called by
services/publishing.py, which writes what is told in the transaction of the change.

Only what people could rely on is told: sessions that were public, of an event that is. Speakers hear it who have an
account, except whoever makes the change.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from chalicelib.domain.event import Event, EventState
from chalicelib.domain.ids import derive_ulid
from chalicelib.domain.kinds import Kind
from chalicelib.domain.notification import Mail, Notification, NotificationAction
from chalicelib.domain.preferences import Channels, MailChoice
from chalicelib.domain.principal import Principal
from chalicelib.domain.programme import PUBLIC_SESSION_STATES, Microlocation, Session, SessionState, Speaker
from chalicelib.domain.representation import revive
from chalicelib.domain.stored import StoredItem
from chalicelib.formats.words import DEFAULT
from chalicelib.ports import Clock
from chalicelib.ports.announcements import Contact, Contacts
from chalicelib.services import notifying
from chalicelib.services.notifying import Slot

ACTION = NotificationAction.SESSION_SCHEDULE_CHANGED


class Told(NamedTuple):
    """What is told of a change."""

    notifications: tuple[Notification, ...] = ()
    mails: tuple[Mail, ...] = ()


class Moved(NamedTuple):
    """A session that has moved: to where, in which event, and the tag of the version that says so."""

    event: Event
    session: Session
    slot: Slot
    tag: str


class Programme(Protocol):
    """Knows the event and its parts."""

    def load(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        """The staff's representation, strongly consistent."""


class Preferring(Protocol):
    """Knows how people want to be told."""

    def channels(self, user_ids: Iterable[str], action: NotificationAction) -> dict[str, Channels]:
        """Where a message about this goes, for each user."""


class Rescheduling:
    """Words changes of the schedule."""

    def __init__(
        self, programme: Programme, preferring: Preferring, contacts: Contacts, clock: Clock, *, public_url: str
    ) -> None:
        self._programme = programme
        self._preferring = preferring
        self._contacts = contacts
        self._clock = clock
        self._public_url = public_url

    def about(self, event_id: str, before: Session, after: Session, *, tag: str, caller: Principal, room: int) -> Told:
        """What to tell of a change that made the version `tag` of the session, as much as takes at most `room`
        operations of the transaction.
        """
        stored = self._programme.load(event_id, Kind.EVENTS, event_id) if is_told(before, after) else None
        event: Event | None = revive(Kind.EVENTS, stored.body) if stored else None
        if event is None or event.state is not EventState.PUBLISHED:
            return Told()
        users = [user_id for user_id in self._speakers(event_id, before, after) if user_id != caller.user_id]
        channels = self._preferring.channels(users, ACTION) if users else {}
        contacts = self._contacts.contacts(users) if users else {}
        moved = Moved(event, after, self._slot(event, after), tag)
        told = Told()
        for user_id in users:
            contact = contacts.get(user_id) or Contact("", verified=False, language=DEFAULT)
            more = self._to(user_id, channels[user_id], contact, moved)
            together = Told(told.notifications + more.notifications, told.mails + more.mails)
            if _operations(together) > room:
                return told
            told = together
        return told

    def _speakers(self, event_id: str, before: Session, after: Session) -> list[str]:
        """Accounts of those who spoke in it and still do, each once."""
        found = (
            self._programme.load(event_id, Kind.SPEAKERS, one) for one in before.speaker_ids if one in after.speaker_ids
        )
        speakers: Iterable[Speaker] = (revive(Kind.SPEAKERS, one.body) for one in found if one is not None)
        return list(dict.fromkeys(speaker.user_id for speaker in speakers if speaker.user_id is not None))

    def _slot(self, event: Event, session: Session) -> Slot:
        room = None
        if session.microlocation_id:
            stored = self._programme.load(event.id, Kind.MICROLOCATIONS, session.microlocation_id)
            found: Microlocation | None = revive(Kind.MICROLOCATIONS, stored.body) if stored else None
            room = found.name if found else None
        return Slot(_local(session.starts_at, event), room, session.state is SessionState.CANCELLED)

    def _to(self, user_id: str, channels: Channels, contact: Contact, moved: Moved) -> Told:
        event, session, slot, tag = moved
        now = self._clock.now()
        title, message = notifying.session_words(contact.language, slot, title=session.title, event_name=event.name)
        place = f"/e/{event.slug}/schedule"
        notification = Notification(
            id=derive_ulid(int(now * 1000), ACTION.value, session.id, tag, user_id),
            user_id=user_id,
            action=ACTION,
            title=title,
            message=message,
            subject=place,
            received_at=int(now),
            digest_at=channels.digest_at,
            group=notifying.group_of(ACTION, event.id, event.name, received_at=int(now), language=contact.language),
        )
        mail = notifying.session_mail(
            contact.language,
            slot,
            title=session.title,
            event_name=event.name,
            url=f"{self._public_url}{place}",
            key=f"{ACTION.value} {session.id} {tag} {user_id}",
        )._replace(
            user_id=user_id,
            action=ACTION.value,
            notification_id=notification.id if channels.in_app else None,
            not_before=channels.mail_after,
        )
        return Told((notification,) if channels.in_app else (), (mail,) if channels.mail is MailChoice.EACH else ())


def is_told(before: Session, after: Session) -> bool:
    """Whether a change is one that people relied on it not to be: when or where a public session is, or whether."""
    if before.state not in PUBLIC_SESSION_STATES:
        return False
    if after.state is SessionState.CANCELLED:
        return True
    return after.state in PUBLIC_SESSION_STATES and _place(before) != _place(after)


def _place(session: Session) -> tuple[datetime | None, datetime | None, str | None]:
    return session.starts_at, session.ends_at, session.microlocation_id


def _local(at: datetime | None, event: Event) -> datetime | None:
    return None if at is None else at.astimezone(ZoneInfo(event.timezone))


def _operations(told: Told) -> int:
    """Items of a transaction that it takes (adapters/dynamo/notification_writes.py)."""
    return sum(3 + (one.digest_at is not None) for one in told.notifications) + 2 * len(told.mails)
