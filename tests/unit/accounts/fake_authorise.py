"""Roles in memory, for services that ask who may do what."""

from chalicelib.core.errors import Forbidden, NotFound
from chalicelib.core.permissions import Action, allows
from chalicelib.core.principal import Principal


class FakeAuthorise(dict[str, str]):
    """Service `Authorise` at one event, with the roles of users by their ids."""

    def find_role(self, principal: Principal, event_id: str) -> str | None:
        return self.get(principal.user_id)

    def require(self, principal: Principal, event_id: str, action: Action) -> None:
        role = self.find_role(principal, event_id)
        if role is None:
            raise NotFound
        if not allows(role, action):
            raise Forbidden
