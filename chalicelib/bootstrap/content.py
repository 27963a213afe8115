"""Wires events and their parts: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.content.adapters.events import DynamoEvents
    from chalicelib.content.adapters.programme import DynamoProgramme
    from chalicelib.content.services.delete_parts import DeleteParts
    from chalicelib.content.services.edit_events import EditEvents
    from chalicelib.content.services.edit_programme import EditProgramme
    from chalicelib.content.services.notify_speakers import NotifySpeakers


class ContentWiring:
    """The adapters and services of events and their parts."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def events(self) -> DynamoEvents:
        from chalicelib.content.adapters.events import DynamoEvents

        return DynamoEvents()

    @cached_property
    def programme(self) -> DynamoProgramme:
        from chalicelib.content.adapters.programme import DynamoProgramme

        return DynamoProgramme()

    @cached_property
    def edit_programme(self) -> EditProgramme:
        """Creates, changes and deletes the parts of events."""
        from chalicelib.content.services.edit_programme import EditProgramme

        return EditProgramme(
            self.programme,
            self._services.accounts.authorise,
            self._services.clock,
            self._services.ids,
            lambda: self.notify_speakers,
        )

    @cached_property
    def notify_speakers(self) -> NotifySpeakers:
        from chalicelib.content.services.notify_speakers import NotifySpeakers

        return NotifySpeakers(
            self.programme,
            self._services.cfp.submissions,
            self._services.notifications.choose_channels,
            self._services.accounts.contacts,
            self._services.clock,
            public_url=self._services.config.public_url,
        )

    @cached_property
    def edit_events(self) -> EditEvents:
        """Creates, changes and deletes events."""
        from chalicelib.content.services.edit_events import EditEvents

        def on_sale(event_id: str) -> list[str]:
            return [one.id for one in self._services.catalog.view.load_ticket_types(event_id, consistent=True)]

        return EditEvents(
            events=self.events,
            programme=self.programme,
            accounts=self._services.accounts.store,
            roles=self._services.accounts.roles,
            on_sale=on_sale,
            stored=self._services.representations.stored,
            authorise=self._services.accounts.authorise,
            clock=self._services.clock,
            ids=self._services.ids,
        )

    @cached_property
    def delete_parts(self) -> DeleteParts:
        from chalicelib.content.adapters.parts import DynamoParts
        from chalicelib.content.services.delete_parts import DeleteParts

        return DeleteParts(DynamoParts())
