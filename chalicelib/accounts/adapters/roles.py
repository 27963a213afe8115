"""Reads roles by event and by user. Ports `RolesOfUsers`, `Staff` (orders/services/order_messages.py) and `Reviewers`
(cfp/services/notify_reviewers.py). On the light client; other adapters use the functions.
"""

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.core.permissions import Action, Role, allows

_RANKS = list(Role)


def list_role_holders(queries: DynamoQueries, event_id: str) -> list[tuple[str, str]]:
    """Returns user ids and roles of an event's staff, by user id; one strongly consistent Query."""
    return _roles(queries, keys.role_in_event(event_id, ""))


def list_roles_of_user(queries: DynamoQueries, user_id: str) -> list[tuple[str, str]]:
    """Returns event ids and roles of a user, oldest event first; one strongly consistent Query."""
    return _roles(queries, keys.role_of_user(user_id, ""))


def _roles(queries: DynamoQueries, first: keys.Key) -> list[tuple[str, str]]:
    partition, prefix = first
    items = queries.query("people", partition, prefix, ("sk", "role"), consistent=True)
    return [(str(item["sk"]).removeprefix(prefix), str(item["role"])) for item in items]


def list_users_allowed(queries: DynamoQueries, event_id: str, action: Action) -> list[str]:
    """Returns users whose role in the event allows the action, owners first; one Query."""
    found = [
        (_RANKS.index(Role(role)), id) for id, role in list_role_holders(queries, event_id) if allows(role, action)
    ]
    return [user_id for _, user_id in sorted(found)]


class DynamoRoles:
    """Ports `RolesOfUsers`, `Staff` and `Reviewers`."""

    def __init__(self, queries: DynamoQueries) -> None:
        self._queries = queries

    def list_treasurers(self, event_id: str) -> list[str]:
        """Returns users who may refund orders of the event, owners first; one Query."""
        return list_users_allowed(self._queries, event_id, Action.REFUND)

    def list_reviewers(self, event_id: str) -> list[str]:
        """Returns users who may decide about proposals, owners first; one Query."""
        return list_users_allowed(self._queries, event_id, Action.REVIEW)

    def list_roles(self, user_id: str) -> list[tuple[str, str]]:
        return list_roles_of_user(self._queries, user_id)

    def list_event_ids(self, user_id: str) -> list[str]:
        return [event_id for event_id, _ in self.list_roles(user_id)]
