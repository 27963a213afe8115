"""Ticket types, quotas, codes, stock: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.catalog.adapters.codes import DynamoCodes
    from chalicelib.catalog.adapters.reads import DynamoCatalogView
    from chalicelib.catalog.adapters.ticket_types import DynamoTicketTypes
    from chalicelib.catalog.services.codes import Coding
    from chalicelib.catalog.services.edit_ticket_types import Selling
    from chalicelib.catalog.services.quotas import Rationing
    from chalicelib.catalog.services.read_ticket_types import Showing
    from chalicelib.catalog.services.redeem_code import Redeeming


class CatalogWiring:
    """Ticket types, quotas, codes, stock."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def ticket_type_store(self) -> DynamoTicketTypes:
        from chalicelib.catalog.adapters.ticket_types import DynamoTicketTypes

        return DynamoTicketTypes()

    @cached_property
    def view(self) -> DynamoCatalogView:
        from chalicelib.catalog.adapters.reads import DynamoCatalogView

        return DynamoCatalogView(self._services.aws.reader, self._services.aws.queries)

    @cached_property
    def read_ticket_types(self) -> Showing:
        """Reads of ticket types, orders and charges."""
        from chalicelib.catalog.services.read_ticket_types import Showing

        return Showing(self.view, self._services.representations.stored, cursor_key=self._services.keys.cursor_key)

    @cached_property
    def edit_ticket_types(self) -> Selling:
        """Writes of ticket types."""
        from chalicelib.catalog.services.edit_ticket_types import Selling

        return Selling(
            store=self.ticket_type_store,
            view=self.view,
            codes=self.code_store,
            content=self._services.content.store,
            authorising=self._services.accounts.authorise,
            clock=self._services.clock,
            ids=self._services.ids,
        )

    @cached_property
    def code_store(self) -> DynamoCodes:
        from chalicelib.catalog.adapters.codes import DynamoCodes

        return DynamoCodes()

    @cached_property
    def redeem_code(self) -> Redeeming:
        """What codes are good for."""
        from chalicelib.catalog.services.redeem_code import Redeeming

        return Redeeming(self.code_store, self._services.accounts.store, self._services.clock)

    @cached_property
    def codes(self) -> Coding:
        """Discounts and access codes."""
        from chalicelib.catalog.services.codes import Coding

        return Coding(
            codes=self.code_store,
            view=self.view,
            content=self._services.content.store,
            authorising=self._services.accounts.authorise,
            clock=self._services.clock,
        )

    @cached_property
    def quotas(self) -> Rationing:
        """Quotas."""
        from chalicelib.catalog.adapters.quotas import DynamoQuotas
        from chalicelib.catalog.services.quotas import Rationing

        return Rationing(
            quotas=DynamoQuotas(),
            types=self.ticket_type_store,
            authorising=self._services.accounts.authorise,
            clock=self._services.clock,
            ids=self._services.ids,
        )
