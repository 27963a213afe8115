"""What services need of stored orders, charges and wanted refunds."""

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
    """An order as the light read path sees it."""

    etag: str
    body: str
    user_id: str | None
    access_hash: str | None
    reason: str | None


class OrdersView(Protocol):
    """Reads of orders without PynamoDB."""

    def load_order(self, order_id: str) -> StoredOrder | None:
        """An order, strongly consistent."""

    def load_mail_state(self, order_id: str) -> str | None:
        """What became of the mail with an order's tickets (notifications/ports.py); None when there is none."""

    def load_charges(self, order_id: str) -> list[str]:
        """The representations of an order's charges, strongly consistent, oldest id first."""

    def load_refunds(self, order_id: str) -> list[str]:
        """The representations of an order's wanted refunds, strongly consistent, oldest first."""


class SaleChange(NamedTuple):
    """Everything that one fact changes, written together or not at all. `before` None: the order is new. Stock moves
    as the facts before and after say (orders/domain/order_state.py), by the allocation of the order afterwards;
    `openings` is such stock that comes to be, or grows, for it. `wish` is a refund that is wanted, or a wanted one that
    was tried in vain or came to an end. `unused`: nobody may have come in with a ticket of this
    free order since `before` was read.
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
    """Names a refund that is to be made."""

    order_id: str
    key: str


class Orders(Protocol):
    """Keeps orders, charges and wanted refunds."""

    def load_order(self, order_id: str) -> OrderRecord | None:
        """An order, strongly consistent."""

    def write_order(self, change: SaleChange) -> None:
        """One transaction. Raises Lost, Busy."""

    def load_orders(self, order_ids: Iterable[str]) -> dict[str, OrderRecord]:
        """Orders by id, strongly consistent; those that are none are left out."""

    def load_charge(self, order_id: str, charge_id: str) -> Charge | None:
        """A charge record, strongly consistent."""

    def load_charges(self, wanted: Iterable[tuple[str, str]]) -> dict[str, Charge]:
        """Charge records of these orders and charges, by the charge's id, strongly consistent."""

    def load_wish(self, order_id: str, key: str) -> RefundWish | None:
        """A refund that is or was wanted, strongly consistent."""

    def load_wanted(self, *, before: int, now: int) -> list[WantedRefund]:
        """Refunds that are to be made since before then (Unix seconds) and need not wait any longer `now`; up to a
        thousand, eventually consistent.
        """

    def was_stripe_event_applied(self, stripe_event_id: str) -> bool:
        """Whether a Stripe event had its effects; strongly consistent."""
