"""Programmes in other formats: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.exchange.services.import_event import ImportEvent


class ExchangeWiring:
    """Programmes in other formats."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def import_event(self) -> ImportEvent:
        """Archives become events."""
        from chalicelib.exchange.adapters.dynamo import DynamoImports
        from chalicelib.exchange.services.import_event import ImportEvent

        return ImportEvent(
            DynamoImports(),
            self._services.content.events,
            self._services.clock,
            self._services.ids,
            lambda: self._services.live.signal_orders,
        )
