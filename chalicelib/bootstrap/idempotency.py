"""Wires repeated requests: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.idempotency.dynamo import DynamoClaims
    from chalicelib.idempotency.run_once import RunOnce


class IdempotencyWiring:
    """The adapters and services of repeated requests."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def run_once(self) -> RunOnce:
        """Runs a request with an Idempotency-Key once."""
        from chalicelib.idempotency.run_once import RunOnce

        return RunOnce(lambda: self.claims, self._services.clock, self._services.ids)

    @cached_property
    def claims(self) -> DynamoClaims:
        from chalicelib.idempotency.dynamo import DynamoClaims

        return DynamoClaims()
