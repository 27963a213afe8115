"""What services need of stored orders, charges and holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.catalog.domain.demand import Opening
    from chalicelib.notifications.domain.notification import Mail, Notification
    from chalicelib.orders.domain.charge import Charge, Payment
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

    def was_applied(self, stripe_event_id: str) -> bool:
        """Whether a Stripe event had its effects; strongly consistent."""

    def keep_orphan(self, object_id: str, payment: Payment, *, now: int) -> bool:
        """Remember a payment that names no order of ours, once. Whether it is new."""


class Sweep(NamedTuple):
    """How far the timer that releases holds has got: the Unix minute whose orders come next, and older orders that
    could not be settled yet. `version` guards it.
    """

    minute: int
    left_over: tuple[str, ...]
    version: int


class HeldOrder(NamedTuple):
    """An order that is reserved until its deadline (Unix seconds)."""

    id: str
    deadline: int


class ReconciledUntil(NamedTuple):
    """Until when (Unix seconds) everything Stripe has was looked at. `version` guards it. An account that its owner
    took back is left alone until `rests_until`.
    """

    until: int
    version: int
    rests_until: int = 0


class SweptPart(NamedTuple):
    """How far one list of Stripe's was compared with what we keep (Unix seconds): all of it until `done`; a sweep that
    is under way goes from `until` (0: there is none) down to where it was, `left_until`.
    """

    done: int = 0
    until: int = 0
    left_until: int = 0


class Swept(NamedTuple):
    """How far each part of an account's sweep got, by its name. `version` guards it."""

    parts: dict[str, SweptPart]
    version: int = 0


class Reconciliations(Protocol):
    """Keeps how far each account was reconciled and swept; None is the platform's own."""

    def load_last(self, account: str | None) -> ReconciledUntil | None:
        """How far an account was reconciled; None before the first time."""

    def save(self, account: str | None, done: ReconciledUntil) -> None:
        """Keep it, unless another run has done so since it was read."""

    def load_swept(self, account: str | None) -> Swept:
        """How far an account was swept."""

    def save_swept(self, account: str | None, swept: Swept) -> bool:
        """Keep it, unless another run has done so since it was read. Whether it was kept."""


class Holds(Protocol):
    """Finds orders whose hold may be over."""

    def load_sweep(self) -> Sweep | None:
        """How far the timer has got; None before its first run."""

    def save_sweep(self, sweep: Sweep) -> bool:
        """Keep it, unless another run has done so since it was read. Whether it was kept."""

    def list_reserved(self, minute: int) -> list[HeldOrder]:
        """The orders made in a Unix minute that are still reserved, strongly consistent."""
