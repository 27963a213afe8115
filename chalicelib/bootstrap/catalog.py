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
    from chalicelib.catalog.services.edit_codes import EditCodes
    from chalicelib.catalog.services.edit_quotas import EditQuotas
    from chalicelib.catalog.services.edit_ticket_types import EditTicketTypes
    from chalicelib.catalog.services.read_ticket_types import ReadTicketTypes
    from chalicelib.catalog.services.redeem_code import RedeemCode


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
    def read_ticket_types(self) -> ReadTicketTypes:
        """Reads of ticket types, orders and charges."""
        from chalicelib.catalog.services.read_ticket_types import ReadTicketTypes

        return ReadTicketTypes(
            self.view, self._services.representations.stored, cursor_key=self._services.keys.cursor_key
        )

    @cached_property
    def edit_ticket_types(self) -> EditTicketTypes:
        """Writes of ticket types."""
        from chalicelib.catalog.services.edit_ticket_types import EditTicketTypes

        return EditTicketTypes(
            store=self.ticket_type_store,
            view=self.view,
            codes=self.code_store,
            programme=self._services.content.programme,
            authorise=self._services.accounts.authorise,
            clock=self._services.clock,
            ids=self._services.ids,
        )

    @cached_property
    def code_store(self) -> DynamoCodes:
        from chalicelib.catalog.adapters.codes import DynamoCodes

        return DynamoCodes()

    @cached_property
    def redeem_code(self) -> RedeemCode:
        """What codes are good for."""
        from chalicelib.catalog.services.redeem_code import RedeemCode

        return RedeemCode(self.code_store, self._services.accounts.attempts, self._services.clock)

    @cached_property
    def edit_codes(self) -> EditCodes:
        """Discounts and access codes."""
        from chalicelib.catalog.services.edit_codes import EditCodes

        return EditCodes(
            codes=self.code_store,
            view=self.view,
            programme=self._services.content.programme,
            authorise=self._services.accounts.authorise,
            clock=self._services.clock,
        )

    @cached_property
    def edit_quotas(self) -> EditQuotas:
        """Quotas."""
        from chalicelib.catalog.adapters.quotas import DynamoQuotas
        from chalicelib.catalog.services.edit_quotas import EditQuotas

        return EditQuotas(
            quotas=DynamoQuotas(),
            types=self.ticket_type_store,
            authorise=self._services.accounts.authorise,
            clock=self._services.clock,
            ids=self._services.ids,
        )
