"""Wires lists and totals of an event's sales: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.reports.adapters.reads import DynamoSalesLists
    from chalicelib.reports.services.list_attendees import ListAttendees
    from chalicelib.reports.services.list_orders import ListOrders
    from chalicelib.reports.services.read_totals import ReadTotals
    from chalicelib.reports.services.update_totals import UpdateTotals


class ReportsWiring:
    """The adapters and services of lists and totals of an event's sales."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def update_totals(self) -> UpdateTotals:
        """Updates lists and totals when orders change."""
        from chalicelib.reports.adapters.rows import DynamoSalesRows
        from chalicelib.reports.services.update_totals import UpdateTotals

        return UpdateTotals(view=self._services.check_in.view, rows=DynamoSalesRows())

    @cached_property
    def lists(self) -> DynamoSalesLists:
        from chalicelib.reports.adapters.reads import DynamoSalesLists

        return DynamoSalesLists(self._services.aws.reader, self._services.aws.queries)

    @cached_property
    def list_orders(self) -> ListOrders:
        from chalicelib.reports.services.list_orders import ListOrders

        return ListOrders(self.lists, self._services.accounts.authorise, self._services.keys.cursor_key)

    @cached_property
    def list_attendees(self) -> ListAttendees:
        from chalicelib.reports.services.list_attendees import ListAttendees

        return ListAttendees(
            admissions=self._services.check_in.store,
            view=self._services.check_in.view,
            authorise=self._services.accounts.authorise,
            key=self._services.keys.cursor_key,
        )

    @cached_property
    def read_totals(self) -> ReadTotals:
        """Reads the totals and the ledger of an event."""
        from chalicelib.reports.services.read_totals import ReadTotals

        return ReadTotals(
            lists=self.lists,
            sales=self._services.catalog.view,
            authorise=self._services.accounts.authorise,
            key=self._services.keys.cursor_key,
        )
