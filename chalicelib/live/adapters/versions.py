"""What of an event there is to see, and for whom. Port `WatchedEvents`, on the light client."""

from chalicelib.accounts.adapters.roles import list_users_allowed
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.core.kinds import COUNTERS, View
from chalicelib.core.permissions import Action
from chalicelib.core.ports import Reader
from chalicelib.live.ports import Versions

_VIEWS = tuple(View)


class DynamoWatchedEvents:
    """Port `WatchedEvents`."""

    def __init__(self, reader: Reader, queries: DynamoQueries) -> None:
        self._reader = reader
        self._queries = queries

    def load_versions(self, event_id: str) -> dict[View, Versions]:
        """The counters of each view that exists; one BatchGetItem of two small items."""
        wanted = [keys.versions(event_id, view) for view in _VIEWS]
        items = self._reader.get_many("content", wanted, ("published", *COUNTERS), consistent=True)
        return {
            view: {name: int(item.get(name, 0)) for name in COUNTERS}
            for view, item in zip(_VIEWS, items, strict=True)
            if item is not None and (view is View.ALL or item.get("published"))
        }

    def list_staff(self, event_id: str) -> set[str]:
        """Users who may read everything of an event; one Query."""
        return set(list_users_allowed(self._queries, event_id, Action.READ_ALL))
