"""Stored representations and their conditional reads: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.representations import DynamoRepresentations
    from chalicelib.bootstrap import Services
    from chalicelib.services.reading import Reading
    from chalicelib.services.representing import Representing


class RepresentationsWiring:
    """Stored representations and their conditional reads."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def stored(self) -> DynamoRepresentations:
        from chalicelib.adapters.dynamo.representations import DynamoRepresentations

        return DynamoRepresentations(self._services.aws.reader)

    @cached_property
    def read(self) -> Reading:
        """Conditional GETs of content."""
        from chalicelib.services.reading import Reading

        return Reading(self.stored, lambda: self.build)

    @cached_property
    def build(self) -> Representing:
        """Makes list bodies."""
        from chalicelib.adapters.dynamo.bodies import DynamoBodies
        from chalicelib.services.representing import Representing

        return Representing(DynamoBodies(), self._services.keys.cursor_key)
