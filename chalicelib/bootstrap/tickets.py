"""Wires tickets of paid orders: each adapter and service is built at its first use.

Imports are inside the properties, so that the read path loads no PynamoDB, stripe or msgspec.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.bootstrap import Services
    from chalicelib.tickets.services.issue_tickets import IssueTickets


class TicketsWiring:
    """The adapters and services of tickets of paid orders."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @cached_property
    def issue_tickets(self) -> IssueTickets:
        """Makes tickets, QR codes and PDFs of paid orders."""
        from chalicelib.tickets.services.issue_tickets import IssueTickets

        return IssueTickets(
            orders=self._services.orders.store,
            admissions=self._services.check_in.store,
            representations=self._services.representations.stored,
            authorise=self._services.accounts.authorise,
        )
