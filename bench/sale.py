"""P5: write units of an order that wins and of one that finds everything sold, and the capacity model of a big sale."""

import random
from typing import Any

from bench.capacity import item_bytes, write_units
from chalicelib.domain.stock import Wanted, choose, shard_count, split
from tests.harness.client import Client

TICKETS, BUYERS_A_SECOND, WRITES_A_PARTITION = 50_000, 10_000, 1_000


def measure(organiser: Client) -> dict[str, Any]:
    """Write units of both kinds of attempt, without and with an Idempotency-Key, and seconds of the model."""
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
            "p5_win": writes.units(lambda: guest.post(path, order), 201),
            "p5_win_with_key": writes.units(lambda: guest.post(path, order, idempotency_key="k1"), 201),
            "p5_sold_out": writes.units(lambda: guest.post(path, order), 409),
            "p5_sold_out_with_key": writes.units(lambda: guest.post(path, order, idempotency_key="k2"), 409),
        }
    return {**found, "p5_shards": shard_count(TICKETS), **model()}


class Writes:
    """Watches what botocore sends, and adds up write units by the sizes of the items written."""

    def __init__(self) -> None:
        from chalicelib.adapters.dynamo.tables import Content

        self._client = Content._get_connection().connection.client
        self._sent: list[tuple[str, dict[str, Any]]] = []

    def __enter__(self) -> "Writes":
        self._client.meta.events.register_first("before-parameter-build.dynamodb", self._note, unique_id="bench")
        return self

    def __exit__(self, *_: object) -> None:
        self._client.meta.events.unregister("before-parameter-build.dynamodb", unique_id="bench")

    def units(self, work: Any, status: int) -> int:
        """Write units of some work that answers with this status."""
        self._sent.clear()
        answer = work()
        assert answer.status == status, answer
        sent = list(self._sent)
        return sum(self._units(operation, parameters) for operation, parameters in sent)

    def _note(self, params: dict[str, Any], model: Any, **_: object) -> None:
        if model.name in ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"):
            self._sent.append((model.name, params))

    def _units(self, operation: str, parameters: dict[str, Any]) -> int:
        if operation != "TransactWriteItems":
            return self._one(parameters, transactional=False)
        actions = [action for item in parameters["TransactItems"] for action in item.values()]
        return sum(self._one(action, transactional=True) for action in actions)

    def _one(self, action: dict[str, Any], *, transactional: bool) -> int:
        key = action.get("Key") or {name: action["Item"][name] for name in ("pk", "sk")}
        stored = self._client.get_item(TableName=action["TableName"], Key=key, ConsistentRead=True).get("Item", {})
        return write_units(item_bytes(stored), transactional=transactional)


def model(seed: int = 1) -> dict[str, Any]:
    """A sale in steps of 0.1 s: buyers arrive, each tries shards in its own order; a partition does 1,000 write units a
    second, which is 500 transactional writes. Orders are spread over more partitions than shards, so shards decide.
    """
    chance = random.Random(seed)
    shards = shard_count(TICKETS)
    lefts = {("t", number): left for number, left in enumerate(split(TICKETS, shards))}
    a_step = WRITES_A_PARTITION // 2 // 10
    waiting = arrived = steps = turned_away = 0
    while any(lefts.values()):
        steps += 1
        arrived += BUYERS_A_SECOND // 10
        waiting += BUYERS_A_SECOND // 10
        room = dict.fromkeys(range(shards), a_step)
        while waiting and any(room[n] and lefts["t", n] for n in range(shards)):
            open_now = {place: left for place, left in lefts.items() if room[place[1]]}
            pieces = choose([Wanted("t", 1)], open_now, seed=str(chance.random()))
            if not isinstance(pieces, list):
                turned_away += 1
                break
            lefts["t", pieces[0].shard] -= 1
            room[pieces[0].shard] -= 1
            waiting -= 1
    return {"p5_model_seconds": steps / 10, "p5_model_sold": TICKETS, "p5_turned_away": turned_away}
