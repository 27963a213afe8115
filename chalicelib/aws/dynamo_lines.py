"""Queues in DynamoDB: one small item each, with the time at which its next place is free. Implements `Lines`.

A place is taken by one conditional update, so two processes never get the same place and need not know each other. It
costs one write unit, or more when this process guesses wrongly whether the queue is empty.
"""

from typing import Any

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_errors import CONDITION_LOST
from chalicelib.aws.signed_client import Refused, SignedClient

KEPT_SECONDS = 24 * 3600
"""How long an item is kept after its last place; then TTL deletes it."""
SKEW_SECONDS = 60
"""A queue that is this much longer than its limit was written by a wrong clock. It starts again from now."""
MOST_SEEN = 1_000
"""Queues that a process remembers, to bound its memory: each order has queues of its own."""
_EMPTY = (
    "SET next_at = :next, expires_at = :until",
    "attribute_not_exists(next_at) OR next_at <= :now OR next_at > :absurd",
)
_BEHIND = ("SET next_at = next_at + :step, expires_at = :until", "next_at > :now AND next_at <= :latest")


class DynamoLines:
    """Implements `Lines`. Times in the table are milliseconds."""

    def __init__(self, client: SignedClient, *, table_prefix: str) -> None:
        self._client = client
        self._table = f"{table_prefix}people"
        self._seen: dict[str, int] = {}

    def take(self, line: str, *, now: float, every: float, most: float) -> float | None:
        """Returns the moment of the next free place, or None when it is too far away. The end of a queue only moves
        forward. So a queue that was neither empty nor short enough, tried in this order, is too long.
        """
        at, step = int(now * 1000), round(every * 1000)
        values = {":now": at, ":step": step, ":next": at + step, ":latest": at + int(most * 1000)}
        values[":absurd"] = values[":latest"] + step + SKEW_SECONDS * 1000
        values[":until"] = int(now + most) + KEPT_SECONDS
        tries = (_EMPTY, _BEHIND) if self._seen.get(line, 0) <= at else (_BEHIND, _EMPTY, _BEHIND)
        for how in tries:
            taken = self._update(line, how, values)
            if taken is not None:
                if len(self._seen) >= MOST_SEEN:
                    self._seen.clear()  # costs one refused write for each queue that is not empty
                self._seen[line] = taken
                return (taken - step) / 1000
        return None

    def leave(self, line: str) -> None:
        self._seen.pop(line, None)
        change = {"UpdateExpression": "SET next_at = :free", "ExpressionAttributeValues": {":free": {"N": "0"}}}
        self._client.call("UpdateItem", {"TableName": self._table, "Key": _key(line), **change})

    def _update(self, line: str, how: tuple[str, str], values: dict[str, int]) -> int | None:
        """Returns when the queue is free after this update, or None when the condition does not hold."""
        change, condition = how
        request: dict[str, Any] = {
            "TableName": self._table,
            "Key": _key(line),
            "UpdateExpression": change,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {
                name: {"N": str(value)} for name, value in values.items() if name in change + condition
            },
            "ReturnValues": "UPDATED_NEW",
        }
        try:
            answer = self._client.call("UpdateItem", request)
        except Refused as refusal:
            if str(refusal) != CONDITION_LOST:
                raise
            return None
        return int(answer["Attributes"]["next_at"]["N"])


def _key(line: str) -> dict[str, dict[str, str]]:
    partition, sort = keys.line(line)
    return {"pk": {"S": partition}, "sk": {"S": sort}}
