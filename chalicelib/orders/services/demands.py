"""Makes the demands of an order: the stock that its lines, its buyer and its codes need.

Called by the services that take stock.
"""

import hashlib
from collections.abc import Sequence

from chalicelib.catalog.domain.demand import Demand, Limit
from chalicelib.catalog.domain.stock import buyer_stock, code_stock, quota_stock
from chalicelib.catalog.domain.ticket_type import TicketType
from chalicelib.catalog.ports import StoredLimit, StoredTicketType
from chalicelib.core.email_address import normalised
from chalicelib.orders.domain.order import Line


def demands_of_type(stored: StoredTicketType, quantity: int, *, line: int) -> list[Demand]:
    """Returns the demand for tickets of a type, and for the same number of each quota that the type shares."""
    tickets = Demand(
        Limit.TICKETS, stored.id, quantity, stored.shards, terms=stored.terms, line=line, ticket_type_id=stored.id
    )
    quotas = [
        Demand(Limit.QUOTA, quota_stock(quota_id), quantity, shards, line=line, ticket_type_id=stored.id)
        for quota_id, shards in stored.quotas
    ]
    return [tickets, *quotas]


def demands_of_buyer(
    lines: Sequence[Line], tickets: Sequence[TicketType], *, email: str, user_id: str | None
) -> list[Demand]:
    """Returns the demands that count against a buyer's limits. Both the email address and, for a signed-in buyer, the
    account are counted, so that changing one of them does not avoid the limit.
    """
    who = [f"email {normalised(email)}", *([f"user {user_id}"] if user_id else [])]
    return [
        Demand(
            Limit.BUYER,
            buyer_stock(ticket.id, hashlib.sha256(one.encode()).hexdigest()[:32]),
            line.quantity,
            line=index,
            ticket_type_id=ticket.id,
            most=ticket.max_per_buyer,
        )
        for index, (line, ticket) in enumerate(zip(lines, tickets, strict=True))
        if ticket.max_per_buyer is not None
        for one in who
    ]


def demand_of_code(limit: Limit, stored: StoredLimit) -> Demand:
    """Returns the demand for one use of a code."""
    return Demand(limit, code_stock(stored.id), 1, stored.shards)
