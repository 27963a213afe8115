"""Counts the billed database units and the calls of Stripe of some work.

Used by bench/cost/cost_units.py; knows nothing of prices.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from bench.capacity import item_bytes, read_units
from bench.sales.sale import Writes
from chalicelib.mail.ports import SendingLimits

_READS = ("GetItem", "BatchGetItem", "Query")


class Use(NamedTuple):
    """The usage of one activity: read and write request units, round trips to the database, calls of Stripe."""

    rru: float = 0
    wru: int = 0
    trips: int = 0
    stripe: int = 0

    def __add__(self, other: object) -> "Use":
        """Returns the sum of both."""
        assert isinstance(other, Use)
        return Use(*(one + two for one, two in zip(self, other, strict=True)))


class Meter(Writes):
    """Measures the usage of some work."""

    def __init__(self, gateway: "CountedGateway") -> None:
        super().__init__()
        self._gateway = gateway

    def _note(self, operation: str, parameters: dict[str, Any]) -> None:
        self._sent.append((operation, parameters))

    def use(self, work: Callable[[], Any]) -> Use:
        """Runs `work` and returns its usage."""
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
        """A query is billed for the total size of the whole items that it reads; one that finds nothing costs the
        minimum.
        """
        whole = {name: value for name, value in request.items() if name not in ("ProjectionExpression", "Select")}
        names = whole.pop("ExpressionAttributeNames", {})
        asked = whole["KeyConditionExpression"]
        whole["ExpressionAttributeNames"] = {name: value for name, value in names.items() if name in asked}
        found = self._ask("Query", whole)["Items"]
        return read_units(sum(map(item_bytes, found)), consistent=bool(request.get("ConsistentRead")))


class CountedGateway:
    """A Stripe gateway that counts its calls."""

    def __init__(self, gateway: Any) -> None:
        self._gateway = gateway
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        """Counts and returns any method of the port."""
        self.calls += 1
        return getattr(self._gateway, name)


class DeafPusher:
    """A `Pusher` that discards frames, so that they cause no database requests."""

    def push(self, connections: Any, frames: Any, *, within: float = 0.0) -> Any:
        """Reports that every frame was delivered."""
        from chalicelib.live.ports import Pushed

        return Pushed([], [])

    def disconnect(self, connection: Any) -> None:
        """Does nothing."""


class SilentMailer:
    """A `Mailer` that discards mails."""

    def send(self, mail: Any) -> None:
        """Does nothing."""

    def limits(self) -> SendingLimits:
        """Returns limits that are never reached."""
        return SendingLimits(1_000, None)
