"""What speakers are told of a change of their session, who of them, and where it leads."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.content.domain.event import Event, EventState
from chalicelib.content.domain.programme import Session, SessionState
from chalicelib.content.services.notify_speakers import MOVED, NotifySpeakers, accounts_of, action_of
from chalicelib.core.ids import derive_ulid
from chalicelib.core.principal import Principal
from chalicelib.notifications.domain.notification import NotificationAction
from chalicelib.notifications.domain.preferences import Channels, MailChoice
from chalicelib.notifications.services.choose_channels import Addressee
from chalicelib.notifications.services.compose import Messages
from tests.unit.content.builders import EVENT, RecordedProgramme
from tests.unit.orders.builders import clock_at
from tests.unit.website.builders import at, event, ident, room, session, speaker

NOW = 1_000
URL = "https://m.example"
STAFF = Principal("staff", "f")
ADA_ID, BOB_ID = ident(71), ident(72)
ADA, BOB, GUEST = speaker(11, user_id=ADA_ID), speaker(12, user_id=BOB_ID), speaker(13)
SPEAKERS = [ADA.id, BOB.id, GUEST.id]
HALL = room(31, name="Hall <A>")
ACCEPTED, REJECTED = NotificationAction.SESSION_ACCEPTED, NotificationAction.SESSION_REJECTED
S = SessionState


def talk(state: SessionState = S.ACCEPTED, **fields: Any) -> Session:
    given: dict[str, Any] = {
        "speaker_ids": SPEAKERS,
        "starts_at": at("2027-06-11T08:00"),
        "ends_at": at("2027-06-11T09:00"),
    }
    return session(5, **{"title": "Graphs", "state": state, **given, **fields})


LATER = talk(starts_at=at("2027-06-11T10:00"))


class World:
    """Every other port. Everybody is told by notification and mail; `proposed` are those who proposed the session."""

    def __init__(
        self, about: Event | None = None, *, proposed: Sequence[str] = (), channels: Channels | None = None
    ) -> None:
        programme: Any = RecordedProgramme(about or event(), ADA, BOB, GUEST, HALL)
        self.channels = channels or Channels()
        self.asked: list[tuple[list[str], NotificationAction]] = []
        proposals: Any = SimpleNamespace(has_proposed=lambda user_id, session_id: user_id in proposed)
        world: Any = self
        self.programme = programme
        self.service = NotifySpeakers(programme, proposals, world, world, clock_at(NOW + 0.5), public_url=URL)

    def find_addressees(
        self, user_ids: Iterable[str], action: NotificationAction, *, contacts: object
    ) -> list[Addressee]:
        self.asked.append((list(user_ids), action))
        return [Addressee(one, self.channels, "en") for one in self.asked[-1][0]]

    def tell(
        self, before: Session, after: Session, *, caller: Principal = STAFF, room: int = 90, message: str = ""
    ) -> Messages:
        return self.service.compose_messages(EVENT, before, after, tag="tag", caller=caller, room=room, message=message)


def told(messages: Messages) -> list[str]:
    return [one.user_id for one in messages.notifications]


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (talk(S.SUBMITTED), talk(), ACCEPTED),
        (talk(S.SUBMITTED), talk(S.REJECTED), REJECTED),
        (talk(), talk(S.REJECTED), REJECTED),
        (talk(S.DRAFT), talk(), None),
        (talk(), LATER, MOVED),
        (talk(), talk(S.CONFIRMED, ends_at=at("2027-06-11T10:00")), MOVED),
        (talk(), talk(microlocation_id=HALL.id), MOVED),
        (talk(S.CONFIRMED), talk(S.CANCELLED), MOVED),
        (talk(), talk(S.CONFIRMED), None),
        (talk(), talk(title="Other"), None),
        (talk(), talk(S.WITHDRAWN), None),
        (talk(), talk(S.WITHDRAWN, starts_at=None), None),
        (talk(S.SUBMITTED), talk(S.SUBMITTED, starts_at=None), None),
        (talk(S.SUBMITTED), talk(S.CANCELLED), None),
    ],
    ids=[
        "accepted", "rejected", "rejected later", "a draft of staff", "another time", "longer", "another room",
        "cancelled", "confirmed", "another title", "withdrawn", "withdrawn and moved", "moved unseen", "cancelled unseen",
    ],
)  # fmt: skip
def test_find_action_of_a_change(before: Session, after: Session, action: NotificationAction | None) -> None:
    assert action_of(before, after) is action


def test_tell_a_decision_to_each_speaker_with_an_account_by_notification_and_mail() -> None:
    world = World()
    messages = world.tell(talk(S.SUBMITTED), talk(), message="<p>See you!</p>")
    first, second = messages.notifications
    assert (first.user_id, first.action, first.received_at) == (ADA_ID, ACCEPTED, NOW)
    assert first.id == derive_ulid(NOW * 1000 + 500, "session_accepted", ident(5), "tag", ADA_ID)
    assert (second.user_id, "<blockquote><p>See you!</p></blockquote>" in second.message) == (BOB_ID, True)
    assert [(one.key, one.user_id, one.to) for one in messages.mails] == [
        (f"session_accepted {ident(5)} tag {ADA_ID}", ADA_ID, ""),
        (f"session_accepted {ident(5)} tag {BOB_ID}", BOB_ID, ""),
    ]
    assert world.asked == [([ADA_ID, BOB_ID], ACCEPTED)]


def test_tell_nothing_to_whoever_makes_the_change() -> None:
    assert told(World().tell(talk(S.SUBMITTED), talk(), caller=Principal(ADA_ID, "f"))) == [BOB_ID]


def test_tell_a_decision_to_speakers_who_join_by_it_and_a_move_only_to_those_who_were_there() -> None:
    alone = [ADA.id]
    assert told(World().tell(talk(S.SUBMITTED, speaker_ids=alone), talk())) == [ADA_ID, BOB_ID]
    assert told(World().tell(talk(speaker_ids=alone), LATER)) == [ADA_ID]


@pytest.mark.parametrize(
    ("before", "after"), [(talk(), talk()), (talk(S.DRAFT), talk())], ids=["nothing", "no decision"]
)
def test_tell_a_change_that_nobody_is_told_of_reads_nothing(before: Session, after: Session) -> None:
    world = World()
    assert (world.tell(before, after), world.programme.loads, world.asked) == (Messages(), 0, [])


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.ARCHIVED])
def test_tell_of_an_event_that_is_not_public_decisions_alone(state: EventState) -> None:
    world = World(event(state=state))
    assert world.tell(talk(), LATER) == Messages()
    assert told(world.tell(talk(S.SUBMITTED), talk())) == [ADA_ID, BOB_ID]


def test_tell_of_an_event_that_is_gone_nothing() -> None:
    world = World()
    world.programme.kept.clear()
    assert world.tell(talk(S.SUBMITTED), talk()) == Messages()


@pytest.mark.parametrize(
    ("before", "after", "state", "proposed", "subject"),
    [
        (talk(S.SUBMITTED), talk(), EventState.PUBLISHED, [ADA_ID, BOB_ID], f"/proposals#{ident(5)}"),
        (talk(S.SUBMITTED), talk(), EventState.PUBLISHED, [], "/e/alpine"),
        (talk(S.SUBMITTED), talk(), EventState.DRAFT, [], "/notifications"),
        (talk(), LATER, EventState.PUBLISHED, [ADA_ID, BOB_ID], "/e/alpine/schedule"),
    ],
    ids=["own proposal", "public event", "hidden event", "move"],
)
def test_tell_leads_to_what_its_reader_may_see(
    before: Session, after: Session, state: EventState, proposed: list[str], subject: str
) -> None:
    messages = World(event(state=state), proposed=proposed).tell(before, after)
    assert {one.subject for one in messages.notifications} == {subject}
    assert all(f"{URL}{subject}\n" in one.text for one in messages.mails)


def test_tell_a_move_says_when_in_the_time_of_the_event_and_where() -> None:
    (first, *_) = World().tell(talk(), replace(LATER, microlocation_id=HALL.id)).notifications
    assert ("12:00" in first.message, "Hall &lt;A&gt;" in first.message) == (True, True)
    assert first.group is not None


def test_tell_a_move_to_a_room_that_is_gone_says_when_alone() -> None:
    (first, *_) = World().tell(talk(), replace(LATER, microlocation_id=ident(99))).notifications
    assert ("12:00" in first.message, "Hall" in first.message) == (True, False)


def test_tell_by_the_channels_of_each() -> None:
    messages = World(channels=Channels(in_app=False, mail=MailChoice.EACH)).tell(talk(), LATER)
    assert (messages.notifications, [one.user_id for one in messages.mails]) == ((), [ADA_ID, BOB_ID])


@pytest.mark.parametrize(("room", "users"), [(10, [ADA_ID, BOB_ID]), (9, [ADA_ID]), (4, [])])
def test_tell_as_many_as_there_is_room_for(room: int, users: list[str]) -> None:
    assert told(World().tell(talk(), LATER, room=room)) == users


def test_find_accounts_of_speakers_each_once() -> None:
    twin = speaker(14, user_id=ADA_ID)
    programme: Any = RecordedProgramme(ADA, BOB, GUEST, twin)
    assert accounts_of(programme, EVENT, [twin.id, GUEST.id, ident(99), BOB.id, ADA.id]) == [ADA_ID, BOB_ID]
