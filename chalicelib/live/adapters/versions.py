"""Reads the list versions of an event, and who may see all of it. Implements the port `WatchedEvents` with the light
client.
"""

from chalicelib.accounts.adapters.roles import list_users_allowed
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.core.kinds import COUNTERS, View
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Reader
from chalicelib.live.ports import Versions

_VIEWS = tuple(View)


class DynamoWatchedEvents:
    def __init__(self, reader: Reader, queries: DynamoQueries) -> None:
        self._reader = reader
        self._queries = queries

    def load_versions(self, event_id: str) -> dict[View, Versions]:
        """Returns the counters of each view that exists; one BatchGetItem of two small items."""
        wanted = [keys.versions(event_id, view) for view in _VIEWS]
        items = self._reader.get_many("content", wanted, ("published", *COUNTERS), consistent=True)
        return {
            view: {name: int(item.get(name, 0)) for name in COUNTERS}
            for view, item in zip(_VIEWS, items, strict=True)
            if item is not None and (view is View.ALL or item.get("published"))
        }

    def list_staff(self, event_id: str) -> set[str]:
        """Returns the ids of users who may read everything of an event; one Query."""
        return set(list_users_allowed(self._queries, event_id, Action.READ_ALL))
