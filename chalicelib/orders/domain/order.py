"""An order: what a buyer sends, what the buyer reads, and what Marquee keeps of it. Pure.

`Order` is what the buyer reads, `OrderRecord` adds what only Marquee knows. Its state follows from its facts
(orders/domain/order_state.py).
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct, field

from chalicelib.catalog.domain.stock import Piece
from chalicelib.core.errors import Violation
from chalicelib.core.money import Money
from chalicelib.core.text import Email, Id, Name
from chalicelib.orders.domain.order_state import Facts, OrderState, Position, Reason, position_of, state_of

MAX_TICKETS = 100
"""Tickets one order may have."""
MAX_CODE = 200
"""Characters of a code that a buyer sends; what is longer than any code is looked up in vain."""


class Line(Struct, frozen=True, kw_only=True):
    """Some tickets of one type at the price they had when the order was made, and what a discount takes off all of
    them together: the same of each.
    """

    ticket_type_id: str
    name: str
    quantity: int
    price: Money
    discount: Money | None = None

    @property
    def unit_amount(self) -> int:
        """What one ticket costs, in minor units."""
        return self.price.amount - (self.discount.amount // self.quantity if self.discount else 0)

    @property
    def amount(self) -> int:
        """What the line comes to, in minor units."""
        return self.quantity * self.unit_amount


class Buyer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who buys."""

    name: Name
    email: Email


class Attendee(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who comes."""

    name: Name
    email: Email | None = None


class OrderLinks(Struct, frozen=True, kw_only=True):
    """Where to go from an order."""

    self_: str = field(name="self")
    payment: str


class Order(Struct, frozen=True, kw_only=True):
    """An order as its buyer reads it. `expires_at` is there while it is reserved; `reason` tells why an order is not
    what its buyer hoped for; `refunded` is what went back.
    """

    id: str
    event_id: str
    state: OrderState
    lines: list[Line]
    total: Money
    buyer: Buyer
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None
    paid_at: datetime | None = None
    reason: Reason | None = None
    refunded: Money | None = None
    links: Annotated[OrderLinks, Meta(description="Paths")]


class Checkout(NamedTuple):
    """An open checkout session of an order."""

    id: str
    url: str


class OrderRecord(Struct, frozen=True, kw_only=True):
    """An order with what only Marquee knows. `deadline` in Unix seconds; `version` rises with every write of the order
    or its charges; `attempt` numbers the checkout sessions; `account` is the connected Stripe account that is paid
    (None: the platform's own); `note` tells staff why an order needs a look; `ticket_secret` is what ticket codes
    derive from, there once tickets were sold; `offer` is the entry of a waiting list that the order was made for;
    `paid_checkout` is the checkout session whose payment is recorded; `pays_from` is when its first checkout can be
    opened (Unix seconds), if that was not at once.
    `came` counts check-ins since this version was written, while the order is free: together with `version` it tells
    whether anybody came in meanwhile.
    """

    order: Order
    version: int
    deadline: int
    allocation: tuple[Piece, ...]
    facts: Facts = Facts()
    user_id: str | None = None
    access_hash: str | None = None
    attempt: int = 1
    checkout: Checkout | None = None
    customer_id: str | None = None
    account: str | None = None
    note: str | None = None
    ticket_secret: str | None = None
    attendees: list[Attendee] = []
    offer: str | None = None
    paid_checkout: str | None = None
    pays_from: int | None = None
    came: int = 0

    @property
    def id(self) -> str:
        return self.order.id

    @property
    def state(self) -> OrderState:
        return self.order.state

    @property
    def is_free(self) -> bool:
        """Whether its tickets were sold without a payment: then its buyer may cancel it."""
        return self.state is OrderState.PAID and self.facts.charge_id is None


def links_of(order_id: str) -> OrderLinks:
    """Where to go from an order."""
    return OrderLinks(self_=f"/api/v1/orders/{order_id}", payment=f"/api/v1/orders/{order_id}/payment")


def total_of(lines: Sequence[Line]) -> int:
    """The sum of all lines in minor units."""
    return sum(line.amount for line in lines)


def access_token(order_id: str, key: bytes) -> str:
    """The secret with which somebody without an account reads an order. Derived, so that it can be mailed again
    although only its hash is stored.
    """
    mac = hmac.new(key, f"order-access\x00{order_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:24]).decode()


class OrderLineForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a buyer asks for; the price is never theirs to say."""

    ticket_type_id: Id
    quantity: Annotated[int, Meta(ge=1, le=MAX_TICKETS)]


class OrderForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a buyer sends."""

    lines: Annotated[list[OrderLineForm], Meta(min_length=1, max_length=10)]
    buyer: Buyer
    attendees: Annotated[list[Attendee], Meta(max_length=MAX_TICKETS)] = []
    discount_code: Annotated[str, Meta(max_length=MAX_CODE)] | None = None
    access_code: Annotated[str, Meta(max_length=MAX_CODE)] | None = None

    def violations(self) -> list[Violation]:
        """Rules that span fields."""
        found = []
        total = sum(line.quantity for line in self.lines)
        if total > MAX_TICKETS:
            found.append(Violation("/lines", f"may ask for {MAX_TICKETS} tickets together"))
        if len({line.ticket_type_id for line in self.lines}) < len(self.lines):
            found.append(Violation("/lines", "must name each ticket type once"))
        if len(self.attendees) > total:
            found.append(Violation("/attendees", "must not be more than the tickets"))
        return found


def moved_on(
    record: OrderRecord, facts: Facts, *, now: datetime, reason: Reason | None = None, **changes: Any
) -> OrderRecord:
    """The order with other facts and all that follows from them. `changes` are of the record's own fields."""
    state = state_of(facts)
    old = record.order
    sold = position_of(facts) is Position.SOLD
    order = msgspec.structs.replace(
        old,
        state=state,
        updated_at=now,
        expires_at=old.expires_at if state is OrderState.RESERVED else None,
        paid_at=now if sold and old.paid_at is None else old.paid_at,
        reason=reason,
        refunded=Money(amount=facts.refunded, currency=old.total.currency) if facts.refunded else None,
    )
    return msgspec.structs.replace(record, order=order, facts=facts, version=record.version + 1, **changes)
