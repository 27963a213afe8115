"""What services need of Stripe. Adapter: adapters/stripe_gateway.py; every call may raise UpstreamFailed."""

from typing import NamedTuple, Protocol

from chalicelib.domain.charge import Payment
from chalicelib.domain.order import Checkout, Order


class CheckoutRequest(NamedTuple):
    """What a checkout session is opened with. Everything derives from the stored order, so that a repeated call is
    the same call. `expires_at` in Unix seconds.
    """

    order: Order
    attempt: int
    expires_at: int
    success_url: str
    cancel_url: str


class Payments(Protocol):
    """Stripe, as far as one sale needs it."""

    def open_checkout(self, request: CheckoutRequest) -> Checkout:
        """The one checkout session of an order's attempt, opened now or earlier."""

    def close_checkout(self, session_id: str) -> bool:
        """Make sure a session can no longer be paid. False when it is complete already: money may have come."""

    def payment(self, object_id: str) -> Payment | None:
        """What Stripe says now about a checkout session or charge; None when it knows no such object."""
