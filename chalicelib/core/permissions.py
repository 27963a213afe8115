"""Defines which role may do what with an event. The table is the rule; services call `allows`."""

from enum import StrEnum

from chalicelib.core.email_address import normalised


class Role(StrEnum):
    """A role a user holds in one event."""

    OWNER = "owner"
    ORGANIZER = "organizer"
    COORGANIZER = "coorganizer"
    TRACK_ORGANIZER = "track_organizer"
    MODERATOR = "moderator"
    REGISTRAR = "registrar"


class Action(StrEnum):
    """Something that a user may do with an event."""

    READ_ALL = "read_all"
    EDIT_CONTENT = "edit_content"
    EDIT_EVENT = "edit_event"
    DELETE_EVENT = "delete_event"
    EDIT_TICKETS = "edit_tickets"
    READ_ORDERS = "read_orders"
    CHANGE_ATTENDEES = "change_attendees"
    REFUND = "refund"
    PAY_OUT = "pay_out"
    CHECK_IN = "check_in"
    ANNOUNCE = "announce"
    REVIEW = "review"
    MANAGE_PEOPLE = "manage_people"


_EDITORS = {Role.OWNER, Role.ORGANIZER, Role.COORGANIZER}
_ALLOWED: dict[Action, set[Role]] = {
    Action.READ_ALL: set(Role),
    Action.EDIT_CONTENT: _EDITORS | {Role.TRACK_ORGANIZER},
    Action.EDIT_EVENT: _EDITORS,
    Action.DELETE_EVENT: {Role.OWNER},
    Action.EDIT_TICKETS: _EDITORS,
    Action.READ_ORDERS: _EDITORS | {Role.REGISTRAR},
    Action.CHANGE_ATTENDEES: _EDITORS,
    Action.REFUND: _EDITORS,
    Action.PAY_OUT: {Role.OWNER, Role.ORGANIZER},
    Action.CHECK_IN: _EDITORS | {Role.REGISTRAR},
    Action.ANNOUNCE: _EDITORS,
    Action.MANAGE_PEOPLE: {Role.OWNER, Role.ORGANIZER},
    Action.REVIEW: _EDITORS | {Role.TRACK_ORGANIZER, Role.MODERATOR},
}


def allows(role: str | None, action: Action) -> bool:
    """Whether a user with this role (None: no role in the event) may perform the action."""
    return role is not None and Role(role) in _ALLOWED[action]


def is_administrator(email: str, *, verified: bool, admins: frozenset[str]) -> bool:
    """Whether this is a verified address of one of the deployment's administrators. `admins` are normalised."""
    return verified and normalised(email) in admins
