"""Who looks after an event's money, and who decides about proposals. Ports `Staff` of services/telling.py and
`Reviewers` of services/heralding.py, on the light client.
"""

from chalicelib.adapters.dynamo import keys
from chalicelib.adapters.dynamo.queries import DynamoQueries
from chalicelib.domain.permission import Action, Role, allows

_RANKS = list(Role)


class DynamoStaff:
    """Ports `Staff` and `Reviewers`."""

    def __init__(self, queries: DynamoQueries) -> None:
        self._queries = queries

    def treasurers(self, event_id: str) -> list[str]:
        """Users who may refund orders of the event, owners first; one Query."""
        return self._allowed(event_id, Action.REFUND)

    def reviewers(self, event_id: str) -> list[str]:
        """Users who may decide about proposals, owners first; one Query."""
        return self._allowed(event_id, Action.REVIEW)

    def _allowed(self, event_id: str, action: Action) -> list[str]:
        partition, prefix = keys.role_in_event(event_id, "")
        items = self._queries.query("people", partition, prefix, ("sk", "role"), consistent=True)
        found = [
            (_RANKS.index(Role(i["role"])), i["sk"].removeprefix(prefix)) for i in items if allows(i["role"], action)
        ]
        return [user_id for _, user_id in sorted(found)]
