"""Who is staff of an event, and who may take whose role away."""

import json
from typing import Any

import pytest

from chalicelib.core.errors import Busy, Conflict, Forbidden, NotFound
from chalicelib.core.preconditions import Overtaken
from chalicelib.core.principal import Principal
from chalicelib.team.services.members import TRIES, Members
from tests.unit.accounts.builders import FakeAccounts, account
from tests.unit.accounts.fake_authorise import FakeAuthorise
from tests.unit.team.builders import FakeRoster


class World(FakeRoster):
    """The service over the roles of people; the first removals are overtaken, so many."""

    overtaken = 0

    def __init__(self, **roles: str) -> None:
        super().__init__(roles)
        self.removed: list[tuple[str, str, str | None]] = []
        people: Any = FakeAccounts(account("ada"), account("grace"))
        authorise: Any = FakeAuthorise(roles)
        self.service = Members(self, people, authorise)

    def remove(self, event_id: str, user_id: str, *, role: str, other_owner: str | None) -> None:
        if self.overtaken:
            self.overtaken -= 1
            raise Overtaken
        self.removed.append((user_id, role, other_owner))

    def take(self, user_id: str, *, caller: str) -> None:
        self.service.remove_member("E", user_id, caller=Principal(caller, "f"))


def test_list_members_highest_role_first_and_those_without_an_account() -> None:
    world = World(ada="registrar", gone="owner", grace="owner")
    found = json.loads(world.service.list_members("E", caller=Principal("ada", "f")).load()[1])["items"]
    assert found == [
        {"user_id": "gone", "name": None, "email": None, "role": "owner"},
        {"user_id": "grace", "name": "Grace", "email": "grace@example.org", "role": "owner"},
        {"user_id": "ada", "name": "Ada", "email": "ada@example.org", "role": "registrar"},
    ]


def test_list_members_by_a_stranger_is_not_found() -> None:
    with pytest.raises(NotFound):
        World(ada="owner").service.list_members("E", caller=Principal("eve", "f"))


@pytest.mark.parametrize(
    ("roles", "caller", "user_id", "other_owner"),
    [
        ({"grace": "owner", "ada": "moderator"}, "grace", "ada", None),
        ({"grace": "organizer", "ada": "organizer"}, "grace", "ada", None),
        ({"grace": "owner", "ada": "owner"}, "grace", "ada", "grace"),
        ({"grace": "owner", "ada": "owner"}, "ada", "ada", "grace"),
        ({"grace": "owner", "ada": "registrar"}, "ada", "ada", None),
    ],
    ids=["lower", "equal", "another owner", "oneself, of two owners", "oneself"],
)
def test_remove_member_names_the_role_and_the_owner_who_stays(
    roles: dict[str, str], caller: str, user_id: str, other_owner: str | None
) -> None:
    world = World(**roles)
    world.take(user_id, caller=caller)
    assert world.removed == [(user_id, roles[user_id], other_owner)]


@pytest.mark.parametrize(
    ("roles", "user_id", "error", "code"),
    [
        ({"ada": "organizer", "grace": "owner", "eve": "owner"}, "grace", Forbidden, "above_own_role"),
        ({"ada": "coorganizer", "grace": "registrar"}, "grace", Forbidden, "forbidden"),
        ({"ada": "owner"}, "ada", Conflict, "last_owner"),
        ({"ada": "owner"}, "gone", NotFound, "not_found"),
        ({"grace": "owner"}, "grace", NotFound, "not_found"),
        ({"grace": "owner"}, "ada", NotFound, "not_found"),
    ],
    ids=["above their own", "may not manage people", "last owner", "no member", "stranger", "stranger of themselves"],
)
def test_remove_member_that_must_stay_is_refused(
    roles: dict[str, str], user_id: str, error: type[Exception], code: str
) -> None:
    world = World(**roles)
    with pytest.raises(error) as refused:
        world.take(user_id, caller="ada")
    assert (refused.value.code, world.removed) == (code, [])  # type: ignore[attr-defined]


def test_remove_member_while_roles_change_looks_again_and_gives_up_in_the_end() -> None:
    world = World(grace="owner", ada="moderator")
    world.overtaken = TRIES - 1
    world.take("ada", caller="grace")
    assert len(world.removed) == 1
    world.overtaken = TRIES
    with pytest.raises(Busy):
        world.take("ada", caller="grace")
