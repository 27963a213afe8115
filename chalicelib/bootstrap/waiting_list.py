"""Waiting lists and their offers: each built when it is first asked for.

Part of the wiring. Imports inside the properties are the point: the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.waiting_list.adapters.dynamo import DynamoWaitingLists
    from chalicelib.waiting_list.services.join_waiting_list import JoinWaitingList
    from chalicelib.waiting_list.services.offer_tickets import OfferTickets


class WaitingListWiring:
    """Waiting lists and their offers."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def store(self) -> DynamoWaitingLists:
        from chalicelib.waiting_list.adapters.dynamo import DynamoWaitingLists

        return DynamoWaitingLists()

    @cached_property
    def join_waiting_list(self) -> JoinWaitingList:
        """People who wait."""
        from chalicelib.waiting_list.services.join_waiting_list import JoinWaitingList

        return JoinWaitingList(
            lists=self.store,
            view=self._services.catalog.view,
            representations=self._services.representations.stored,
            draft_order=self._services.orders.draft_order,
            authorise=self._services.accounts.authorise,
            clock=self._services.clock,
        )

    @cached_property
    def offer_tickets(self) -> OfferTickets:
        """Tickets for people who wait."""
        from chalicelib.waiting_list.services.offer_tickets import OfferTickets

        return OfferTickets(
            lists=self.store,
            view=self._services.catalog.view,
            representations=self._services.representations.stored,
            hold_stock=self._services.orders.hold_stock,
            draft_order=self._services.orders.draft_order,
            order_messages=self._services.orders.messages,
            release=self._services.payments.expire_orders.expire_order,
            clock=self._services.clock,
            ids=self._services.ids,
            offer_seconds=self._services.config.waiting_offer_seconds,
        )
