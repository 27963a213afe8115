"""Conditional writes: of several items in one transaction, or of one item. Called by the stores.

A transaction uses the same client token on every try, so that a lost reply does not cause a second write. It retries
TransactionConflict and throttling with full jitter (botocore retries neither inside a cancelled transaction). The
position of a cancellation reason shows which condition did not hold. Source:
docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

import random
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from pynamodb.connection import Connection
from pynamodb.exceptions import CancellationReason, PutError, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.aws.dynamo_errors import code_of, is_condition_lost
from chalicelib.aws.dynamo_tables import ContentTable
from chalicelib.core.errors import Busy, PreconditionFailed

ATTEMPTS = 10
_CONDITION = "ConditionalCheckFailed"
_RETRIED_REASONS = {"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_RETRIED_ERRORS = {
    "TransactionInProgressException",
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
}


class ConditionLost(Exception):
    """One or more conditions did not hold. `lost` maps the names of those operations to the items found (raw DynamoDB
    attributes; empty when there was no item or it was not requested).
    """

    def __init__(self, lost: dict[str, dict[str, Any]]) -> None:
        super().__init__(", ".join(sorted(lost)))
        self.lost = lost

    def precondition_failed(self, name: str) -> PreconditionFailed:
        """Returns PreconditionFailed for the item of this operation, with its current tag and body, if any."""
        found = self.lost[name]
        return PreconditionFailed(etag=found.get("etag", {}).get("S"), body=found.get("body", {}).get("S"))


class Transaction:
    """Collects up to core/transactions.MAX_ITEMS operations, then commits all of them or none.

    Every operation has a name, which ConditionLost uses. Give `token` only when a retry by another process must count
    as the same transaction.
    """

    def __init__(self, *, token: str | None = None, sleep: Callable[[float], None] = time.sleep) -> None:
        self._token = token or str(uuid.uuid4())
        self._sleep = sleep
        self._checks: list[tuple[str, tuple[Any, ...]]] = []
        self._deletes: list[tuple[str, tuple[Any, ...]]] = []
        self._puts: list[tuple[str, tuple[Any, ...]]] = []
        self._updates: list[tuple[str, tuple[Any, ...]]] = []

    def check(self, name: str, model: type[Model], key: tuple[str, str], condition: Condition) -> None:
        """Adds a condition on an item that is not written."""
        self._checks.append((name, (model, key, condition)))

    def delete(self, name: str, item: Model, condition: Condition | None = None) -> None:
        self._deletes.append((name, (item, condition)))

    def put(self, name: str, item: Model, condition: Condition | None = None) -> None:
        """Adds the write of a whole item."""
        self._puts.append((name, (item, condition)))

    def update(self, name: str, item: Model, actions: list[Action], condition: Condition | None = None) -> None:
        """Adds a change of some attributes of an item."""
        self._updates.append((name, (item, actions, condition)))

    def commit(self) -> None:
        """Writes everything. Raises ConditionLost (nothing was written) or Busy (a lost reply may hide a write)."""
        for attempt in range(ATTEMPTS):
            try:
                self._send()
                return
            except TransactWriteError as error:
                self._judge(error)
            self._sleep(random.uniform(0, min(0.5, 0.01 * 2**attempt)))  # noqa: S311 - jitter, not a secret
        raise Busy("Too many writers at once. Try again.")

    def try_commit(self) -> bool:
        """Writes everything, unless a condition does not hold. Returns whether it was written. Raises Busy."""
        try:
            self.commit()
        except ConditionLost:
            return False
        return True

    def _send(self) -> None:
        with TransactWrite(connection=_connection(), client_request_token=self._token) as transaction:
            for _, (model, (pk, sk), condition) in self._checks:
                transaction.condition_check(model, pk, sk, condition)
            for _, (item, condition) in self._deletes:
                transaction.delete(item, condition)
            for _, (item, condition) in self._puts:
                transaction.save(item, condition, return_values="ALL_OLD" if condition is not None else None)
            for _, (item, actions, condition) in self._updates:
                transaction.update(item, actions, condition, return_values="ALL_OLD" if condition is not None else None)

    def _judge(self, error: TransactWriteError) -> None:
        """Returns when another try may help; raises otherwise. The positions of the reasons follow the order in which
        PynamoDB sends the operations. Without a reply it is unknown whether anything was written; the client token
        makes another try safe.
        """
        if getattr(error.cause, "response", None) is None:
            return
        names = [name for group in (self._checks, self._deletes, self._puts, self._updates) for name, _ in group]
        reasons = error.cancellation_reasons
        lost = {n: _found(r) for n, r in zip(names, reasons, strict=False) if r and r.code == _CONDITION}
        if lost:
            raise ConditionLost(lost) from error
        if reasons and all(reason is None or reason.code in _RETRIED_REASONS for reason in reasons):
            return
        if code_of(error) in _RETRIED_ERRORS:
            return
        raise error


def _found(reason: CancellationReason) -> dict[str, Any]:
    return reason.raw_item or {}


def _connection() -> Connection:
    return ContentTable._get_connection().connection  # noqa: SLF001 - PynamoDB offers no public way to reuse it


def put_if_absent(item: Model) -> bool:
    """Writes an item unless its key is taken. Returns whether this call wrote it; False also when a retry
    after a lost reply finds the item that this call wrote.
    """
    return try_save(item, type(item).pk.does_not_exist())  # type: ignore[attr-defined]


def save_unless_newer(item: Model, unchanged: Condition) -> bool:
    """Writes an item that is new or unchanged since it was read. Returns whether it was written."""
    return try_save(item, type(item).pk.does_not_exist() | unchanged)  # type: ignore[attr-defined]


def try_save(item: Model, condition: Condition) -> bool:
    """Writes an item, unless the condition does not hold. Returns whether it was written."""
    try:
        item.save(condition=condition)
    except PutError as error:
        if not is_condition_lost(error):
            raise
        return False
    return True


def try_update(item: Model, actions: Sequence[Action], condition: Condition) -> bool:
    """Changes an item, unless the condition does not hold. Returns whether it was changed."""
    try:
        item.update(actions=[*actions], condition=condition)
    except UpdateError as error:
        if not is_condition_lost(error):
            raise
        return False
    return True
