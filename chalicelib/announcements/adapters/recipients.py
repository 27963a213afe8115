"""Reads the people of an event: ticket holders, staff, proposers. Implements the port `Crowd`."""

from collections.abc import Sequence

from chalicelib.accounts.adapters.roles import list_role_holders, list_roles_of_user
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.check_in.adapters.reads import DynamoGateView
from chalicelib.core.permissions import Role
from chalicelib.orders.domain.order import OrderRecord


class DynamoCrowd:
    """Implements the port `Crowd`. Orders come from the index that check-in uses."""

    def __init__(self, queries: DynamoQueries, gate: DynamoGateView) -> None:
        self._queries = queries
        self._gate = gate

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        """Returns ids of orders that have or had tickets, after the order `after`; one Query."""
        return self._gate.list_order_ids(event_id, limit=limit, after=after)

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        """Returns orders by id; one BatchGetItem per 100."""
        return self._gate.load_orders(order_ids)

    def list_holders(self, event_id: str) -> list[tuple[str, str]]:
        """Returns user id and role of all staff, by user id; one Query."""
        return list_role_holders(self._queries, event_id)

    def list_owned(self, user_id: str) -> list[str]:
        """Returns the ids of events that the user owns; one Query."""
        return [event_id for event_id, role in list_roles_of_user(self._queries, user_id) if role == Role.OWNER]

    def list_proposers(self, event_id: str) -> list[str]:
        """Returns the ids of users who proposed something, sorted; one Query."""
        partition, prefix = keys.proposer(event_id, "")
        items = self._queries.query("people", partition, prefix, ("sk",), consistent=True)
        return [str(item["sk"]).removeprefix(prefix) for item in items]
