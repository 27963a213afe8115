"""Composes messages about a new proposal to the staff who review. Called by cfp/services/submit_proposal.py, which
writes them in the transaction of the submission.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from chalicelib.content.domain.event import Event
from chalicelib.content.domain.programme import Session, Speaker
from chalicelib.content.services import speaker_messages
from chalicelib.core.ids import derive_ulid
from chalicelib.core.ports import Clock
from chalicelib.core.principal import Principal
from chalicelib.notifications.domain.notification import Notification, NotificationAction
from chalicelib.notifications.ports import Contacts
from chalicelib.notifications.services.choose_channels import Addressee, ChooseChannels
from chalicelib.notifications.services.compose import Messages, compose, fit, group_of

ACTION = NotificationAction.SUBMISSION_RECEIVED


class Reviewers(Protocol):
    """Knows who reviews the proposals of an event."""

    def list_reviewers(self, event_id: str) -> list[str]:
        """Returns the ids of users who may review, highest role first."""


class ReviewerNews(NamedTuple):
    """A proposed session, its event and the name of its speaker."""

    event: Event
    session: Session
    speaker: str


class NotifyReviewers:
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

    def compose_messages(
        self, event: Event, session: Session, speaker: Speaker, *, caller: Principal, room: int
    ) -> Messages:
        """Returns the messages about a new proposal, at most as many as take `room` items of the transaction."""
        users = [one for one in self._reviewers().list_reviewers(event.id) if one != caller.user_id][:room]
        addressees = self._choose_channels.find_addressees(users, ACTION, contacts=self._contacts)
        news = ReviewerNews(event, session, speaker.name)
        return fit((self._compose(one, news) for one in addressees), room=room)

    def _compose(self, addressee: Addressee, news: ReviewerNews) -> Messages:
        user_id, channels, language = addressee
        event, session, speaker = news
        now = self._clock.now()
        text = speaker_messages.of_submission(language, title=session.title, event_name=event.name, speaker=speaker)
        place = f"/events/{event.id}/review#{session.id}"
        notification = Notification(
            id=derive_ulid(int(now * 1000), ACTION.value, session.id, user_id),
            user_id=user_id,
            action=ACTION,
            title=text.title,
            message=text.message,
            subject=place,
            received_at=int(now),
            group=group_of(ACTION, event.id, event.name, received_at=int(now), language=language),
        )
        key = f"{ACTION.value} {session.id} {user_id}"
        mail = speaker_messages.mail(language, text, url=f"{self._public_url}{place}", key=key)
        return compose(channels, notification, mail)
