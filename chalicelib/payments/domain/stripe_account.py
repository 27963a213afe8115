"""An organiser's own Stripe account, which buyers pay directly. Pure.

Source: docs.stripe.com/connect/direct-charges.
"""

from datetime import datetime

from msgspec import Struct

from chalicelib.core.money import in_steps


class StripeAccount(Struct, frozen=True, kw_only=True):
    """The connected account of an event. `ready`: Stripe lets it take payments. `disconnected_at`: its owner revoked
    the connection; nothing can be paid until it is connected again.
    """

    id: str
    event_id: str
    ready: bool
    connected_at: datetime
    disconnected_at: datetime | None = None

    @property
    def takes_payments(self) -> bool:
        """Whether buyers can pay it now."""
        return self.ready and self.disconnected_at is None


def application_fee(amount: int, currency: str, *, basis_points: int) -> int:
    """Returns the platform's share of an amount, both in minor units, rounded down to an amount that Stripe accepts."""
    return in_steps(amount * basis_points // 10_000, currency)
