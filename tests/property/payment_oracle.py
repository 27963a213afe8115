"""Computes the possible outcomes of an order from Stripe's truth and the buyer's acknowledged requests alone.

Independent of the product: knows neither its facts nor its tables. When two actions race, each order in which one
worker could have done them gives an outcome. With one payment and enough tickets there is exactly one.
"""

from collections.abc import Iterator
from typing import NamedTuple

RETURNED = {"pending", "requires_action", "succeeded"}
OPEN = {"needs_response", "under_review"}


class Outcome(NamedTuple):
    """The order's state, the charge that pays it, and whether its tickets are valid."""

    state: str
    charge_id: str | None
    has_tickets: bool


class Paid(NamedTuple):
    """A succeeded charge at Stripe that names the order. `made` and `heard` are in ticks (`heard`: the product had
    certainly read it by then; None: possibly not before the end). `fits`: amount, currency and mode are as requested. A
    dispute is its amount (None when in another currency than the charge's) and its status.
    """

    id: str
    amount: int
    fits: bool
    refunds: tuple[tuple[int, str], ...]
    disputes: tuple[tuple[int | None, str], ...]
    made: int
    heard: int | None

    @property
    def refunded(self) -> int:
        """The refunded amount in minor units."""
        return sum(amount for amount, status in self.refunds if status in RETURNED)

    @property
    def lost(self) -> list[int | None]:
        """The amount of each lost dispute."""
        return [amount for amount, status in self.disputes if status == "lost"]

    @property
    def is_charged_back(self) -> bool:
        """Whether lost disputes took everything that was not refunded, or are about the whole charge."""
        if not self.lost:
            return False
        return None in self.lost or self.refunded + sum(filter(None, self.lost)) >= self.amount

    @property
    def returned(self) -> int:
        """The amount that went back, by refunds or partial disputes."""
        return self.refunded + (0 if self.is_charged_back else sum(filter(None, self.lost)))


class Known(NamedTuple):
    """All that the oracle knows about an order. `failed`, `failure_heard`: when an asynchronous payment failed and by
    when the product had certainly read that. `is_scarce`: others may have bought its tickets after it had released
    them.
    """

    charges: tuple[Paid, ...]
    is_cancelled: bool
    failed: int | None
    failure_heard: int | None
    is_scarce: bool


def outcomes(known: Known) -> set[Outcome]:
    """Returns all possible outcomes of the order once nothing is left to do."""
    if not known.charges:
        return {Outcome("cancelled" if known.is_cancelled or known.failed else "expired", None, has_tickets=False)}
    found: set[Outcome] = set()
    for charge in known.charges:
        others = [other for other in known.charges if other is not charge]
        if not any(other.heard is not None and other.heard < charge.made for other in others):
            found.update(_resting_on(charge, known))
    return found


def _resting_on(charge: Paid, known: Known) -> Iterator[Outcome]:
    if not charge.fits:
        yield _unused(charge)
        return
    failed_first = known.failed is not None and (charge.heard is None or charge.heard > known.failed)
    heard_first = known.failure_heard is not None and known.failure_heard < charge.made
    if not known.is_cancelled and not heard_first:
        yield _issued(charge)
        if any(status == "failed" for _, status in charge.refunds) and known.is_scarce:
            yield _unused(charge)
    if known.is_cancelled or failed_first or known.is_scarce:
        yield _unused(charge)


def _issued(charge: Paid) -> Outcome:
    if charge.is_charged_back:
        return Outcome("charged_back", charge.id, has_tickets=False)
    if any(status in OPEN for _, status in charge.disputes):
        return Outcome("disputed", charge.id, has_tickets=charge.returned < charge.amount)
    if charge.returned >= charge.amount:
        return Outcome("refunded", charge.id, has_tickets=False)
    return Outcome("partially_refunded" if charge.returned else "paid", charge.id, has_tickets=True)


def _unused(charge: Paid) -> Outcome:
    """Returns the outcome of a payment without tickets: it is being refunded, disputed, or left to staff."""
    issued = _issued(charge)
    return issued._replace(
        state="review" if issued.state in ("paid", "partially_refunded") else issued.state, has_tickets=False
    )
