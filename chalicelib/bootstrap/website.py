"""Wires public pages: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.representations.dynamo_bodies import DynamoBodies
    from chalicelib.website.render import RenderPages


class WebsiteWiring:
    """The adapters and services of public pages."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def render(self) -> RenderPages:
        from chalicelib.website.pages.files import Website
        from chalicelib.website.render import RenderPages

        def bodies() -> DynamoBodies:
            from chalicelib.representations.dynamo_bodies import DynamoBodies

            return DynamoBodies()

        return RenderPages(
            stored=self._services.representations.stored,
            bodies=bodies,
            sales=self._services.catalog.view,
            clock=self._services.clock,
            website=Website(self._services.config.public_url, self._services.config.website),
        )
