"""Wires imports of programmes in other formats: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.exchange.services.import_event import ImportEvent


class ExchangeWiring:
    """The adapters and services of imports of programmes in other formats."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def import_event(self) -> ImportEvent:
        """Makes events from uploaded archives."""
        from chalicelib.exchange.adapters.dynamo import DynamoImports
        from chalicelib.exchange.services.import_event import ImportEvent

        return ImportEvent(
            DynamoImports(),
            self._services.content.events,
            self._services.clock,
            self._services.ids,
            lambda: self._services.live.signal_orders,
        )
