"""Writes many people with tickets of an event, as a sale would have left them. For tests and benchmarks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from chalicelib.catalog.domain.stock import Piece
from chalicelib.core.ids import make_ulid
from chalicelib.core.money import Money
from chalicelib.orders.domain.order import Buyer, Line, Order, OrderRecord, links_of
from chalicelib.orders.domain.order_state import Facts, OrderState

TICKET_TYPE = make_ulid(5, b"ticket-typ")
BOUGHT = datetime(2026, 11, 1, tzinfo=UTC)


class Visitor(NamedTuple):
    """A person with an order: a user, or only a mail address."""

    email: str
    user_id: str | None = None
    ticket_type_id: str = TICKET_TYPE
    facts: Facts = Facts(issued=True)


def user_id_of(number: int) -> str:
    """Returns the id of user `number`."""
    return make_ulid(1_700_000_000_000 + number, hashlib.sha256(str(number).encode()).digest())


def order_id_of(number: int) -> str:
    """Returns the id of order `number`. Ids sort by their numbers."""
    return make_ulid(1_750_000_000_000 + number, hashlib.sha256(b"order%d" % number).digest())


def record_of(event_id: str, number: int, visitor: Visitor) -> OrderRecord:
    """Returns a paid order of one ticket."""
    order_id = order_id_of(number)
    price = Money(amount=0, currency="CHF")
    order = Order(
        id=order_id,
        event_id=event_id,
        state=OrderState.PAID,
        lines=[Line(ticket_type_id=visitor.ticket_type_id, name="Day ticket", quantity=1, price=price)],
        total=price,
        buyer=Buyer(name="Robin Example", email=visitor.email),
        created_at=BOUGHT,
        updated_at=BOUGHT,
        paid_at=BOUGHT,
        links=links_of(order_id),
    )
    return OrderRecord(
        order=order,
        version=1,
        deadline=0,
        allocation=(Piece(visitor.ticket_type_id, 0, 1),),
        facts=visitor.facts,
        user_id=visitor.user_id,
        ticket_secret="0" * 32,
    )


def sell_to(event_id: str, visitors: Sequence[Visitor], *, first: int = 0) -> list[str]:
    """Writes an order of one ticket for every visitor. Returns the ids of the orders."""
    from chalicelib.aws.dynamo_tables import SalesTable
    from chalicelib.orders.adapters import keys as order_keys
    from chalicelib.orders.adapters.items import TicketedItem, order_item

    records = [record_of(event_id, number, visitor) for number, visitor in enumerate(visitors, first)]
    with SalesTable.batch_write() as batch:
        for record in records:
            batch.save(order_item(record))
            batch.save(TicketedItem(*order_keys.order_of_event(event_id, record.id)))
    return [record.id for record in records]


def open_accounts(users: Iterable[tuple[str, str]], *, verified: bool = True, language: str | None = None) -> None:
    """Writes accounts for (user id, address). Their password is invalid, so sign-in is impossible."""
    from chalicelib.accounts.adapters import keys as account_keys
    from chalicelib.accounts.adapters.items import AccountItem
    from chalicelib.aws.dynamo_tables import PeopleTable

    with PeopleTable.batch_write() as batch:
        for user_id, email in users:
            batch.save(
                AccountItem(
                    *account_keys.account(user_id),
                    id=user_id,
                    email=email,
                    name="Robin Example",
                    language=language,
                    password_hash="none",  # pragma: allowlist secret
                    verified=verified,
                    rev=1,
                    etag="1",
                    body="{}",
                    created_at=1,
                )
            )
