"""Lists and totals of an event's sales.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.bootstrap.sales import SalesServices

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.sales_lists import DynamoSalesLists
    from chalicelib.services.accounting import Accounting
    from chalicelib.services.gathering import Gathering
    from chalicelib.services.listing import Listing
    from chalicelib.services.tallying import Tallying


class ListingServices(SalesServices):
    """Lists and totals of an event's sales."""

    @cached_property
    def tallying(self) -> Tallying:
        """Lists and totals that follow orders."""
        from chalicelib.adapters.dynamo.sales_rows import DynamoSalesRows
        from chalicelib.services.tallying import Tallying

        return Tallying(view=self._gate_view, rows=DynamoSalesRows())

    @cached_property
    def _sales_lists(self) -> DynamoSalesLists:
        from chalicelib.adapters.dynamo.sales_lists import DynamoSalesLists

        return DynamoSalesLists(self._reader, self._queries)

    @cached_property
    def listing(self) -> Listing:
        """Orders and charges of an event."""
        from chalicelib.services.listing import Listing

        return Listing(self._sales_lists, self.authorising, self.cursor_key)

    @cached_property
    def gathering(self) -> Gathering:
        """Attendees of an event."""
        from chalicelib.services.gathering import Gathering

        return Gathering(
            admissions=self._admissions, view=self._gate_view, authorising=self.authorising, key=self.cursor_key
        )

    @cached_property
    def accounting(self) -> Accounting:
        """Totals and ledger of an event."""
        from chalicelib.services.accounting import Accounting

        return Accounting(
            lists=self._sales_lists, sales=self._sales_view, authorising=self.authorising, key=self.cursor_key
        )
