"""An order: its states, what may happen to it, and what each happening does to its state and its tickets. Pure.

TRANSITIONS is the rule; nothing else decides states. `Order` is what the buyer reads, `OrderRecord` adds what only
Marquee knows.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta, Struct, field

from chalicelib.domain.errors import Violation
from chalicelib.domain.money import Money
from chalicelib.domain.stock import Piece, Wanted
from chalicelib.domain.text import Email, Id, Name

MAX_TICKETS = 100
"""Tickets one order may have."""


class OrderState(StrEnum):
    """Where an order is in its life."""

    RESERVED = "reserved"
    PENDING = "pending"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    DISPUTED = "disputed"
    CHARGED_BACK = "charged_back"
    REVIEW = "review"


class Happening(StrEnum):
    """What can befall an order."""

    PAID = "paid"
    PAID_WITHOUT_STOCK = "paid_without_stock"
    COMPLETED_UNPAID = "completed_unpaid"
    PAYMENT_FAILED = "payment_failed"
    HOLD_ENDED = "hold_ended"
    CANCELLED = "cancelled"
    MISMATCHED = "mismatched"


class Move(NamedTuple):
    """What becomes of each ticket of the order: the change of a shard's left, held and sold."""

    left: int = 0
    held: int = 0
    sold: int = 0


STAY = Move()
HOLD = Move(left=-1, held=1)
SELL_AT_ONCE = Move(left=-1, sold=1)
SELL_HELD = Move(held=-1, sold=1)
GIVE_BACK = Move(left=1, held=-1)


class Transition(NamedTuple):
    """The state after a happening and what becomes of the tickets."""

    state: OrderState
    move: Move


_S, _H = OrderState, Happening

TRANSITIONS: dict[tuple[OrderState, Happening], Transition] = {
    (_S.RESERVED, _H.PAID): Transition(_S.PAID, SELL_HELD),
    (_S.RESERVED, _H.COMPLETED_UNPAID): Transition(_S.PENDING, STAY),
    (_S.RESERVED, _H.HOLD_ENDED): Transition(_S.EXPIRED, GIVE_BACK),
    (_S.RESERVED, _H.CANCELLED): Transition(_S.CANCELLED, GIVE_BACK),
    (_S.RESERVED, _H.MISMATCHED): Transition(_S.REVIEW, STAY),
    (_S.RESERVED, _H.PAYMENT_FAILED): Transition(_S.CANCELLED, GIVE_BACK),
    (_S.PENDING, _H.PAID): Transition(_S.PAID, SELL_HELD),
    (_S.PENDING, _H.PAYMENT_FAILED): Transition(_S.CANCELLED, GIVE_BACK),
    (_S.PENDING, _H.MISMATCHED): Transition(_S.REVIEW, STAY),
    (_S.EXPIRED, _H.PAID): Transition(_S.PAID, SELL_AT_ONCE),
    (_S.EXPIRED, _H.PAID_WITHOUT_STOCK): Transition(_S.REVIEW, STAY),
    (_S.EXPIRED, _H.MISMATCHED): Transition(_S.REVIEW, STAY),
    (_S.CANCELLED, _H.PAID): Transition(_S.REVIEW, STAY),
    (_S.CANCELLED, _H.MISMATCHED): Transition(_S.REVIEW, STAY),
}
"""A pair that is not here changes nothing: a second payment leaves a paid order paid."""


class Line(Struct, frozen=True, kw_only=True):
    """Some tickets of one type at the price they had when the order was made."""

    ticket_type_id: str
    name: str
    quantity: int
    price: Money


class Buyer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who buys."""

    name: Name
    email: Email


class Attendee(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who comes."""

    name: Name
    email: Email | None = None


class Links(Struct, frozen=True, kw_only=True):
    """Where to go from an order."""

    self_: str = field(name="self")
    payment: str


class Order(Struct, frozen=True, kw_only=True):
    """An order as its buyer reads it. `expires_at` is there while it is reserved."""

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
    links: Annotated[Links, Meta(description="Paths")]

    @property
    def wanted(self) -> list[Wanted]:
        """What the order needs of each type."""
        return [Wanted(line.ticket_type_id, line.quantity) for line in self.lines]


class Checkout(NamedTuple):
    """An open checkout session of an order."""

    id: str
    url: str


class OrderRecord(Struct, frozen=True, kw_only=True):
    """An order with what only Marquee knows. `deadline` in Unix seconds; `version` rises with every write;
    `attempt` numbers the checkout sessions; `reason` tells staff why an order needs a look.
    """

    order: Order
    version: int
    deadline: int
    allocation: tuple[Piece, ...]
    user_id: str | None = None
    access_hash: str | None = None
    attempt: int = 1
    checkout: Checkout | None = None
    customer_id: str | None = None
    charge_id: str | None = None
    reason: str | None = None
    attendees: list[Attendee] = []

    @property
    def id(self) -> str:
        """The order's id."""
        return self.order.id

    @property
    def state(self) -> OrderState:
        """The order's state."""
        return self.order.state


def after(state: OrderState, happening: Happening) -> Transition | None:
    """What a happening does to an order in this state, or None when nothing."""
    return TRANSITIONS.get((state, happening))


def links_of(order_id: str) -> Links:
    """Where to go from an order."""
    return Links(self_=f"/api/v1/orders/{order_id}", payment=f"/api/v1/orders/{order_id}/payment")


def total_of(lines: Sequence[Line]) -> int:
    """The sum of all lines in minor units."""
    return sum(line.quantity * line.price.amount for line in lines)


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


def moved_on(record: OrderRecord, state: OrderState, *, now: datetime, **changes: Any) -> OrderRecord:
    """The order in another state. `changes` are of the record's own fields."""
    order = msgspec.structs.replace(
        record.order,
        state=state,
        updated_at=now,
        expires_at=record.order.expires_at if state is OrderState.RESERVED else None,
        paid_at=now if state is OrderState.PAID else record.order.paid_at,
    )
    return msgspec.structs.replace(record, order=order, version=record.version + 1, **changes)
