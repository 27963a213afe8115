"""Tells the staff who review that a session was proposed. Called by cfp/services/submit_proposal.py, which
writes what is told in the transaction of the submission.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from chalicelib.content.domain.event import Event
from chalicelib.content.domain.programme import Session, Speaker
from chalicelib.content.services import speaker_messages
from chalicelib.content.services.notify_speakers import Told, by_channels
from chalicelib.core.ids import derive_ulid
from chalicelib.core.ports import Clock
from chalicelib.core.principal import Principal
from chalicelib.notifications.domain.notification import Notification, NotificationAction
from chalicelib.notifications.domain.preferences import Channels
from chalicelib.notifications.ports import Contacts
from chalicelib.notifications.services.choose_channels import ChooseChannels
from chalicelib.notifications.services.compose import group_of, items_of
from chalicelib.texts import DEFAULT

ACTION = NotificationAction.SUBMISSION_RECEIVED


class Reviewers(Protocol):
    """Knows who decides about proposals."""

    def reviewers(self, event_id: str) -> list[str]:
        """Users who may review, those who have most to say first."""


class ReviewerNews(NamedTuple):
    """What was proposed to which event, and the name of who would give it."""

    event: Event
    session: Session
    speaker: str


class NotifyReviewers:
    """Says what reviewers are told."""

    def __init__(
        self,
        reviewers: Callable[[], Reviewers],
        choose_channels: ChooseChannels,
        contacts: Contacts,
        clock: Clock,
        *,
        public_url: str,
    ) -> None:
        self._reviewers = reviewers
        self._choose_channels = choose_channels
        self._contacts = contacts
        self._clock = clock
        self._public_url = public_url

    def about(self, event: Event, session: Session, speaker: Speaker, *, caller: Principal, room: int) -> Told:
        """What to tell of a new proposal, as much as takes at most `room` items of the transaction."""
        users = [one for one in self._reviewers().reviewers(event.id) if one != caller.user_id][:room]
        channels = self._choose_channels.channels(users, ACTION) if users else {}
        contacts = self._contacts.contacts(users) if users else {}
        told = Told()
        for user_id in users:
            language = contacts[user_id].language if user_id in contacts else DEFAULT
            more = self._to(user_id, channels[user_id], language, ReviewerNews(event, session, speaker.name))
            together = Told(told.notifications + more.notifications, told.mails + more.mails)
            if items_of(*together) > room:
                return told
            told = together
        return told

    def _to(self, user_id: str, channels: Channels, language: str, news: ReviewerNews) -> Told:
        event, session, speaker = news
        now = self._clock.now()
        brief = speaker_messages.of_submission(language, title=session.title, event_name=event.name, speaker=speaker)
        place = f"/events/{event.id}/review#{session.id}"
        notification = Notification(
            id=derive_ulid(int(now * 1000), ACTION.value, session.id, user_id),
            user_id=user_id,
            action=ACTION,
            title=brief.title,
            message=brief.message,
            subject=place,
            received_at=int(now),
            digest_at=channels.digest_at,
            group=group_of(ACTION, event.id, event.name, received_at=int(now), language=language),
        )
        key = f"{ACTION.value} {session.id} {user_id}"
        mail = speaker_messages.mail(language, brief, url=f"{self._public_url}{place}", key=key)
        return by_channels(channels, notification, mail)
