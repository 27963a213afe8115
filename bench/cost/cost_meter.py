"""Counts what some work asks of the database, in the units that are billed, and of Stripe.

Used by bench/cost/cost_units.py; knows nothing of prices.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from bench.capacity import item_bytes, read_units
from bench.sales.sale import Writes
from chalicelib.mail.ports import SendingLimits

_READS = ("GetItem", "BatchGetItem", "Query")


class Use(NamedTuple):
    """What one use costs: read and write request units, round trips to the database, calls of Stripe."""

    rru: float = 0
    wru: int = 0
    trips: int = 0
    stripe: int = 0

    def __add__(self, other: object) -> "Use":
        """Both after each other."""
        assert isinstance(other, Use)
        return Use(*(one + two for one, two in zip(self, other, strict=True)))


class Meter(Writes):
    """Adds up what some work asks of the database and of Stripe."""

    def __init__(self, gateway: "CountedGateway") -> None:
        super().__init__()
        self._gateway = gateway

    def _note(self, operation: str, parameters: dict[str, Any]) -> None:
        self._sent.append((operation, parameters))

    def use(self, work: Callable[[], Any]) -> Use:
        """What some work costs."""
        self._sent.clear()
        before = self._gateway.calls
        work()
        sent, called = list(self._sent), self._gateway.calls - before
        rru = sum(self._read(*one) for one in sent if one[0] in _READS)
        wru = sum(self._units(*one) for one in sent if one[0] not in _READS)
        return Use(rru, wru, len(sent), called)

    def _read(self, operation: str, request: dict[str, Any]) -> float:
        if operation == "Query":
            return self._query(request)
        one = {request["TableName"]: {**request, "Keys": [request["Key"]]}} if "Key" in request else None
        total = 0.0
        for table, asked in (one or request["RequestItems"]).items():
            for key in asked["Keys"]:
                found = self._ask("GetItem", {"TableName": table, "Key": key, "ConsistentRead": True})
                total += read_units(item_bytes(found.get("Item", {})), consistent=bool(asked.get("ConsistentRead")))
        return total

    def _query(self, request: dict[str, Any]) -> float:
        """A query bills the whole items that it looked at, together; one that finds nothing bills the least."""
        whole = {name: value for name, value in request.items() if name not in ("ProjectionExpression", "Select")}
        names = whole.pop("ExpressionAttributeNames", {})
        asked = whole["KeyConditionExpression"]
        whole["ExpressionAttributeNames"] = {name: value for name, value in names.items() if name in asked}
        found = self._ask("Query", whole)["Items"]
        return read_units(sum(map(item_bytes, found)), consistent=bool(request.get("ConsistentRead")))


class CountedGateway:
    """Stripe, counted."""

    def __init__(self, gateway: Any) -> None:
        self._gateway = gateway
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        """Any method of the port."""
        self.calls += 1
        return getattr(self._gateway, name)


class DeafPusher:
    """Port `Pusher`; frames reach nobody and cost no database."""

    def push(self, connections: Any, frames: Any, *, within: float = 0.0) -> Any:
        """All went well."""
        from chalicelib.live.ports import Pushed

        return Pushed([], [])

    def disconnect(self, connection: Any) -> None:
        """Gone."""


class SilentMailer:
    """Port `Mailer`."""

    def send(self, mail: Any) -> None:
        """Sent."""

    def limits(self) -> SendingLimits:
        """Whatever is asked for."""
        return SendingLimits(1_000, None)
