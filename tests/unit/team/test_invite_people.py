"""Staff invite people: who may, what stands in the way of an invitation, and what is written of it."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.accounts.domain.account import Account
from chalicelib.content.domain.programme import SessionState
from chalicelib.core.errors import (
    AlreadyExists,
    Busy,
    Conflict,
    Forbidden,
    InvalidInput,
    MarqueeError,
    NotFound,
    TooManyAttempts,
)
from chalicelib.core.kinds import Kind
from chalicelib.core.permissions import Role
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.notifications.services.compose import Messages
from chalicelib.team.domain.invitation import (
    LIFE_SECONDS,
    MOST_A_DAY,
    MOST_OPEN,
    MOST_TO_ADDRESS,
    InviteForm,
    InviteState,
    SpeakerInviteForm,
    StoredInvite,
)
from chalicelib.team.domain.views import Invite
from chalicelib.team.ports import NOTHING
from chalicelib.team.services.invitation_messages import InvitationNews
from chalicelib.team.services.invite_people import TRIES, InvitePeople
from tests.unit.accounts.builders import FakeAccounts, account
from tests.unit.accounts.fake_authorise import FakeAuthorise
from tests.unit.content.fake_programme import FakeProgramme
from tests.unit.orders.builders import clock_at
from tests.unit.team.builders import (
    ADA,
    EVE,
    EVENT,
    GRACE,
    INVITE,
    NOW,
    SPEAKER,
    TALK,
    FakeInvites,
    FakeRoster,
    invite,
    to_speak,
)
from tests.unit.website.builders import event, ident, session, speaker

NEW = ident(50)
ADDRESS = "ada@example.org"


class World:
    """The service at second NOW; Grace invites, with a role. `told` is what was composed, and for which account."""

    def __init__(
        self,
        *kept: StoredInvite,
        role: str = "owner",
        grace: Account | None = None,
        people: tuple[Account, ...] = (),
        roles: dict[str, str] | None = None,
        **lost: Any,
    ) -> None:
        everyone = {GRACE: role} | (roles or {})
        self.invites = FakeInvites(*kept, **lost)
        self.accounts = FakeAccounts(grace or account(GRACE, name="Grace"), *people)
        talk = session(2, state=SessionState.SUBMITTED, speaker_ids=[SPEAKER])
        self.programme = FakeProgramme(events=[event()], sessions=[talk], speakers=[speaker(3, user_id=EVE)])
        self.attempts: Counter[str] = Counter()
        self.told: list[tuple[InvitationNews, str | None]] = []
        everything: Any = self
        self.service = InvitePeople(
            invites=self.invites,
            roster=FakeRoster(everyone),  # type: ignore[arg-type]
            accounts=self.accounts,  # type: ignore[arg-type]
            attempts=everything,
            programme=self.programme,
            authorise=FakeAuthorise(everyone),  # type: ignore[arg-type]
            invitation_messages=everything,
            clock=clock_at(NOW + 0.5),
        )

    def count_attempt(self, subject: str, *, now: int, window: int, by: int = 1) -> int:
        self.attempts[subject] += by
        return self.attempts[subject]

    def compose_messages(self, news: InvitationNews, account: Account | None) -> Messages:
        self.told.append((news, account.id if account else None))
        return Messages((), ("mail",))  # type: ignore[arg-type]

    def to_staff(self, email: str = ADDRESS, role: Role = Role.MODERATOR) -> Invite:
        form = InviteForm(email=email, role=role)
        return self.service.invite_member(EVENT, form, caller=Principal(GRACE, "f"), new_id=NEW)

    def to_talk(self, email: str = ADDRESS, session_id: str = TALK) -> Invite:
        form = SpeakerInviteForm(email=email)
        return self.service.invite_speaker(EVENT, session_id, form, caller=Principal(GRACE, "f"), new_id=NEW)

    def resend(self) -> Invite:
        return self.service.resend_invite(EVENT, INVITE, caller=Principal(GRACE, "f"))

    def revoke(self) -> None:
        self.service.revoke_invite(EVENT, INVITE, caller=Principal(GRACE, "f"))

    def listed(self) -> list[tuple[str, str]]:
        body = self.service.list_invites(EVENT, caller=Principal(GRACE, "f")).load()[1]
        return [(one["id"], one["state"]) for one in json.loads(body)["items"]]


MADE = invite(id=NEW, created_at=NOW, until=NOW + LIFE_SECONDS)
SPEAKS = MADE._replace(role=None, session_id=TALK)
INVITES: list[Callable[[World], Invite]] = [World.to_staff, World.to_talk]


def code_of(answer: Callable[[], object], error: type[MarqueeError]) -> str:
    """The code with which an answer is refused."""
    with pytest.raises(error) as refused:
        answer()
    return refused.value.code


def test_invite_member_is_written_with_its_mail() -> None:
    world = World()
    assert world.to_staff(" Ada@EXAMPLE.org") == Invite(
        id=NEW,
        email=ADDRESS,
        role="moderator",
        session_id=None,
        state="pending",
        created_at=moment(NOW),
        expires_at=moment(NOW + LIFE_SECONDS),
        invited_by=GRACE,
    )
    assert world.invites.written == [(MADE, None, "mail")]
    assert world.told == [(InvitationNews(MADE, "Alpine Python Days", None, "Grace"), None)]


def test_invite_speaker_is_written_with_its_mail() -> None:
    world = World(people=(account(ADA, email=ADDRESS),))
    assert (world.to_talk().session_id, world.to_talk().role) == (TALK, None)
    assert world.invites.written[0] == (SPEAKS, None, "mail")
    assert world.told[0] == (InvitationNews(SPEAKS, "Alpine Python Days", "Talk 2", "Grace"), ADA)


def test_invite_again_after_a_request_that_was_cut_off_gives_what_it_made() -> None:
    world = World(MADE)
    assert world.to_staff().id == NEW
    assert (world.invites.written, world.told) == ([], [])


@pytest.mark.parametrize(
    "before",
    [
        *(invite(state=state) for state in (InviteState.ACCEPTED, InviteState.DECLINED, InviteState.REVOKED)),
        invite(until=NOW),
        invite(invited_by=EVE),
    ],
    ids=["accepted", "declined", "revoked", "too old", "by who may not any more"],
)
def test_invite_whose_last_invitation_is_over_takes_its_place(before: StoredInvite) -> None:
    world = World(before)
    world.to_staff()
    assert world.invites.written == [(MADE, before, "mail")]


def test_invite_an_address_with_an_open_invitation_to_the_same_is_refused() -> None:
    assert code_of(World(invite(role=Role.REGISTRAR)).to_staff, AlreadyExists) == "already_invited"
    assert code_of(World(to_speak()).to_talk, AlreadyExists) == "already_invited"
    World(to_speak()).to_staff()
    World(invite(), to_speak(session_id=ident(60), id=ident(61))).to_talk()
    World(invite(email="eve@example.org")).to_staff()


def test_invite_while_another_is_faster_is_refused() -> None:
    assert code_of(World(beaten=True).to_staff, AlreadyExists) == "already_invited"


def test_invite_more_than_an_event_may_have_open_is_refused() -> None:
    opened = [invite(id=str(number), email=f"{number}@example.org") for number in range(MOST_OPEN)]
    World(*opened[1:], invite(id="over", email="over@example.org", until=NOW)).to_staff()
    assert code_of(World(*opened).to_staff, Conflict) == "too_many_invites"


def test_invite_who_is_that_already_is_refused() -> None:
    ada = account(ADA, email=ADDRESS)
    assert code_of(World(people=(ada,), roles={ADA: "moderator"}).to_staff, AlreadyExists) == "already_staff"
    World(people=(ada,), roles={ADA: "owner"}).to_staff()
    eve = account(EVE, email=ADDRESS)
    assert code_of(World(people=(eve,)).to_talk, AlreadyExists) == "already_speaking"


def test_invite_an_address_whose_characters_stand_for_others_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        World().to_staff("ada@straße.example")
    assert [one.pointer for one in refused.value.violations] == ["/email"]


def test_invite_above_one_s_own_role_is_refused() -> None:
    World(role="organizer").to_staff(role=Role.ORGANIZER)
    assert code_of(lambda: World(role="organizer").to_staff(role=Role.OWNER), Forbidden) == "above_own_role"


@pytest.mark.parametrize("answer", INVITES)
def test_invite_before_one_s_own_address_is_proven_is_refused(answer: Callable[[World], Invite]) -> None:
    world = World(grace=account(GRACE, verified=False))
    assert code_of(lambda: answer(world), Forbidden) == "unverified"
    world.accounts.kept.clear()
    assert code_of(lambda: answer(world), Forbidden) == "unverified"


@pytest.mark.parametrize(
    ("role", "answer", "error"),
    [
        ("coorganizer", World.to_staff, Forbidden),
        ("moderator", World.to_talk, Forbidden),
        ("moderator", World.resend, Forbidden),
        ("coorganizer", World.resend, Forbidden),
        ("coorganizer", World.revoke, Forbidden),
        ("moderator", World.listed, Forbidden),
    ],
)
def test_invite_resend_revoke_list_by_who_may_not_is_refused(
    role: str, answer: Callable[[World], object], error: type[MarqueeError]
) -> None:
    assert code_of(lambda: answer(World(invite(), role=role)), error) == "forbidden"


def test_invite_to_a_session_that_is_over_or_none_is_refused() -> None:
    world = World()
    world.programme.kept[Kind.SESSIONS] = {TALK: session(2, state=SessionState.CANCELLED)}
    assert code_of(world.to_talk, Conflict) == "session_over"
    for session_id in (ident(99), "no id"):
        with pytest.raises(NotFound):
            World().to_talk(session_id=session_id)


@pytest.mark.parametrize(
    ("subject", "most"), [(f"invites by {GRACE}", MOST_A_DAY), (f"invites to {ADDRESS}", MOST_TO_ADDRESS)]
)
@pytest.mark.parametrize("answer", [*INVITES, World.resend])
def test_invite_and_resend_more_than_so_many_a_day_is_refused(
    subject: str, most: int, answer: Callable[[World], Invite]
) -> None:
    kept = (invite(),) if answer is World.resend else ()
    world = World(*kept)
    world.attempts[subject] = most - 1
    answer(world)
    world = World(*kept)
    world.attempts[subject] = most
    with pytest.raises(TooManyAttempts):
        answer(world)
    assert world.invites.written == []


@pytest.mark.parametrize("kept", [invite(), invite(until=NOW), invite(invited_by=EVE), to_speak()])
def test_resend_gives_a_new_life_by_whoever_sends_it(kept: StoredInvite) -> None:
    world = World(kept)
    assert (world.resend().state, world.resend().expires_at) == ("pending", moment(NOW + LIFE_SECONDS))
    assert world.invites.written[0] == (kept._replace(invited_by=GRACE, until=NOW + LIFE_SECONDS), "mail")


@pytest.mark.parametrize("state", [InviteState.ACCEPTED, InviteState.DECLINED, InviteState.REVOKED])
def test_resend_what_is_settled_is_refused(state: InviteState) -> None:
    assert code_of(World(invite(state=state)).resend, Conflict) == f"invite_{state.value}"


def test_resend_what_is_answered_meanwhile_is_refused() -> None:
    assert code_of(World(invite(), beaten=True).resend, Conflict) == "invite_answered"


def test_resend_and_revoke_above_one_s_own_role_is_refused() -> None:
    for answer in ("resend", "revoke"):
        world = World(invite(role=Role.OWNER), role="organizer")
        assert code_of(getattr(world, answer), Forbidden) == "above_own_role"


def test_resend_and_revoke_of_an_invitation_that_is_none_is_not_found() -> None:
    for answer in (World.resend, World.revoke):
        with pytest.raises(NotFound):
            answer(World())


@pytest.mark.parametrize("kept", [invite(), invite(invited_by=EVE), to_speak()])
def test_revoke_open_invitation_is_written_once(kept: StoredInvite) -> None:
    world = World(kept)
    world.revoke()
    world.revoke()
    assert world.invites.written == [(InviteState.REVOKED, NOW, GRACE, NOTHING)]


def test_revoke_what_is_too_old_writes_nothing_and_what_was_answered_is_refused() -> None:
    world = World(invite(until=NOW))
    world.revoke()
    assert world.invites.written == []
    assert code_of(World(invite(state=InviteState.ACCEPTED)).revoke, Conflict) == "invite_accepted"


def test_revoke_while_it_is_answered_looks_again_and_gives_up_in_the_end() -> None:
    world = World(invite(), overtaken=TRIES - 1)
    world.revoke()
    assert len(world.invites.written) == 1
    with pytest.raises(Busy):
        World(invite(), overtaken=TRIES).revoke()


@pytest.mark.parametrize(
    ("role", "listed"),
    [("owner", [("C", "expired"), ("B", "pending"), ("A", "declined")]), ("track_organizer", [("B", "pending")])],
)
def test_list_invites_newest_first_has_those_that_one_may_send(role: str, listed: list[tuple[str, str]]) -> None:
    kept = (invite(id="A", state=InviteState.DECLINED), to_speak(id="B"), invite(id="C", invited_by=EVE))
    assert World(*kept, role=role).listed() == listed
