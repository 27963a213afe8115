"""When an invitation can be answered, and whose permission it needs."""

import itertools
from typing import Any

import pytest

from chalicelib.core.permissions import Role
from chalicelib.team.domain.invitation import WHY_NOT, InviteState, StoredInvite, masked, reaches, stands


def invite(**fields: Any) -> StoredInvite:
    made = StoredInvite("I", "E", "ada@example.org", Role.MODERATOR, None, "boss", created_at=100, until=200)
    return made._replace(**fields)


@pytest.mark.parametrize(("now", "state"), [(199, InviteState.PENDING), (200, InviteState.EXPIRED)])
def test_state_of_an_open_invitation_ends_with_its_time(now: float, state: InviteState) -> None:
    assert invite().state_at(now) is state


@pytest.mark.parametrize("state", [InviteState.ACCEPTED, InviteState.DECLINED, InviteState.REVOKED])
def test_state_of_an_answered_invitation_stays(state: InviteState) -> None:
    assert invite(state=state).state_at(1_000) is state


def test_state_that_cannot_be_answered_has_words() -> None:
    assert set(WHY_NOT) == set(InviteState) - {InviteState.PENDING}


def test_reach_goes_from_a_role_down_and_never_up() -> None:
    for (high, own), (low, other) in itertools.product(enumerate(Role), enumerate(Role)):
        assert reaches(own, other) is (high <= low), (own, other)
    assert not reaches(None, Role.REGISTRAR)


@pytest.mark.parametrize(
    ("offered", "held", "valid"),
    [
        (Role.ORGANIZER, Role.OWNER, True),
        (Role.ORGANIZER, Role.ORGANIZER, True),
        (Role.OWNER, Role.ORGANIZER, False),
        (Role.MODERATOR, Role.COORGANIZER, False),
        (Role.MODERATOR, None, False),
        (None, Role.TRACK_ORGANIZER, True),
        (None, Role.MODERATOR, False),
        (None, None, False),
    ],
)
def test_stand_only_while_who_sent_it_could_send_it_still(
    offered: Role | None, held: Role | None, *, valid: bool
) -> None:
    assert stands(invite(role=offered, session_id=None if offered else "S"), held) is valid


@pytest.mark.parametrize(
    ("address", "shown"), [("ada@example.org", "a…@example.org"), ("a@b.c", "a…@b.c"), ("@b.c", "…@b.c")]
)
def test_mask_an_address_shows_its_first_letter(address: str, shown: str) -> None:
    assert masked(address) == shown
