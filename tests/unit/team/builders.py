"""An event's staff and invitations in memory, with defaults: Grace, its owner, invited Ada to be a moderator."""

from typing import Any

from chalicelib.core.permissions import Role
from chalicelib.core.preconditions import Overtaken
from chalicelib.team.domain.invitation import LIFE_SECONDS, StoredInvite
from chalicelib.team.ports import Given
from tests.unit.website.builders import ident

EVENT, TALK, SPEAKER, INVITE = (ident(number) for number in range(1, 5))
GRACE, ADA, EVE = (ident(number) for number in range(7, 10))
MADE_AT, NOW = 1_000, 2_000


def invite(**fields: Any) -> StoredInvite:
    made = StoredInvite(
        INVITE, EVENT, "ada@example.org", Role.MODERATOR, None, GRACE, MADE_AT, until=MADE_AT + LIFE_SECONDS
    )
    return made._replace(**fields)


def to_speak(**fields: Any) -> StoredInvite:
    """An invitation to a session."""
    return invite(**{"role": None, "session_id": TALK, **fields})


class FakeInvites:
    """Port `Invites` in memory. `overtaken` answers come too late first; if `beaten`, others write always first."""

    def __init__(self, *kept: StoredInvite, overtaken: int = 0, beaten: bool = False) -> None:
        self.kept = {one.id: one for one in kept}
        self.overtaken, self.beaten = overtaken, beaten
        self.written: list[tuple[Any, ...]] = []

    def of_event(self, event_id: str) -> list[StoredInvite]:
        return [one for one in self.kept.values() if one.event_id == event_id]

    def put(self, invite: StoredInvite, *, before: StoredInvite | None, notifications: Any, mails: Any) -> bool:
        return self.renew(invite, notifications=(before, *notifications), mails=mails)

    def renew(self, invite: StoredInvite, *, notifications: Any, mails: Any) -> bool:
        if not self.beaten:
            self.written.append((invite, *notifications, *mails))
        return not self.beaten

    def answer(self, invite: StoredInvite, *, now: int, user_id: str | None, given: Given) -> None:
        if self.overtaken:
            self.overtaken -= 1
            raise Overtaken
        self.kept[invite.id] = invite._replace(answered_by=user_id)
        self.written.append((invite.state, now, user_id, given))


class FakeRoster(dict[str, str]):
    """Port `Roster` in memory: roles by user."""

    def holders(self, event_id: str) -> list[tuple[str, str]]:
        return sorted(self.items())
