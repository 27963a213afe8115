"""Wires ticket types, quotas, codes and stock: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.bootstrap import Services
    from chalicelib.catalog.adapters.codes import DynamoCodes
    from chalicelib.catalog.adapters.reads import DynamoCatalogView
    from chalicelib.catalog.adapters.ticket_types import DynamoTicketTypes
    from chalicelib.catalog.domain.quota import QuotaFields
    from chalicelib.catalog.domain.ticket_type import TicketTypeFields
    from chalicelib.catalog.ports import StoredLimit, StoredTicketType
    from chalicelib.catalog.services.edit_limited import EditLimited
    from chalicelib.catalog.services.limited_codes import CodeFields
    from chalicelib.catalog.services.read_ticket_types import ReadTicketTypes
    from chalicelib.catalog.services.redeem_code import RedeemCode
    from chalicelib.core.kinds import CodeKind


class CatalogWiring:
    """The adapters and services of ticket types, quotas, codes and stock."""

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
        """Reads ticket types with what is available."""
        from chalicelib.catalog.services.read_ticket_types import ReadTicketTypes

        return ReadTicketTypes(
            self.view, self._services.representations.stored, cursor_key=self._services.keys.cursor_key
        )

    @cached_property
    def edit_ticket_types(self) -> EditLimited[TicketTypeFields, StoredTicketType]:
        """Creates, changes and deletes ticket types."""
        from chalicelib.catalog.services.edit_limited import EditLimited
        from chalicelib.catalog.services.limited_ticket_types import LimitedTicketTypes

        content, ids = self._services.content.programme, self._services.ids
        limited = LimitedTicketTypes(self.ticket_type_store, self.view, self.code_store, content, ids)
        return EditLimited(limited, self._services.accounts.authorise, self._services.clock)

    @cached_property
    def code_store(self) -> DynamoCodes:
        from chalicelib.catalog.adapters.codes import DynamoCodes

        return DynamoCodes()

    @cached_property
    def redeem_code(self) -> RedeemCode:
        """Checks the codes that buyers enter."""
        from chalicelib.catalog.services.redeem_code import RedeemCode

        return RedeemCode(self.code_store, self._services.accounts.attempts, self._services.clock)

    @cached_property
    def edit_codes(self) -> Mapping[CodeKind, EditLimited[CodeFields, StoredLimit]]:
        """Creates, changes and deletes discounts and access codes."""
        from chalicelib.catalog.services.edit_limited import EditLimited
        from chalicelib.catalog.services.limited_codes import LimitedCodes
        from chalicelib.core.kinds import CodeKind

        known = self.code_store, self.view, self._services.content.programme
        authorise, clock = self._services.accounts.authorise, self._services.clock
        return {kind: EditLimited(LimitedCodes(kind, *known), authorise, clock) for kind in CodeKind}

    @cached_property
    def edit_quotas(self) -> EditLimited[QuotaFields, StoredLimit]:
        from chalicelib.catalog.adapters.quotas import DynamoQuotas
        from chalicelib.catalog.services.edit_limited import EditLimited
        from chalicelib.catalog.services.limited_quotas import LimitedQuotas

        limited = LimitedQuotas(DynamoQuotas(), self.ticket_type_store, self._services.ids)
        return EditLimited(limited, self._services.accounts.authorise, self._services.clock)
