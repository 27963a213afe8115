"""Tells speakers what became of a session of theirs: accepted or rejected, another time or room, cancelled.
Called by content/services/edit_programme.py and cfp/services/review_proposal.py, which write what is told in the
transaction of the change.

Of times and rooms only what people could rely on is told: sessions that were public, of an event that is. Speakers hear
it who have an account, except whoever makes the change.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from chalicelib.content.domain.event import Event, EventState
from chalicelib.content.domain.programme import (
    PUBLIC_SESSION_STATES,
    Microlocation,
    Session,
    SessionState,
    Speaker,
    decision_told,
)
from chalicelib.content.domain.views import revive
from chalicelib.content.ports import Programme
from chalicelib.content.services import speaker_messages
from chalicelib.content.services.speaker_messages import Brief, SessionSlot
from chalicelib.core.ids import derive_ulid
from chalicelib.core.kinds import Kind
from chalicelib.core.ports import Clock
from chalicelib.core.principal import Principal
from chalicelib.notifications.domain.notification import Mail, Notification, NotificationAction
from chalicelib.notifications.domain.preferences import Channels, MailChoice
from chalicelib.notifications.ports import Contact, Contacts
from chalicelib.notifications.services.choose_channels import ChooseChannels
from chalicelib.notifications.services.compose import group_of, items_of
from chalicelib.texts import DEFAULT

MOVED = NotificationAction.SESSION_SCHEDULE_CHANGED
INBOX = "/notifications"


class Told(NamedTuple):
    """What is told of a change."""

    notifications: tuple[Notification, ...] = ()
    mails: tuple[Mail, ...] = ()


class SpeakerNews(NamedTuple):
    """What has become of a session, in which event, and the tag of the version that says so. `slot` is where and when
    one that moved is now; `message` is what staff write about a decision, sanitised HTML.
    """

    action: NotificationAction
    event: Event
    session: Session
    tag: str
    slot: SessionSlot | None = None
    message: str = ""

    def place(self, *, is_own: bool) -> str:
        """Where it leads: to one's own proposal, or to what everybody can see of the event."""
        if is_own:
            return f"/proposals#{self.session.id}"
        if self.event.state is not EventState.PUBLISHED:
            return INBOX
        return f"/e/{self.event.slug}/schedule" if self.action is MOVED else f"/e/{self.event.slug}"


class Proposers(Protocol):
    """Knows who proposed what."""

    def has_proposed(self, user_id: str, session_id: str) -> bool:
        """Whether somebody proposed the session."""


class NotifySpeakers:
    """Says what speakers are told."""

    def __init__(
        self,
        programme: Programme,
        proposals: Proposers,
        choose_channels: ChooseChannels,
        contacts: Contacts,
        clock: Clock,
        *,
        public_url: str,
    ) -> None:
        self._programme = programme
        self._proposals = proposals
        self._choose_channels = choose_channels
        self._contacts = contacts
        self._clock = clock
        self._public_url = public_url

    def about(
        self,
        event_id: str,
        before: Session,
        after: Session,
        *,
        tag: str,
        caller: Principal,
        room: int,
        message: str = "",
    ) -> Told:
        """What to tell of a change that made the version `tag` of the session, as much as takes at most `room`
        items of the transaction.
        """
        news = self._news(event_id, before, after, tag, message)
        if news is None:
            return Told()
        wanted = [one for one in after.speaker_ids if news.action is not MOVED or one in before.speaker_ids]
        speakers = accounts_of(self._programme, event_id, wanted)
        users = [user_id for user_id in speakers if user_id != caller.user_id]
        channels = self._choose_channels.channels(users, news.action) if users else {}
        contacts = self._contacts.contacts(users) if users else {}
        told = Told()
        for user_id in users:
            contact = contacts.get(user_id) or Contact("", verified=False, language=DEFAULT)
            more = self._to(user_id, channels[user_id], contact.language, news)
            together = Told(told.notifications + more.notifications, told.mails + more.mails)
            if items_of(*together) > room:
                return told
            told = together
        return told

    def _news(self, event_id: str, before: Session, after: Session, tag: str, message: str) -> SpeakerNews | None:
        """What there is to tell, if anything."""
        action = action_of(before, after)
        stored = self._programme.load(event_id, Kind.EVENTS, event_id) if action else None
        if action is None or stored is None:
            return None
        event: Event = revive(Kind.EVENTS, stored.body)
        if action is not MOVED:
            return SpeakerNews(action, event, after, tag, message=message)
        if event.state is not EventState.PUBLISHED:
            return None
        return SpeakerNews(action, event, after, tag, self._slot(event, after))

    def _slot(self, event: Event, session: Session) -> SessionSlot:
        room = None
        if session.microlocation_id:
            stored = self._programme.load(event.id, Kind.MICROLOCATIONS, session.microlocation_id)
            found: Microlocation | None = revive(Kind.MICROLOCATIONS, stored.body) if stored else None
            room = found.name if found else None
        return SessionSlot(_local(session.starts_at, event), room, session.state is SessionState.CANCELLED)

    def _to(self, user_id: str, channels: Channels, language: str, news: SpeakerNews) -> Told:
        action, event, session, tag = news[:4]
        now = self._clock.now()
        brief = _brief(language, news)
        is_own = action is not MOVED and self._proposals.has_proposed(user_id, session.id)
        place = news.place(is_own=is_own)
        notification = Notification(
            id=derive_ulid(int(now * 1000), action.value, session.id, tag, user_id),
            user_id=user_id,
            action=action,
            title=brief.title,
            message=brief.message,
            subject=place,
            received_at=int(now),
            digest_at=channels.digest_at,
            group=group_of(action, event.id, event.name, received_at=int(now), language=language),
        )
        key = f"{action.value} {session.id} {tag} {user_id}"
        mail = speaker_messages.mail(language, brief, url=f"{self._public_url}{place}", key=key)
        return by_channels(channels, notification, mail)


def _brief(language: str, news: SpeakerNews) -> Brief:
    about = {"title": news.session.title, "event_name": news.event.name}
    if news.slot is not None:
        return speaker_messages.of_schedule(language, news.slot, **about)
    return speaker_messages.of_decision(language, news.action, message=news.message, **about)


def action_of(before: Session, after: Session) -> NotificationAction | None:
    """What a change of a session is to its speakers, if it is anything to them."""
    return decision_told(before.state, after.state) or (MOVED if is_told(before, after) else None)


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


def accounts_of(programme: Programme, event_id: str, speaker_ids: Iterable[str]) -> list[str]:
    """The accounts of these speakers, each once."""
    found = (programme.load(event_id, Kind.SPEAKERS, one) for one in speaker_ids)
    speakers: Iterable[Speaker] = (revive(Kind.SPEAKERS, one.body) for one in found if one is not None)
    return list(dict.fromkeys(speaker.user_id for speaker in speakers if speaker.user_id is not None))


def by_channels(channels: Channels, notification: Notification, mail: Mail) -> Told:
    """A notification and the mail that says the same, as far as their reader wants each. Without an account
    (`user_id` empty) the mail is to its address.
    """
    mail = mail._replace(
        user_id=notification.user_id or None,
        action=notification.action.value,
        notification_id=notification.id if channels.in_app else None,
        not_before=channels.mail_after,
    )
    return Told((notification,) if channels.in_app else (), (mail,) if channels.mail is MailChoice.EACH else ())
