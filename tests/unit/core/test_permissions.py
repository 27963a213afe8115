"""Permissions of roles on an event: the whole table, so that an accidental change is found."""

import pytest

from chalicelib.core.permissions import Action, Role, allows, is_administrator

STAFF = ("owner", "organizer", "coorganizer", "track_organizer", "moderator", "registrar")
MAY = {
    "read_all": STAFF,
    "edit_content": ("owner", "organizer", "coorganizer", "track_organizer"),
    "edit_event": ("owner", "organizer", "coorganizer"),
    "delete_event": ("owner",),
    "edit_tickets": ("owner", "organizer", "coorganizer"),
    "read_orders": ("owner", "organizer", "coorganizer", "registrar"),
    "change_attendees": ("owner", "organizer", "coorganizer"),
    "refund": ("owner", "organizer", "coorganizer"),
    "pay_out": ("owner", "organizer"),
    "check_in": ("owner", "organizer", "coorganizer", "registrar"),
    "announce": ("owner", "organizer", "coorganizer"),
    "review": ("owner", "organizer", "coorganizer", "track_organizer", "moderator"),
    "manage_people": ("owner", "organizer"),
}


def test_allow_each_action_to_these_roles_alone() -> None:
    assert {action.value: tuple(r.value for r in Role if allows(r, action)) for action in Action} == MAY


@pytest.mark.parametrize("action", Action)
def test_allow_nothing_to_who_has_no_role(action: Action) -> None:
    assert not allows(None, action)


@pytest.mark.parametrize(
    ("email", "verified", "is_one"),
    [("Root@Example.org", True, True), ("root@example.org", False, False), ("ada@example.org", True, False)],
)
def test_administrator_is_who_proved_a_listed_address(email: str, verified: bool, *, is_one: bool) -> None:
    assert is_administrator(email, verified=verified, admins=frozenset({"root@example.org"})) is is_one
