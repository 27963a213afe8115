"""P5: write units of an order that succeeds, of one that finds everything sold, and of one that reads outdated stock.

The model of a big sale is in sale_model.py.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest

from bench.capacity import item_bytes, write_units
from bench.sales import sale_model
from local.dynamodb.dynamo_wire import WireAnswer
from tests.harness.aws_wire import Send, botocore_through, operation_of
from tests.harness.client import Client


def measure(organiser: Client) -> dict[str, Any]:
    """Returns the write units of each kind of order, without and with an Idempotency-Key, and the model's figures."""
    event = organiser.post(
        "/v1/events",
        {
            "name": "Sale",
            "starts_at": "2027-06-11T07:00:00Z",
            "ends_at": "2027-06-13T18:00:00Z",
            "state": "published",
        },
    ).json["id"]
    price = {"amount": 2500, "currency": "EUR"}
    ticket = {"name": "Standard", "price": price, "quantity": 2}
    type_id = organiser.post(f"/v1/events/{event}/ticket-types", ticket).json["id"]
    buyer = {"name": "Robin Example", "email": "robin@example.org"}
    order = {"lines": [{"ticket_type_id": type_id, "quantity": 1}], "buyer": buyer}
    guest = organiser.as_user(None)
    path = f"/v1/events/{event}/orders"
    with Writes() as writes:
        found = {
            "p5_indexes": writes.indexes(),
            "p5_win": writes.units(lambda: guest.post(path, order), 201),
            "p5_order_bytes": writes.bytes_of("ORDER#"),
            "p5_win_with_key": writes.units(lambda: guest.post(path, order, idempotency_key="k1"), 201),
            "p5_sold_out": writes.units(lambda: guest.post(path, order), 409),
            "p5_sold_out_with_key": writes.units(lambda: guest.post(path, order, idempotency_key="k2"), 409),
        }
        with stale_look(type_id):
            found["p5_lost_race"] = writes.units(lambda: guest.post(path, order), 409)
    return {**found, **sale_model.run()}


@contextmanager
def stale_look(type_id: str) -> Iterator[None]:
    """Makes eventually consistent reads of the stock show the last ticket, as they may for a moment after
    it was sold.
    """
    from chalicelib import bootstrap

    view: Any = bootstrap.services().catalog.view
    lefts = view.load_lefts

    def stale(shards: dict[str, int], *, consistent: bool = False) -> Any:
        return lefts(shards, consistent=True) if consistent else {(type_id, 0): 1}

    view.load_lefts = stale
    try:
        yield
    finally:
        del view.load_lefts


class Writes:
    """Records every write that any client of this process sends, and adds up write units from the items' sizes."""

    def __init__(self) -> None:
        self._sent: list[tuple[str, dict[str, Any]]] = []
        self._watching = ExitStack()

    def __enter__(self) -> "Writes":
        """Starts recording: botocore clients where they send requests, and the light client, which does not use
        botocore.
        """
        from chalicelib import bootstrap

        dynamodb: Any = bootstrap.services().aws.dynamodb
        self._ask: Callable[[str, dict[str, Any]], Any] = dynamodb.call

        def watched(request: AWSPreparedRequest, send: Send) -> WireAnswer:
            self._note(operation_of(request), json.loads(request.body))
            return send()

        def watched_light(operation: str, parameters: dict[str, Any]) -> Any:
            self._note(operation, parameters)
            return self._ask(operation, parameters)

        self._watching.enter_context(botocore_through(watched))
        self._watching.callback(setattr, dynamodb, "call", self._ask)
        dynamodb.call = watched_light
        return self

    def __exit__(self, *_: object) -> None:
        self._watching.close()

    def units(self, work: Any, status: int) -> int:
        """Returns the write units of `work`, which must answer with `status`."""
        self._sent.clear()
        answer = work()
        assert answer.status == status, answer
        sent = list(self._sent)
        return sum(self._units(operation, parameters) for operation, parameters in sent)

    def indexes(self) -> int:
        """Counts secondary indexes of the tables that an order and its key are written to. Each would add writes."""
        from chalicelib.aws.dynamo_tables import PeopleTable, SalesTable

        found = [
            self._ask("DescribeTable", {"TableName": table.Meta.table_name})["Table"]
            for table in (SalesTable, PeopleTable)
        ]
        kinds = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        return sum(len(table.get(kind) or ()) for table in found for kind in kinds)

    def bytes_of(self, prefix: str) -> int:
        """Returns the size in bytes of the item whose sort key has the prefix, among the last writes."""
        puts = [action.get("Put", {}).get("Item", {}) for action in self._actions()]
        return next(item_bytes(item) for item in puts if item and item["sk"]["S"].startswith(prefix))

    def _actions(self) -> list[dict[str, Any]]:
        return [action for _, sent in self._sent for action in sent.get("TransactItems", ())]

    def _note(self, operation: str, parameters: dict[str, Any]) -> None:
        if operation in ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"):
            self._sent.append((operation, parameters))

    def _units(self, operation: str, parameters: dict[str, Any]) -> int:
        if operation != "TransactWriteItems":
            return self._one(parameters, transactional=False)
        actions = [action for item in parameters["TransactItems"] for action in item.values()]
        return sum(self._one(action, transactional=True) for action in actions)

    def _one(self, action: dict[str, Any], *, transactional: bool) -> int:
        key = action.get("Key") or {name: action["Item"][name] for name in ("pk", "sk")}
        stored = self._ask("GetItem", {"TableName": action["TableName"], "Key": key, "ConsistentRead": True})
        return write_units(item_bytes(stored.get("Item", {})), transactional=transactional)
