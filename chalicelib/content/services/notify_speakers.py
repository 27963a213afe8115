"""Composes messages to speakers when their session is accepted, rejected, moved or cancelled. Called by
content/services/edit_programme.py and cfp/services/review_proposal.py, which write the messages in the transaction of
the change.

New times, new rooms and cancellations are announced only for sessions that were public, in a published event. Messages
go to speakers with an account, except the user who makes the change.
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
from chalicelib.content.services.speaker_messages import MessageText, SessionSlot
from chalicelib.core.ids import derive_ulid
from chalicelib.core.kinds import Kind
from chalicelib.core.ports import Clock
from chalicelib.core.principal import Principal
from chalicelib.notifications.domain.notification import Notification, NotificationAction
from chalicelib.notifications.ports import Contacts
from chalicelib.notifications.services.choose_channels import Addressee, ChooseChannels
from chalicelib.notifications.services.compose import Messages, compose, fit, group_of

MOVED = NotificationAction.SESSION_SCHEDULE_CHANGED
INBOX = "/notifications"


class SpeakerNews(NamedTuple):
    """A change of a session that its speakers hear of. `tag` is the tag of the session's new version. `slot` is the new
    time and room of a session that moved; `message` is what staff write about a decision, as sanitised HTML.
    """

    action: NotificationAction
    event: Event
    session: Session
    tag: str
    slot: SessionSlot | None = None
    message: str = ""

    def place(self, *, is_own: bool) -> str:
        """Returns the path that the message links to: the proposal for its proposer, otherwise a public page of the
        event.
        """
        if is_own:
            return f"/proposals#{self.session.id}"
        if self.event.state is not EventState.PUBLISHED:
            return INBOX
        return f"/e/{self.event.slug}/schedule" if self.action is MOVED else f"/e/{self.event.slug}"


class Proposers(Protocol):
    """Knows who proposed which session."""

    def has_proposed(self, user_id: str, session_id: str) -> bool:
        """Returns whether the user proposed the session."""


class NotifySpeakers:
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

    def compose_messages(
        self,
        event_id: str,
        before: Session,
        after: Session,
        *,
        tag: str,
        caller: Principal,
        room: int,
        message: str = "",
    ) -> Messages:
        """Returns the messages about a change that made version `tag` of the session, at most as many as take `room`
        items of the transaction.
        """
        news = self._news(event_id, before, after, tag, message)
        if news is None:
            return Messages()
        wanted = [one for one in after.speaker_ids if news.action is not MOVED or one in before.speaker_ids]
        speakers = accounts_of(self._programme, event_id, wanted)
        users = [user_id for user_id in speakers if user_id != caller.user_id]
        addressees = self._choose_channels.find_addressees(users, news.action, contacts=self._contacts)
        return fit((self._compose(one, news) for one in addressees), room=room)

    def _news(self, event_id: str, before: Session, after: Session, tag: str, message: str) -> SpeakerNews | None:
        """Returns the news for speakers, or None when the change does not concern them."""
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

    def _compose(self, addressee: Addressee, news: SpeakerNews) -> Messages:
        user_id, channels, language = addressee
        action, event, session, tag = news[:4]
        now = self._clock.now()
        text = _text(language, news)
        is_own = action is not MOVED and self._proposals.has_proposed(user_id, session.id)
        place = news.place(is_own=is_own)
        notification = Notification(
            id=derive_ulid(int(now * 1000), action.value, session.id, tag, user_id),
            user_id=user_id,
            action=action,
            title=text.title,
            message=text.message,
            subject=place,
            received_at=int(now),
            group=group_of(action, event.id, event.name, received_at=int(now), language=language),
        )
        key = f"{action.value} {session.id} {tag} {user_id}"
        mail = speaker_messages.mail(language, text, url=f"{self._public_url}{place}", key=key)
        return compose(channels, notification, mail)


def _text(language: str, news: SpeakerNews) -> MessageText:
    about = {"title": news.session.title, "event_name": news.event.name}
    if news.slot is not None:
        return speaker_messages.of_schedule(language, news.slot, **about)
    return speaker_messages.of_decision(language, news.action, message=news.message, **about)


def action_of(before: Session, after: Session) -> NotificationAction | None:
    """Returns the notification for a change of a session, or None when speakers get none."""
    return decision_told(before.state, after.state) or (MOVED if is_told(before, after) else None)


def is_told(before: Session, after: Session) -> bool:
    """Returns whether a public session was cancelled, or got another time or room: people may rely on those."""
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
    """Returns the user ids of these speakers, each once. Speakers without an account are left out."""
    found = (programme.load(event_id, Kind.SPEAKERS, one) for one in speaker_ids)
    speakers: Iterable[Speaker] = (revive(Kind.SPEAKERS, one.body) for one in found if one is not None)
    return list(dict.fromkeys(speaker.user_id for speaker in speakers if speaker.user_id is not None))
