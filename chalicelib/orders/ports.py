"""Ports to stored orders, charges and refund wishes. Used by services, implemented in orders/adapters/."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.catalog.domain.demand import Opening
    from chalicelib.notifications.domain.notification import Mail, Notification
    from chalicelib.orders.domain.charge import Charge
    from chalicelib.orders.domain.order import OrderRecord
    from chalicelib.orders.domain.refund import RefundWish


class StoredOrder(NamedTuple):
    """An order as the read path loads it. `body` is the JSON that its buyer reads."""

    etag: str
    body: str
    user_id: str | None
    access_hash: str | None
    reason: str | None


class OrdersView(Protocol):
    """Reads of orders that import no PynamoDB."""

    def load_order(self, order_id: str) -> StoredOrder | None:
        """Returns the order, read strongly consistent, or None."""

    def load_mail_state(self, order_id: str) -> str | None:
        """Returns the state of the mail with an order's tickets (mail/ports.py), or None when there is no such mail."""

    def load_charges(self, order_id: str) -> list[str]:
        """Returns the JSON of an order's charges, read strongly consistent, in order of id."""

    def load_refunds(self, order_id: str) -> list[str]:
        """Returns the JSON of an order's refund wishes, read strongly consistent, oldest first."""


class SaleChange(NamedTuple):
    """All that one change of an order writes, in one transaction. `before` is None for a new order. Stock moves as the
    facts before and after require (orders/domain/order_state.py), at the places of `after.allocation`. `openings` are
    stocks that the transaction creates or enlarges. `marker` is the id of the Stripe event that is applied,
    `marker_expires_at` in Unix seconds. `surplus`: the order did not need this charge. `wish` is a new refund wish, or
    one whose attempt failed or which is finished. `unused`: the write fails when a ticket of this free order was
    checked in after `before` was read.
    """

    after: OrderRecord
    before: OrderRecord | None = None
    marker: str | None = None
    marker_expires_at: int = 0
    charge: Charge | None = None
    surplus: bool = False
    wish: RefundWish | None = None
    openings: tuple[Opening, ...] = ()
    unused: bool = False
    notifications: tuple[Notification, ...] = ()
    mails: tuple[Mail, ...] = ()


class WantedRefund(NamedTuple):
    """The names of a refund that still has to be made: its order, and the key of its wish."""

    order_id: str
    key: str


class Orders(Protocol):
    """A store of orders, charges and refund wishes."""

    def load_order(self, order_id: str) -> OrderRecord | None:
        """Returns the order, read strongly consistent, or None."""

    def write_order(self, change: SaleChange) -> None:
        """Writes the change in one transaction. Raises Lost, Busy."""

    def load_orders(self, order_ids: Iterable[str]) -> dict[str, OrderRecord]:
        """Returns orders by id, read strongly consistent. Ids without an order are left out."""

    def load_charge(self, order_id: str, charge_id: str) -> Charge | None:
        """Returns the charge record, read strongly consistent, or None."""

    def load_charges(self, wanted: Iterable[tuple[str, str]]) -> dict[str, Charge]:
        """Returns charge records by charge id, strongly consistent. `wanted` are pairs of order id and charge id."""

    def load_wish(self, order_id: str, key: str) -> RefundWish | None:
        """Returns the refund wish, finished or not, read strongly consistent, or None."""

    def load_wanted(self, *, before: int, now: int) -> list[WantedRefund]:
        """Returns up to 1,000 refunds that still have to be made, were asked for at `before` or earlier, and need not
        wait longer than `now` (both Unix seconds). Eventually consistent.
        """

    def was_stripe_event_applied(self, stripe_event_id: str) -> bool:
        """Returns whether a Stripe event was applied already, read strongly consistent."""
