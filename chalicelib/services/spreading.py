"""Spreading: carries out announcements, step by step. Called by reactions.py whenever one was written.

Each step is one transaction that also moves the announcement on, and that move is the change which brings the next
call. Killed anywhere, it goes on where it stood: nobody is left out and nobody told twice (ADR 15). Inboxes come first:
mails take long, and pushes must not wait behind them.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from chalicelib import telemetry
from chalicelib.domain.admission import TicketState, ticket_state
from chalicelib.domain.announcement import START, Audience, Counts, Dispatch, Stage
from chalicelib.domain.changes import Change
from chalicelib.domain.ids import derive_ulid
from chalicelib.domain.mailbox import canonical
from chalicelib.domain.notification import Mail, Notification, NotificationAction
from chalicelib.domain.order import OrderRecord
from chalicelib.domain.preferences import Channels, MailChoice
from chalicelib.formats.words import DEFAULT
from chalicelib.ports import Clock
from chalicelib.ports.announcements import Announcements, Contact, Contacts, Crowd, Overtaken, Step, Told
from chalicelib.services import notifying

ACTION = NotificationAction.ANNOUNCEMENT
PAGE = 1_000
"""Places (ids of orders or staff) that are asked for at once."""
TOGETHER = 100
"""Of them, those that are looked at together; what is read of them fits one BatchGetItem each."""
MOST_OPERATIONS = 99
"""Of a transaction's 100, less the announcement itself."""
SECONDS = 10.0
"""After which a call ends, so that pushes and mails behind it in the stream get their turn."""
TRIES = 5


class Preferring(Protocol):
    """Knows how people want to be told."""

    def channels(self, user_ids: Iterable[str], action: NotificationAction) -> dict[str, Channels]:
        """Where a message about this goes, for each user."""


class Person(NamedTuple):
    """Somebody in the audience: the place they stand at, their account or the address they bought with."""

    place: str
    user_id: str | None
    email: str = ""
    name: str = ""


class Share(NamedTuple):
    """What one person gets in one stage."""

    place: str
    told: Told | None = None
    notification: Notification | None = None
    mail: Mail | None = None
    is_guest: bool = False

    @property
    def operations(self) -> int:
        """Items of a transaction it takes (adapters/dynamo/notification_writes.py)."""
        collected = self.notification is not None and self.notification.digest_at is not None
        return (self.told is not None) + 3 * (self.notification is not None) + collected + 2 * (self.mail is not None)


class Spreading:
    """Brings announcements to people."""

    def __init__(
        self,
        *,
        announcements: Announcements,
        crowd: Crowd,
        contacts: Contacts,
        preferring: Preferring,
        clock: Clock,
        public_url: str,
    ) -> None:
        self._announcements = announcements
        self._crowd = crowd
        self._contacts = contacts
        self._preferring = preferring
        self._clock = clock
        self._public_url = public_url

    def on_changes(self, changes: list[Change]) -> None:
        """Go on with announcements that were written and are not done. Raises Busy."""
        images = (change.after for change in changes)
        standing = {(str(one["event_id"]), str(one["id"])) for one in images if one and one["stage"] != Stage.DONE}
        for event_id, announcement_id in sorted(standing):
            self.go_on(event_id, announcement_id)

    def go_on(self, event_id: str, announcement_id: str) -> None:
        """Take steps for a while, or to the end. Raises Busy."""
        until = self._clock.now() + SECONDS
        overtaken = 0
        while overtaken < TRIES:  # then whoever is faster goes on alone
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
        places = self._places(dispatch)
        if not places:
            self._next_stage(dispatch)
        make = self._inbox_shares if dispatch.stage is Stage.INBOXES else self._mail_shares
        for start in range(0, len(places), TOGETHER):
            some = places[start : start + TOGETHER]
            for part in packed([*make(dispatch, self._people(dispatch, some)), Share(some[-1])]):
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

    def _places(self, dispatch: Dispatch) -> list[str]:
        """Where people may be found behind the cursor: the next orders, or all staff of the roles."""
        roles = dispatch.audience.roles
        if roles is None:
            return self._crowd.order_ids(dispatch.event_id, limit=PAGE, after=dispatch.cursor)
        holders = self._crowd.holders(dispatch.event_id)
        return [user_id for user_id, role in holders if role in roles and user_id > dispatch.cursor]

    def _people(self, dispatch: Dispatch, places: Sequence[str]) -> list[Person]:
        """The people at these places that the announcement is for, each once."""
        if dispatch.audience.roles is not None:
            return [Person(user_id, user_id) for user_id in places]
        orders = self._crowd.orders(places)
        return list(_once(orders[id] for id in places if id in orders and is_for(orders[id], dispatch.audience)))

    def _inbox_shares(self, dispatch: Dispatch, people: Sequence[Person]) -> Iterator[Share]:
        """Everybody with an account is told, unless they were; into the inbox if they want it there."""
        users = [person.user_id for person in people if person.user_id is not None]
        known = self._announcements.told(dispatch.id, users)
        channels = self._preferring.channels(users, ACTION)
        now = self._clock.now()
        for person in people:
            if person.user_id is None or person.user_id in known:
                continue
            notification = None
            if channels[person.user_id].in_app:
                notification = self._notification(dispatch, person.user_id, now)
                notification = notification._replace(digest_at=channels[person.user_id].digest_at)
            told = Told(person.user_id, notification.id if notification else None)
            yield Share(person.place, told, notification)

    def _mail_shares(self, dispatch: Dispatch, people: Sequence[Person]) -> Iterator[Share]:
        """A mail to each guest, and to each of the others who wants one; to one address once."""
        users = [person.user_id for person in people if person.user_id is not None]
        told = self._announcements.told(dispatch.id, users)
        channels = self._preferring.channels(users, ACTION)
        contacts = self._contacts.contacts(users)
        shares: dict[str, Share] = {}
        for person in people:
            if person.user_id is None:
                mail = self._mail(dispatch, person, None)
            elif person.user_id in told and channels[person.user_id].mail is MailChoice.EACH:
                mail = self._mail(dispatch, person, contacts.get(person.user_id))._replace(
                    notification_id=told[person.user_id].notification_id,
                    not_before=channels[person.user_id].mail_after,
                )
            else:
                continue
            if mail.to:  # an account that is not verified and bought nothing has no address to rely on
                shares.setdefault(mail.key, Share(person.place, mail=mail, is_guest=person.user_id is None))
        queued = self._announcements.queued(list(shares))
        return (share for key, share in shares.items() if key not in queued)

    def _notification(self, dispatch: Dispatch, user_id: str, now: float) -> Notification:
        return Notification(
            id=derive_ulid(int(now * 1000), dispatch.id, user_id),
            user_id=user_id,
            action=ACTION,
            title=notifying.announcement_title(dispatch.title, dispatch.event_name),
            message=dispatch.message,
            subject=_place(dispatch),
            received_at=int(now),
        )

    def _mail(self, dispatch: Dispatch, person: Person, contact: Contact | None) -> Mail:
        """To an account's address when that is certainly theirs, otherwise where their tickets went."""
        to = contact.email if contact is not None and contact.verified else person.email
        words = "announcement.link" if dispatch.audience.roles is None else "announcement.link_staff"
        mail = notifying.announcement_mail(
            key=f"announcement {dispatch.id} {canonical(to)}",
            to=to,
            name=person.name,
            title=dispatch.title,
            message=dispatch.message,
            event_name=dispatch.event_name,
            link=(words, f"{self._public_url}{_place(dispatch)}"),
            language=contact.language if contact is not None else DEFAULT,
        )
        return mail._replace(user_id=person.user_id, action=ACTION.value)


def is_for(record: OrderRecord, audience: Audience) -> bool:
    """Whether an order has tickets of the audience that are not void."""
    if ticket_state(record) is TicketState.VOID:
        return False
    types = audience.ticket_type_ids
    return types is None or any(line.ticket_type_id in types for line in record.order.lines)


def packed(shares: Sequence[Share]) -> Iterator[list[Share]]:
    """The shares in parts that fit one transaction each; none is empty."""
    part: list[Share] = []
    used = 0
    for share in shares:
        if part and used + share.operations > MOST_OPERATIONS:
            yield part
            part, used = [], 0
        part.append(share)
        used += share.operations
    yield part


def _once(orders: Iterable[OrderRecord]) -> Iterator[Person]:
    """The buyers, each once: by account, or by address where there is none."""
    seen: set[str] = set()
    for record in orders:
        buyer = record.order.buyer
        who = record.user_id or canonical(buyer.email)
        if who not in seen:
            seen.add(who)
            yield Person(record.id, record.user_id, buyer.email, buyer.name)


def _step(stage: Stage, part: Sequence[Share]) -> Step:
    notifications = tuple(share.notification for share in part if share.notification)
    mails = tuple(share.mail for share in part if share.mail)
    told = tuple(share.told for share in part if share.told)
    guests = sum(share.is_guest for share in part)
    counts = Counts(recipients=len(told) + guests, delivered=len(notifications), mailed=len(mails))
    return Step(stage, part[-1].place, told, notifications, mails, counts)


def _place(dispatch: Dispatch) -> str:
    """Where the notification leads. Staff may be told of an event that nobody else sees yet."""
    return f"/e/{dispatch.event_id}" if dispatch.audience.roles is None else "/events"
