"""An order: the form that a buyer sends, what the buyer reads, and what Marquee stores. Pure.

`Order` is what the buyer reads; `OrderRecord` adds internal data. The state of an order follows from its facts
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
"""Tickets an order may have."""
MAX_CODE = 200
"""Characters of a code that a buyer sends. It is more than a code may have; a text that is too long is not found."""


class Line(Struct, frozen=True, kw_only=True):
    """Tickets of one type at the price when the order was made. `discount` is for all of them, the same for each."""

    ticket_type_id: str
    name: str
    quantity: int
    price: Money
    discount: Money | None = None

    @property
    def unit_amount(self) -> int:
        """The price of one ticket after the discount, in minor units."""
        return self.price.amount - (self.discount.amount // self.quantity if self.discount else 0)

    @property
    def amount(self) -> int:
        """The sum of the line, in minor units."""
        return self.quantity * self.unit_amount


class Buyer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person who buys."""

    name: Name
    email: Email


class Attendee(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The person who uses a ticket."""

    name: Name
    email: Email | None = None


class OrderLinks(Struct, frozen=True, kw_only=True):
    """Paths of an order."""

    self_: str = field(name="self")
    payment: str


class Order(Struct, frozen=True, kw_only=True):
    """An order as its buyer reads it. `expires_at` is set while it is reserved, `reason` when something went wrong;
    `refunded` is the amount that was returned.
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
    """An open checkout session of Stripe for an order."""

    id: str
    url: str


class OrderRecord(Struct, frozen=True, kw_only=True):
    """An order with internal data. `deadline` in Unix seconds; `version` rises with every write of the order or its
    charges; `attempt` numbers the checkout sessions; `account` is the connected Stripe account that is paid (None: the
    platform's own); `note` tells staff why the order needs a review; `ticket_secret` is the secret that ticket codes
    derive from, set when its tickets are sold; `offer` is the waiting list entry that the order was made for;
    `paid_checkout` is the checkout session whose payment is recorded; `pays_from` is when its first checkout can be
    opened (Unix seconds), None if at once. `came` counts check-ins since this version was written, for free orders
    only. Together with `version` it shows whether anybody was checked in since the record was read.
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
        """Whether its tickets were sold without a payment. Then its buyer may cancel it."""
        return self.state is OrderState.PAID and self.facts.charge_id is None


def links_of(order_id: str) -> OrderLinks:
    """Returns the paths of an order."""
    return OrderLinks(self_=f"/api/v1/orders/{order_id}", payment=f"/api/v1/orders/{order_id}/payment")


def total_of(lines: Sequence[Line]) -> int:
    """Returns the sum of all lines, in minor units."""
    return sum(line.amount for line in lines)


def access_token(order_id: str, key: bytes) -> str:
    """Returns the secret with which a buyer without an account reads the order. It is derived from a key, so that it
    can be mailed again although only its hash is stored.
    """
    mac = hmac.new(key, f"order-access\x00{order_id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:24]).decode()


class OrderLineForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a buyer asks for. The server sets the price."""

    ticket_type_id: Id
    quantity: Annotated[int, Meta(ge=1, le=MAX_TICKETS)]


class OrderForm(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a buyer sends to place an order."""

    lines: Annotated[list[OrderLineForm], Meta(min_length=1, max_length=10)]
    buyer: Buyer
    attendees: Annotated[list[Attendee], Meta(max_length=MAX_TICKETS)] = []
    discount_code: Annotated[str, Meta(max_length=MAX_CODE)] | None = None
    access_code: Annotated[str, Meta(max_length=MAX_CODE)] | None = None

    def violations(self) -> list[Violation]:
        """Returns violations of rules that span fields."""
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
    """Returns the next version of the order: these facts and what follows from them. `changes` are fields of the
    record.
    """
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
