"""Finds the people of an event: who has tickets, who is staff, who proposed something. Port `Crowd`."""

from collections.abc import Sequence

from chalicelib.accounts.adapters.roles import list_role_holders, list_roles_of_user
from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.check_in.adapters.reads import DynamoGateView
from chalicelib.core.permissions import Role
from chalicelib.orders.domain.order import OrderRecord


class DynamoCrowd:
    """Port `Crowd`. Orders are found by the index that the gate uses."""

    def __init__(self, queries: DynamoQueries, gate: DynamoGateView) -> None:
        self._queries = queries
        self._gate = gate

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        """Ids of orders that have or had tickets, behind one of them; one Query."""
        return self._gate.list_order_ids(event_id, limit=limit, after=after)

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        """Orders by id; one BatchGetItem for 100."""
        return self._gate.load_orders(order_ids)

    def list_holders(self, event_id: str) -> list[tuple[str, str]]:
        """User and role of all staff, by user; one Query."""
        return list_role_holders(self._queries, event_id)

    def list_owned(self, user_id: str) -> list[str]:
        """Events that somebody owns; one Query."""
        return [event_id for event_id, role in list_roles_of_user(self._queries, user_id) if role == Role.OWNER]

    def list_proposers(self, event_id: str) -> list[str]:
        """Who proposed something, by user; one Query."""
        partition, prefix = keys.proposer(event_id, "")
        items = self._queries.query("people", partition, prefix, ("sk",), consistent=True)
        return [str(item["sk"]).removeprefix(prefix) for item in items]
