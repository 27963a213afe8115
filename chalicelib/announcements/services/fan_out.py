"""Carries out announcements, step by step. Called by reactions.py whenever one was written.

Each step is one transaction that also moves the announcement on, and that move is the change which brings the next
call. Killed anywhere, it goes on where it stood: nobody is left out and nobody told twice (ADR 15). Inboxes come first:
mails take long, and pushes must not wait behind them. Who is told what: announcements/services/recipients.py,
cfp/services/call_recipients.py.
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
"""Places, of those found at once, that are looked at together; what is read of them fits one BatchGetItem each."""
MOST_ITEMS = MAX_ITEMS - 1
"""What a transaction takes beside the announcement itself."""
SECONDS = 10.0
"""After which a call ends, so that pushes and mails behind it in the stream get their turn."""
TRIES = 5


class Round(Protocol):
    """One look at whom an announcement is for. `in_languages`: what is said in the inbox depends on the reader."""

    in_languages: bool

    def list_places(self) -> list[str]:
        """Where people may be found behind the cursor; none: that was all."""

    def list_people(self, places: Sequence[str]) -> list[AudienceMember]:
        """The people at some of these places, each once."""

    def compose_notification(self, language: str) -> Said:
        """What an inbox shows."""

    def compose_mail(self, person: AudienceMember, contact: Contact | None) -> Mail:
        """A mail; without an address there is nothing to rely on."""


class RecipientShare(NamedTuple):
    """What one person gets in one stage."""

    place: str
    told: ToldRecipient | None = None
    messages: Messages = Messages()
    is_guest: bool = False

    @property
    def items(self) -> int:
        """Items of a transaction it takes."""
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
        """Go on with announcements that were written and are not done. Raises Busy."""
        images = (change.after for change in changes)
        standing = {(str(one["event_id"]), str(one["id"])) for one in images if one and one["stage"] != Stage.DONE}
        for event_id, announcement_id in sorted(standing):
            self.fan_out(event_id, announcement_id)

    def fan_out(self, event_id: str, announcement_id: str) -> None:
        """Take steps for a while, or to the end. Raises Busy."""
        until = self._clock.now() + SECONDS
        overtaken = 0
        while overtaken < TRIES:  # not until_settled: whoever is faster goes on alone then
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
        """Serve the next people, in as many transactions as it takes; without any the stage is over."""
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
        """Everybody with an account is told, unless they were; into the inbox if they want it there."""
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
        """A mail to each guest, and to each of the others who wants one; to one address once."""
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
    """The shares in parts that fit one transaction each; none is empty."""
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
