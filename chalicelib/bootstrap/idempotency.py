"""Requests that are repeated: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.idempotency.dynamo import DynamoClaims
    from chalicelib.idempotency.run_once import RunOnce


class IdempotencyWiring:
    """Requests that are repeated."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def run_once(self) -> RunOnce:
        """Idempotency-Key."""
        from chalicelib.idempotency.run_once import RunOnce

        return RunOnce(lambda: self.claims, self._services.clock, self._services.ids)

    @cached_property
    def claims(self) -> DynamoClaims:
        from chalicelib.idempotency.dynamo import DynamoClaims

        return DynamoClaims()
