"""Wires stored representations and their conditional reads: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.representations.build import BuildRepresentations
    from chalicelib.representations.dynamo_stored import DynamoRepresentations
    from chalicelib.representations.read import ReadRepresentations


class RepresentationsWiring:
    """The adapters and services of stored representations and their conditional reads."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def stored(self) -> DynamoRepresentations:
        from chalicelib.representations.dynamo_stored import DynamoRepresentations

        return DynamoRepresentations(self._services.aws.reader)

    @cached_property
    def read(self) -> ReadRepresentations:
        """Finds representations for conditional GETs."""
        from chalicelib.representations.read import ReadRepresentations

        return ReadRepresentations(self.stored, lambda: self.build)

    @cached_property
    def build(self) -> BuildRepresentations:
        """Makes the bodies of lists."""
        from chalicelib.content.domain.views import remade
        from chalicelib.representations.build import BuildRepresentations
        from chalicelib.representations.dynamo_bodies import DynamoBodies

        return BuildRepresentations(DynamoBodies(), self._services.keys.cursor_key, remade=remade)
