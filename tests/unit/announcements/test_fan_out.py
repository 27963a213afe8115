"""An announcement goes out step by step: what each transaction holds, who is told nothing, and where it goes on."""

from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.announcements.domain.announcement import (
    START,
    AnnouncementCounts,
    AudienceMember,
    Dispatch,
    Said,
    Stage,
)
from chalicelib.announcements.ports import Step, ToldRecipient
from chalicelib.announcements.services.fan_out import (
    MOST_ITEMS,
    SECONDS,
    TOGETHER,
    TRIES,
    FanOut,
    RecipientShare,
    packed,
)
from chalicelib.core.changes import Change, ChangeKind
from chalicelib.core.ids import derive_ulid
from chalicelib.core.preconditions import Overtaken
from chalicelib.notifications.domain.notification import Mail, NotificationAction
from chalicelib.notifications.domain.preferences import Channels, MailChoice
from chalicelib.notifications.ports import Contact
from chalicelib.notifications.services.compose import Messages
from tests.unit.announcements.builders import dispatch

NOW = 1_000.0


class FakeAnnouncements:
    """Port `Announcements` in memory: one announcement. The first `overtaken` steps are somebody else's."""

    def __init__(self, kept: Dispatch | None, *, overtaken: int = 0) -> None:
        self.kept, self.overtaken = kept, overtaken
        self.steps: list[Step] = []
        self.told: dict[str, ToldRecipient] = {}
        self.queued: set[str] = set()
        self.loads: list[tuple[str, str]] = []
        self.abandoned: list[Dispatch] = []

    def load(self, event_id: str, announcement_id: str) -> Dispatch | None:
        self.loads.append((event_id, announcement_id))
        return self.kept

    def load_told(self, announcement_id: str, user_ids: Sequence[str]) -> dict[str, ToldRecipient]:
        return {id: told for id, told in self.told.items() if id in user_ids}

    def load_queued(self, keys: Sequence[str]) -> set[str]:
        return self.queued & set(keys)

    def abandon(self, dispatch: Dispatch) -> None:
        self.abandoned.append(dispatch)
        self.kept = None

    def advance(self, dispatch: Dispatch, step: Step) -> Dispatch:
        if self.overtaken:
            self.overtaken -= 1
            raise Overtaken
        self.steps.append(step)
        counts = step.counts or AnnouncementCounts()
        fresh = {"stage": step.stage, "cursor": step.cursor, "finished_at": step.finished_at}
        self.kept = dispatch._replace(counts=counts, **fresh)
        self.told |= {one.user_id: one for one in step.told}
        return self.kept


class FakeRound:
    """A look at these people, each at a place of their own; the clock moves on by each look at some of them."""

    in_languages = False

    def __init__(self, world: "World", cursor: str) -> None:
        self.world, self.cursor = world, cursor

    def list_places(self) -> list[str]:
        return [one.place for one in self.world.people if one.place > self.cursor]

    def list_people(self, places: Sequence[str]) -> list[AudienceMember]:
        self.world.looks.append(list(places))
        self.world.now += self.world.look_takes
        return [one for one in self.world.people if one.place in places and one.place not in self.world.empty_places]

    def compose_notification(self, language: str) -> Said:
        return Said(f"Title in {language}", "<p>message</p>", "/e/E")

    def compose_mail(self, person: AudienceMember, contact: Contact | None) -> Mail:
        to = contact.email if contact else person.email
        return Mail(f"key {to}", to, "Subject", "text", "html")


class ManyLanguages(FakeRound):
    """One whose words depend on the reader."""

    in_languages = True


class World:
    """The service, with a clock that stands still but for looks."""

    def __init__(self, *people: AudienceMember, kept: Dispatch | None = None, overtaken: int = 0) -> None:
        self.people, self.now, self.look_takes = people, NOW, 0.0
        self.announcements: Any = FakeAnnouncements(kept or dispatch(), overtaken=overtaken)
        self.round: type[FakeRound] | None = FakeRound
        self.looks: list[list[str]] = []
        self.empty_places: set[str] = set()
        self.known: dict[str, Contact] = {}
        self.channels: dict[str, Channels] = {}
        self.clock = SimpleNamespace(now=lambda: self.now)
        world: Any = self
        self.service = FanOut(
            announcements=world.announcements,
            rounds=world.look,
            contacts=world,
            choose_channels=world,
            clock=world.clock,
        )

    def run(self) -> list[Step]:
        self.service.fan_out("E", "A")
        steps: list[Step] = self.announcements.steps
        return steps

    def look(self, dispatch: Dispatch) -> FakeRound | None:
        return self.round(self, dispatch.cursor) if self.round else None

    def load_contacts(self, user_ids: Iterable[str]) -> dict[str, Contact]:
        return {id: self.known[id] for id in user_ids if id in self.known}

    def choose_channels(self, user_ids: Iterable[str], action: NotificationAction) -> dict[str, Channels]:
        return {id: self.channels.get(id, Channels()) for id in user_ids}


ADA = AudienceMember("1", "ada", "ada@example.org", "Ada")
BOB = AudienceMember("2", "bob", "bob@example.org", "Bob")
GUEST = AudienceMember("3", None, "guest@example.org", "Gil")
MAILS = dispatch(stage=Stage.MAILS)


def names(steps: list[Step]) -> list[tuple[str, list[str], list[str], list[str]]]:
    """Where each step comes to, and who is told, notified and mailed by it."""
    return [
        (one.cursor, [t.user_id for t in one.told], [n.user_id for n in one.notifications], [m.to for m in one.mails])
        for one in steps
    ]


def test_fan_out_tells_inboxes_before_mails_and_says_when_it_is_done() -> None:
    world = World(ADA, GUEST)
    steps = world.run()
    assert [(one.stage, one.cursor) for one in steps] == [
        (Stage.INBOXES, "3"),
        (Stage.MAILS, START),
        (Stage.MAILS, "3"),
        (Stage.DONE, "3"),
    ]
    assert [one.finished_at for one in steps] == [None, None, None, int(NOW)]


def test_fan_out_inboxes_notifies_accounts_and_counts_them() -> None:
    step = World(ADA, BOB, GUEST).run()[0]
    assert names([step]) == [("3", ["ada", "bob"], ["ada", "bob"], [])]
    first = step.notifications[0]
    assert first.id == derive_ulid(int(NOW * 1000), "A", "ada")
    assert (first.action, first.title, first.subject, first.received_at) == (
        NotificationAction.ANNOUNCEMENT,
        "Title in en",
        "/e/E",
        int(NOW),
    )
    assert step.counts == AnnouncementCounts(recipients=2, delivered=2, mailed=0)


def test_fan_out_inboxes_counts_somebody_who_wants_none_there_as_told() -> None:
    world = World(ADA)
    world.channels = {"ada": Channels(in_app=False)}
    step = world.run()[0]
    assert (step.told, step.notifications) == ((ToldRecipient("ada", None),), ())
    assert step.counts == AnnouncementCounts(recipients=1, delivered=0, mailed=0)


def test_fan_out_inboxes_leaves_out_who_was_told_before_and_moves_on() -> None:
    world = World(ADA, BOB)
    world.announcements.told = {"bob": ToldRecipient("bob", "N")}
    assert names(world.run()[:1]) == [("2", ["ada"], ["ada"], [])]


@pytest.mark.parametrize(
    ("round", "title"), [(FakeRound, "Title in en"), (ManyLanguages, "Title in de")], ids=["one text", "texts"]
)
def test_fan_out_inboxes_is_in_the_reader_s_language_where_there_are_several(
    round: type[FakeRound], title: str
) -> None:
    world = World(ADA, BOB)
    world.round, world.known = round, {"ada": Contact("ada@example.org", True, "de")}
    assert [one.title for one in world.run()[0].notifications] == [title, "Title in en"]


def test_fan_out_mails_goes_to_those_who_were_told_and_to_guests() -> None:
    world = World(ADA, BOB, GUEST, kept=MAILS)
    world.announcements.told = {"ada": ToldRecipient("ada", "N")}
    step = world.run()[0]
    assert names([step]) == [("3", [], [], ["ada@example.org", "guest@example.org"])]
    assert [(one.user_id, one.notification_id, one.action) for one in step.mails] == [
        ("ada", "N", "announcement"),
        (None, None, "announcement"),
    ]
    assert step.counts == AnnouncementCounts(recipients=1, delivered=0, mailed=2)


@pytest.mark.parametrize("choice", [MailChoice.OFF, MailChoice.DIGEST])
def test_fan_out_mails_leaves_out_who_wants_none(choice: MailChoice) -> None:
    world = World(ADA, GUEST, kept=MAILS)
    world.announcements.told = {"ada": ToldRecipient("ada", "N")}
    world.channels = {"ada": Channels(mail=choice)}
    assert names(world.run()[:1]) == [("3", [], [], ["guest@example.org"])]


def test_fan_out_mails_in_quiet_hours_waits_for_their_end() -> None:
    world = World(ADA, kept=MAILS)
    world.announcements.told = {"ada": ToldRecipient("ada", "N")}
    world.channels = {"ada": Channels(mail_after=2_000)}
    assert [one.not_before for one in world.run()[0].mails] == [2_000]


def test_fan_out_mails_goes_to_one_address_once_and_to_none_twice() -> None:
    other = GUEST._replace(place="4", email=ADA.email)
    world = World(ADA, BOB, GUEST, other, GUEST._replace(place="5", email=""), kept=MAILS)
    world.announcements.told = {id: ToldRecipient(id, "N") for id in ("ada", "bob")}
    world.announcements.queued = {f"key {BOB.email}"}
    step = world.run()[0]
    assert names([step]) == [("5", [], [], ["ada@example.org", "guest@example.org"])]
    assert [one.user_id for one in step.mails] == ["ada", None]


def test_fan_out_mails_goes_to_the_address_that_the_account_has_now() -> None:
    world = World(ADA, kept=MAILS)
    world.announcements.told = {"ada": ToldRecipient("ada", "N")}
    world.known = {"ada": Contact("new@example.org", True, "en")}
    assert [one.to for one in world.run()[0].mails] == ["new@example.org"]


def test_fan_out_places_without_people_moves_on_past_them() -> None:
    world = World(ADA, BOB, kept=MAILS)
    world.empty_places = {"1", "2"}
    assert names(world.run()[:1]) == [("2", [], [], [])]


def test_fan_out_many_looks_at_some_together_and_fills_each_transaction() -> None:
    people = [AudienceMember(f"{n:04d}", f"user{n:04d}") for n in range(TOGETHER + 1)]
    world = World(*people)
    steps = [one for one in world.run() if one.told]
    assert [len(one) for one in world.looks[:2]] == [TOGETHER, 1]
    each = MOST_ITEMS // 4  # told, the notification and what finds it, the reader's counter
    assert [len(one.told) for one in steps] == [each] * 4 + [TOGETHER - 4 * each, 1]
    assert [one.cursor for one in steps][-2:] == ["0099", "0100"]
    assert [id for one in steps for id in [t.user_id for t in one.told]] == [one.user_id for one in people]


def test_fan_out_out_of_time_stops_behind_what_it_has_written() -> None:
    people = [AudienceMember(f"{n:04d}", f"user{n:04d}") for n in range(TOGETHER + 1)]
    world = World(*people)
    world.look_takes = SECONDS
    steps = world.run()
    assert (len(world.looks), steps[-1].stage, steps[-1].cursor) == (1, Stage.INBOXES, "0099")


def test_fan_out_again_goes_on_where_it_stood() -> None:
    world = World(ADA, BOB, GUEST, kept=dispatch(cursor="1"))
    assert names(world.run()[:1]) == [("3", ["bob"], ["bob"], [])]


def test_fan_out_that_is_overtaken_looks_again_and_leaves_it_to_whoever_is_faster_in_the_end() -> None:
    world = World(ADA, overtaken=TRIES - 1)
    assert [one.stage for one in world.run()][-1] is Stage.DONE
    slow = World(ADA, overtaken=TRIES)
    assert (slow.run(), len(slow.announcements.loads)) == ([], TRIES)


@pytest.mark.parametrize("kept", [None, dispatch(stage=Stage.DONE)], ids=["gone", "done"])
def test_fan_out_what_is_gone_or_done_does_nothing(kept: Dispatch | None) -> None:
    world = World(ADA)
    world.announcements.kept = kept
    assert (world.run(), world.looks) == ([], [])


def test_fan_out_for_nobody_any_more_abandons_it() -> None:
    world = World(ADA)
    world.round = None
    assert (world.run(), world.announcements.abandoned) == ([], [dispatch()])


def test_hear_changes_goes_on_with_each_that_is_not_done_once() -> None:
    world = World()
    world.announcements.kept = None
    images: list[Any] = [
        {"event_id": "E", "id": "B", "stage": "mails"},
        {"event_id": "E", "id": "A", "stage": "inboxes"},
        {"event_id": "E", "id": "A", "stage": "mails"},
        {"event_id": "E", "id": "C", "stage": "done"},
        None,
    ]
    world.service.on_changes([Change(ChangeKind.CHANGED, "ANNOUNCEMENT", "EVENT#E", None, one) for one in images])
    assert world.announcements.loads == [("E", "A"), ("E", "B")]


@pytest.mark.parametrize(
    ("number", "parts"),
    [(0, [0]), (MOST_ITEMS, [MOST_ITEMS]), (MOST_ITEMS + 1, [MOST_ITEMS, 1])],
    ids=["none", "as many as fit", "one more"],
)
def test_pack_shares_fills_transactions_and_begins_none_too_many(number: int, parts: list[int]) -> None:
    shares = [RecipientShare(str(n), ToldRecipient(str(n), None)) for n in range(number)]
    assert [len(part) for part in packed(shares)] == parts


def test_pack_a_share_that_is_too_big_stands_alone() -> None:
    mails = tuple(Mail(str(n), "to", "Subject", "text", "html") for n in range(MOST_ITEMS))
    assert [len(part) for part in packed([RecipientShare("1", messages=Messages(mails=mails))])] == [1]


def test_pack_a_share_that_takes_nothing_stands_with_the_others() -> None:
    shares = [RecipientShare(str(n), ToldRecipient(str(n), None)) for n in range(MOST_ITEMS)]
    assert len(list(packed([*shares, RecipientShare("last")]))) == 1
