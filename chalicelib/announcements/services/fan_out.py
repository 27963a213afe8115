"""Delivers announcements step by step. Called by reactions.py whenever an announcement was written.

Each step is one transaction that also moves the announcement forward. That write is a change in the stream, and so
causes the next call. After an interruption it continues where it was: nobody is left out, and nobody gets it twice
(ADR 15). Inboxes come first, because mails take long and pushes must not wait for them. Recipients and texts come from
announcements/services/recipients.py and cfp/services/call_recipients.py.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from chalicelib import telemetry
from chalicelib.announcements.domain.announcement import (
    START,
    AnnouncementCounts,
    AudienceMember,
    Dispatch,
    Said,
    Stage,
)
from chalicelib.announcements.ports import Announcements, Step, ToldRecipient
from chalicelib.core.changes import Change
from chalicelib.core.ids import derive_ulid
from chalicelib.core.ports import Clock
from chalicelib.core.preconditions import Overtaken
from chalicelib.core.transactions import MAX_ITEMS
from chalicelib.notifications.domain.notification import Mail, Notification
from chalicelib.notifications.ports import Contact, Contacts
from chalicelib.notifications.services.choose_channels import ChooseChannels
from chalicelib.notifications.services.compose import (
    NO_ACCOUNT,
    Messages,
    compose_mail,
    compose_notification,
    items_of,
)
from chalicelib.texts import DEFAULT

TOGETHER = 100
"""Places that are processed together. What is read about them fits in one BatchGetItem each."""
MOST_ITEMS = MAX_ITEMS - 1
"""Items of a transaction that are left beside the announcement itself."""
SECONDS = 10.0
"""A call ends after this many seconds, so that pushes and mails behind it in the stream do not wait longer."""
TRIES = 5


class Round(Protocol):
    """The recipients and texts for the next page of an announcement. With `in_languages`, the inbox text depends on the
    reader's language.
    """

    in_languages: bool

    def list_places(self) -> list[str]:
        """Returns the places after the cursor at which there may be recipients; an empty list at the end."""

    def list_people(self, places: Sequence[str]) -> list[AudienceMember]:
        """Returns the recipients at some of these places, each once."""

    def compose_notification(self, language: str) -> Said:
        """Returns what the inbox shows."""

    def compose_mail(self, person: AudienceMember, contact: Contact | None) -> Mail:
        """Returns the mail. `to` is empty when no usable address is known; such a mail is not sent."""


class RecipientShare(NamedTuple):
    """What one person gets in one stage."""

    place: str
    told: ToldRecipient | None = None
    messages: Messages = Messages()
    is_guest: bool = False

    @property
    def items(self) -> int:
        """Returns how many items of a transaction it takes."""
        return (self.told is not None) + items_of(self.messages)


class FanOut:
    def __init__(
        self,
        *,
        announcements: Announcements,
        rounds: Callable[[Dispatch], Round | None],
        contacts: Contacts,
        choose_channels: ChooseChannels,
        clock: Clock,
    ) -> None:
        self._announcements = announcements
        self._rounds = rounds
        self._contacts = contacts
        self._choose_channels = choose_channels
        self._clock = clock

    def on_changes(self, changes: list[Change]) -> None:
        """Continues announcements that were written and are not done. Raises Busy."""
        images = (change.after for change in changes)
        standing = {(str(one["event_id"]), str(one["id"])) for one in images if one and one["stage"] != Stage.DONE}
        for event_id, announcement_id in sorted(standing):
            self.fan_out(event_id, announcement_id)

    def fan_out(self, event_id: str, announcement_id: str) -> None:
        """Takes steps until the end or for about SECONDS. Raises Busy."""
        until = self._clock.now() + SECONDS
        overtaken = 0
        while overtaken < TRIES:  # not until_settled: after TRIES the faster run continues alone
            dispatch = self._announcements.load(event_id, announcement_id)
            if dispatch is None or dispatch.stage is Stage.DONE:
                return
            try:
                self._page(dispatch, until)
            except Overtaken:
                overtaken += 1
            if self._clock.now() >= until:
                return

    def _page(self, dispatch: Dispatch, until: float) -> None:
        """Delivers to the next recipients in as many transactions as needed. Without recipients, the stage is over."""
        look = self._rounds(dispatch)
        if look is None:
            self._announcements.abandon(dispatch)
            return
        places = look.list_places()
        if not places:
            self._next_stage(dispatch)
            return
        make = self._inbox_shares if dispatch.stage is Stage.INBOXES else self._mail_shares
        for start in range(0, len(places), TOGETHER):
            some = places[start : start + TOGETHER]
            for part in packed([*make(look, dispatch, look.list_people(some)), RecipientShare(some[-1])]):
                dispatch = self._announcements.advance(dispatch, _step(dispatch.stage, part))
            if self._clock.now() >= until:
                return

    def _next_stage(self, dispatch: Dispatch) -> None:
        if dispatch.stage is Stage.INBOXES:
            self._announcements.advance(dispatch, Step(Stage.MAILS, START))
            return
        now = int(self._clock.now())
        done = self._announcements.advance(dispatch, Step(Stage.DONE, dispatch.cursor, finished_at=now))
        counts = done.counts
        telemetry.log(
            "announcement_sent",
            announcement_id=done.id,
            recipients=counts.recipients,
            delivered=counts.delivered,
            mailed=counts.mailed,
            seconds=now - done.created_at,
        )

    def _inbox_shares(
        self, look: Round, dispatch: Dispatch, people: Sequence[AudienceMember]
    ) -> Iterator[RecipientShare]:
        """Yields a share for each person with an account who has not got it yet; with a notification if they want one
        in their inbox.
        """
        users = [person.user_id for person in people if person.user_id is not None]
        known = self._announcements.load_told(dispatch.id, users)
        channels = self._choose_channels.choose_channels(users, dispatch.action)
        contacts = self._contacts.load_contacts(users) if look.in_languages else {}
        now = self._clock.now()
        for person in people:
            user_id = person.user_id
            if user_id is None or user_id in known:
                continue
            said = look.compose_notification(contacts[user_id].language if user_id in contacts else DEFAULT)
            notification = Notification(
                id=derive_ulid(int(now * 1000), dispatch.id, user_id),
                user_id=user_id,
                action=dispatch.action,
                received_at=int(now),
                **said._asdict(),
            )
            messages = compose_notification(channels[user_id], notification)
            told = ToldRecipient(user_id, notification.id if messages.notifications else None)
            yield RecipientShare(person.place, told, messages)

    def _mail_shares(
        self, look: Round, dispatch: Dispatch, people: Sequence[AudienceMember]
    ) -> Iterator[RecipientShare]:
        """Returns a share for each guest, and for each other person who wants a mail; one per address."""
        users = [person.user_id for person in people if person.user_id is not None]
        told = self._announcements.load_told(dispatch.id, users)
        channels = self._choose_channels.choose_channels(users, dispatch.action)
        contacts = self._contacts.load_contacts(users)
        shares: dict[str, RecipientShare] = {}
        for person in people:
            user_id = person.user_id
            if user_id is not None and user_id not in told:
                continue
            mail = look.compose_mail(person, contacts.get(user_id) if user_id else None)
            mail = mail._replace(user_id=user_id, action=dispatch.action.value)
            if user_id is not None:
                mail = mail._replace(notification_id=told[user_id].notification_id)
            messages = compose_mail(channels[user_id] if user_id else NO_ACCOUNT, mail)
            if messages.mails and mail.to:
                shares.setdefault(mail.key, RecipientShare(person.place, messages=messages, is_guest=user_id is None))
        queued = self._announcements.load_queued(list(shares))
        return (share for key, share in shares.items() if key not in queued)


def packed(shares: Sequence[RecipientShare]) -> Iterator[list[RecipientShare]]:
    """Splits the shares into lists that fit in one transaction each. No list is empty."""
    part: list[RecipientShare] = []
    used = 0
    for share in shares:
        if part and used + share.items > MOST_ITEMS:
            yield part
            part, used = [], 0
        part.append(share)
        used += share.items
    yield part


def _step(stage: Stage, part: Sequence[RecipientShare]) -> Step:
    notifications = tuple(one for share in part for one in share.messages.notifications)
    mails = tuple(one for share in part for one in share.messages.mails)
    told = tuple(share.told for share in part if share.told)
    guests = sum(share.is_guest for share in part)
    counts = AnnouncementCounts(recipients=len(told) + guests, delivered=len(notifications), mailed=len(mails))
    return Step(stage, part[-1].place, told, notifications, mails, counts)
