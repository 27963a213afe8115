"""The facts of an order, and what follows from them: its state and where its tickets are. Pure.

Nothing sets a state. Services change facts. STATES and POSITIONS, read from top to bottom, derive state and position,
so the order in which facts arrive does not matter. docs/order-states.md is generated from this module.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

from chalicelib.catalog.domain.stock import Move


class OrderState(StrEnum):
    """The state of an order, derived from its facts."""

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


class Ended(StrEnum):
    """How an order ended without a payment."""

    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Dispute(StrEnum):
    """The status of a payment's dispute. An inquiry, or a dispute that was won, counts as none."""

    OPEN = "open"
    LOST = "lost"


class Reason(StrEnum):
    """Why an order has its state, as a code for which the buyer's page has a text."""

    HOLD_ENDED = "hold_ended"
    CANCELLED_BY_BUYER = "cancelled_by_buyer"
    PAYMENT_FAILED = "payment_failed"
    PAID_TOO_LATE = "paid_too_late"
    PAYMENT_DIFFERS = "payment_differs"
    EVENT_CLOSED = "event_closed"
    EVENT_OVER = "event_over"
    TICKETS_GONE = "tickets_gone"
    ACCOUNT_GONE = "account_gone"
    ADDRESS_REFUSED = "address_refused"
    AMOUNT_REFUSED = "amount_refused"
    SELLER_REFUSED = "seller_refused"


class Facts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of an order. `charge_id` is the one payment that the order relies on and `charged` its amount;
    `refunded` was returned of it, `wanted` was asked to be refunded but Stripe has not confirmed it (minor units).
    `issued`: its tickets were sold. `pending`: checkout is complete, the money has not arrived. `held_back`: the
    payment cannot be used for tickets, staff must decide; without a `charge_id`, Marquee cannot read the payment.
    """

    issued: bool = False
    ended: Ended | None = None
    pending: bool = False
    charge_id: str | None = None
    charged: int = 0
    refunded: int = 0
    wanted: int = 0
    dispute: Dispute | None = None
    held_back: bool = False

    @property
    def is_unseen(self) -> bool:
        """Whether the order waits for a payment that Marquee cannot read."""
        return self.held_back and self.charge_id is None

    @property
    def is_returned(self) -> bool:
        """Whether the whole payment was returned."""
        return self.charge_id is not None and self.refunded >= self.charged

    @property
    def refundable(self) -> int:
        """The amount that can still be refunded, in minor units."""
        return max(0, self.charged - self.refunded - self.wanted)


_F = Callable[[Facts], bool]

STATES: tuple[tuple[str, _F, OrderState], ...] = (
    ("its payment was charged back", lambda f: f.dispute is Dispute.LOST, OrderState.CHARGED_BACK),
    ("its payment is disputed", lambda f: f.dispute is Dispute.OPEN, OrderState.DISPUTED),
    ("all of its payment went back", lambda f: f.is_returned, OrderState.REFUNDED),
    ("its payment cannot be used", lambda f: f.held_back, OrderState.REVIEW),
    ("it was cancelled", lambda f: f.ended is Ended.CANCELLED, OrderState.CANCELLED),
    ("its hold is over", lambda f: f.ended is Ended.EXPIRED, OrderState.EXPIRED),
    ("part of its payment went back", lambda f: f.issued and f.refunded > 0, OrderState.PARTIALLY_REFUNDED),
    ("its tickets are sold", lambda f: f.issued, OrderState.PAID),
    ("its money is on the way", lambda f: f.pending, OrderState.PENDING),
    ("nothing of all that", lambda _: True, OrderState.RESERVED),
)
"""The first row whose condition is true names the state."""


class Position(StrEnum):
    """Where the tickets of an order are in the stock."""

    NONE = "none"
    HELD = "held"
    SOLD = "sold"


POSITIONS: tuple[tuple[str, _F, Position], ...] = (
    ("its payment was charged back", lambda f: f.dispute is Dispute.LOST, Position.NONE),
    ("all of its payment went back", lambda f: f.is_returned, Position.NONE),
    ("its payment cannot be used", lambda f: f.held_back, Position.NONE),
    ("it ended", lambda f: f.ended is not None, Position.NONE),
    ("its tickets are sold", lambda f: f.issued, Position.SOLD),
    ("nothing of all that", lambda _: True, Position.HELD),
)
"""The first row whose condition is true names the position."""


_PLACE = {Position.NONE: Move(left=1), Position.HELD: Move(held=1), Position.SOLD: Move(sold=1)}


def state_of(facts: Facts) -> OrderState:
    """Returns the state that follows from the facts."""
    return next(state for _, holds, state in STATES if holds(facts))


def position_of(facts: Facts | None) -> Position:
    """Returns where the tickets of an order with these facts are. None: there is no order yet."""
    if facts is None:
        return Position.NONE
    return next(position for _, holds, position in POSITIONS if holds(facts))


def move_between(before: Facts | None, after: Facts) -> Move:
    """Returns how each ticket moves in the stock when facts change; all zero when it stays."""
    gone, come = _PLACE[position_of(before)], _PLACE[position_of(after)]
    return Move(*(new - old for new, old in zip(come, gone, strict=True)))
