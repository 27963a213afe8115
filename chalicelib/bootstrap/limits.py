"""Quotas, codes, waiting lists.

Part of the bootstrap: each property builds a service, or an adapter for one, when first asked for. Imports inside the
properties are the point: the read path must not load PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.bootstrap.payments import PaymentServices

if TYPE_CHECKING:
    from chalicelib.adapters.dynamo.waiting_store import DynamoWaitingLists
    from chalicelib.services.coding import Coding
    from chalicelib.services.offering import Offering
    from chalicelib.services.queueing import Queueing
    from chalicelib.services.rationing import Rationing


class LimitServices(PaymentServices):
    """Quotas, codes, waiting lists."""

    @cached_property
    def coding(self) -> Coding:
        """Discounts and access codes."""
        from chalicelib.adapters.dynamo.content_store import DynamoContentStore
        from chalicelib.services.coding import Coding

        return Coding(
            codes=self._codes,
            view=self._sales_view,
            content=DynamoContentStore(),
            authorising=self.authorising,
            clock=self.clock,
        )

    @cached_property
    def rationing(self) -> Rationing:
        """Quotas."""
        from chalicelib.adapters.dynamo.quota_store import DynamoQuotas
        from chalicelib.adapters.dynamo.ticket_type_store import DynamoTicketTypes
        from chalicelib.services.rationing import Rationing

        return Rationing(
            quotas=DynamoQuotas(),
            types=DynamoTicketTypes(),
            authorising=self.authorising,
            clock=self.clock,
            ids=self.ids,
        )

    @cached_property
    def _waiting_lists(self) -> DynamoWaitingLists:
        from chalicelib.adapters.dynamo.waiting_store import DynamoWaitingLists

        return DynamoWaitingLists()

    @cached_property
    def queueing(self) -> Queueing:
        """People who wait."""
        from chalicelib.services.queueing import Queueing

        return Queueing(
            lists=self._waiting_lists,
            view=self._sales_view,
            representations=self._representations,
            drafting=self._drafting,
            authorising=self.authorising,
            clock=self.clock,
        )

    @cached_property
    def offering(self) -> Offering:
        """Tickets for people who wait."""
        from chalicelib.services.offering import Offering

        return Offering(
            lists=self._waiting_lists,
            view=self._sales_view,
            representations=self._representations,
            holding=self._holding,
            drafting=self._drafting,
            telling=self._telling,
            release=self.releasing.settle,
            clock=self.clock,
            ids=self.ids,
            offer_seconds=self.config.waiting_offer_seconds,
        )
