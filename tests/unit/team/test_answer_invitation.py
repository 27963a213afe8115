"""Whoever has the link of an invitation sees, accepts or declines it: what that gives, and to whom it is refused."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.accounts.domain.account import Account
from chalicelib.accounts.domain.stored_account import new_account
from chalicelib.content.domain.event import EventReference
from chalicelib.core.errors import Busy, Conflict, Forbidden, NotFound
from chalicelib.core.kinds import Kind
from chalicelib.core.principal import Principal
from chalicelib.core.times import moment
from chalicelib.team.domain.invitation import InviteState, StoredInvite
from chalicelib.team.domain.invitation_link import Named, token_of
from chalicelib.team.domain.views import Accepted, Invitation, InvitedTalk
from chalicelib.team.ports import Given, Grant, Proof
from chalicelib.team.services.answer_invitation import TRIES, AnswerInvitation
from tests.unit.accounts.builders import FakeAccounts, account, stored_account
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
from tests.unit.website.builders import event, ident, session

KEYS = (b"new key", b"old key")
TOKEN = token_of(Named(EVENT, INVITE), KEYS[0])
APPEARS: Any = "appearance"
SETTLED = [InviteState.ACCEPTED, InviteState.DECLINED, InviteState.REVOKED]


class World:
    """The service over one invitation; Ada has its address, Eve another."""

    def __init__(
        self,
        kept: StoredInvite,
        *,
        ada: Account | None = None,
        roles: dict[str, str] | None = None,
        appearance: Any = APPEARS,
        overtaken: int = 0,
    ) -> None:
        ada = ada or account(ADA, email="ada@example.org", name="Ada")
        self.invites = FakeInvites(kept, overtaken=overtaken)
        self.roster = FakeRoster({GRACE: "owner"} | (roles or {}))
        self.accounts = FakeAccounts(ada, account(EVE), account(GRACE, name="Grace"))
        self.programme = FakeProgramme(events=[event()], sessions=[session(2)])
        adding: Any = SimpleNamespace(
            add_speaker=lambda event_id, session_id, who: (SPEAKER, appearance and (session_id, who.id))
        )
        self.service = AnswerInvitation(
            invites=self.invites,
            roster=self.roster,  # type: ignore[arg-type]
            accounts=self.accounts,  # type: ignore[arg-type]
            programme=self.programme,
            add_speaker=adding,
            keys=lambda: KEYS,
            clock=clock_at(NOW),
        )

    def accept(self, user_id: str = ADA) -> Accepted:
        return self.service.accept_invite(TOKEN, caller=Principal(user_id, "f"))

    def decline(self, user_id: str | None = None) -> None:
        self.service.decline_invite(TOKEN, caller=Principal(user_id, "f") if user_id else None)


def test_read_open_invitation_says_what_it_is_to_and_from_whom() -> None:
    expected = Invitation(
        event=EventReference(id=EVENT, name="Alpine Python Days", slug="alpine"),
        role="moderator",
        session=None,
        invited_by="Grace",
        email="a…@example.org",
        state="pending",
        expires_at=moment(invite().until),
    )
    assert World(invite()).service.read_invite(TOKEN) == expected
    talk = World(to_speak()).service.read_invite(TOKEN)
    assert talk == replace(expected, role=None, session=InvitedTalk(id=TALK, title="Talk 2"))


@pytest.mark.parametrize(
    ("kept", "state"),
    [
        *((invite(state=one), one.value) for one in SETTLED),
        (invite(until=NOW), "expired"),
        (invite(invited_by=EVE), "expired"),
    ],
    ids=[*SETTLED, "too old", "by who may not any more"],
)
def test_read_invitation_that_is_over_says_no_more_than_that(kept: StoredInvite, state: str) -> None:
    found = World(kept).service.read_invite(TOKEN)
    assert (found.state, found.email) == (state, "a…@example.org")
    assert (found.event, found.role, found.session, found.invited_by) == (None, None, None, None)


def test_read_invitation_of_a_key_of_before() -> None:
    assert World(invite()).service.read_invite(token_of(Named(EVENT, INVITE), KEYS[1])).state == "pending"


@pytest.mark.parametrize(
    "token",
    [token_of(Named(EVENT, INVITE), b"another key"), token_of(Named(EVENT, ident(99)), KEYS[0]), TOKEN[:-1], ""],
    ids=["not ours", "no such invitation", "cut off", "empty"],
)
def test_read_by_a_link_that_is_none_is_not_found(token: str) -> None:
    with pytest.raises(NotFound):
        World(invite()).service.read_invite(token)


@pytest.mark.parametrize("kind", [Kind.EVENTS, Kind.SESSIONS])
def test_read_invitation_to_what_is_gone_is_not_found(kind: Kind) -> None:
    world = World(to_speak())
    world.programme.kept[kind].clear()
    with pytest.raises(NotFound):
        world.service.read_invite(TOKEN)


@pytest.mark.parametrize(
    ("held", "grant", "role"),
    [
        (None, Grant("moderator", None), "moderator"),
        ("registrar", Grant("moderator", "registrar"), "moderator"),
        ("moderator", None, "moderator"),
        ("organizer", None, "organizer"),
    ],
)
def test_accept_role_grants_it_unless_one_holds_more(held: str | None, grant: Grant | None, role: str) -> None:
    world = World(invite(), roles={ADA: held} if held else {})
    assert world.accept() == Accepted(event_id=EVENT, role=role)
    assert world.invites.written == [(InviteState.ACCEPTED, NOW, ADA, Given("owner", grant))]


def test_accept_proves_the_address_of_an_account() -> None:
    unproven = account(ADA, email="ada@example.org", verified=False)
    world = World(invite(), ada=unproven)
    world.accept()
    proven = replace(unproven, verified=True, updated_at=moment(NOW))
    proof = Proof(new_account(proven, "hash"), stored_account(unproven).etag)
    assert world.invites.written[0][-1] == Given("owner", Grant("moderator", None), proof=proof)


def test_accept_to_speak_puts_the_account_into_the_session() -> None:
    world = World(to_speak())
    assert world.accept() == Accepted(event_id=EVENT, session_id=TALK, speaker_id=SPEAKER)
    appearance: Any = (TALK, ADA)
    assert world.invites.written == [(InviteState.ACCEPTED, NOW, ADA, Given("owner", appearance=appearance))]


ACCEPTED = {"state": InviteState.ACCEPTED, "answered_by": ADA}


@pytest.mark.parametrize(
    ("kept", "more", "accepted"),
    [
        (invite(**ACCEPTED), {"roles": {ADA: "moderator"}}, Accepted(event_id=EVENT, role="moderator")),
        (invite(**ACCEPTED), {"roles": {ADA: "owner"}}, Accepted(event_id=EVENT, role="owner")),
        (to_speak(**ACCEPTED), {"appearance": None}, Accepted(event_id=EVENT, session_id=TALK, speaker_id=SPEAKER)),
    ],
)
def test_accept_again_says_what_one_holds_and_writes_nothing(
    kept: StoredInvite, more: dict[str, Any], accepted: Accepted
) -> None:
    world = World(kept, **more)
    assert (world.accept(), world.invites.written) == (accepted, [])


@pytest.mark.parametrize(
    ("kept", "more"),
    [
        (invite(**ACCEPTED), {}),
        (to_speak(**ACCEPTED), {}),
        (invite(**(ACCEPTED | {"answered_by": EVE})), {"roles": {ADA: "moderator"}}),
    ],
    ids=["role taken away", "taken off stage", "accepted by another account"],
)
def test_accept_again_what_one_does_not_hold_by_it_is_refused(kept: StoredInvite, more: dict[str, Any]) -> None:
    with pytest.raises(Conflict) as refused:
        World(kept, **more).accept()
    assert refused.value.code == "invite_accepted"


@pytest.mark.parametrize(
    ("kept", "code"),
    [
        (invite(state=InviteState.DECLINED), "invite_declined"),
        (invite(state=InviteState.REVOKED), "invite_revoked"),
        (invite(state=InviteState.ACCEPTED, answered_by=EVE), "invite_accepted"),
        (invite(until=NOW), "invite_expired"),
        (invite(invited_by=EVE), "invite_expired"),
    ],
)
def test_accept_or_decline_what_is_over_is_refused(kept: StoredInvite, code: str) -> None:
    answers: list[Callable[[World], object]] = [World.accept]
    if kept.state is not InviteState.DECLINED:
        answers.append(World.decline)
    for answer in answers:
        with pytest.raises(Conflict) as refused:
            answer(World(kept))
        assert refused.value.code == code


@pytest.mark.parametrize("user_id", [EVE, "no account"])
def test_accept_or_decline_by_another_account_is_refused(user_id: str) -> None:
    for answer in (World.accept, World.decline):
        with pytest.raises(Forbidden) as refused:
            answer(World(invite()), user_id)
        assert refused.value.code == "other_account"


@pytest.mark.parametrize("user_id", [None, ADA])
def test_decline_with_the_link_alone_or_signed_in_is_written_once(user_id: str | None) -> None:
    world = World(invite())
    world.decline(user_id)
    world.decline(user_id)
    assert world.invites.written == [(InviteState.DECLINED, NOW, user_id, Given())]


def test_accept_or_decline_while_it_is_answered_looks_again_and_gives_up_in_the_end() -> None:
    for answer in (World.accept, World.decline):
        world = World(invite(), overtaken=TRIES - 1)
        answer(world)
        assert len(world.invites.written) == 1
        with pytest.raises(Busy):
            answer(World(invite(), overtaken=TRIES))
