"""Ports to stored admissions (who was let in with which ticket) and to what is read with them.

Used by services, implemented in check_in/adapters/.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from chalicelib.check_in.domain.check_in import Admission
    from chalicelib.orders.domain.order import OrderRecord


class Admitted(NamedTuple):
    """How many tickets of each type are used, by type id."""

    by_type: dict[str, int]


class AdmissionPage(NamedTuple):
    """Admissions in force, newest first. `next_after` is where the next page begins, empty at the end."""

    admissions: list[Admission]
    next_after: str


class Admissions(Protocol):
    """A store of admissions. All reads are strongly consistent."""

    def find(self, event_id: str, order_id: str, number: int) -> Admission | None:
        """Returns the admission of a ticket, or None when the ticket was never scanned at the gate."""

    def write(self, after: Admission, *, before: Admission | None, order: OrderRecord | None) -> None:
        """Stores the admission with another act and counts it, if it did not change since `before` and, where one is
        given, the order did not change since it was read. Raises catalog.ports.Lost (`admission`, `order`), Busy.
        """

    def load_latest(self, event_id: str, *, limit: int, after: str) -> AdmissionPage:
        """Returns the admissions in force, newest first. `after` is the `next_after` of an earlier page."""

    def load_between(self, event_id: str, first_order: str, last_order: str) -> list[Admission]:
        """Returns all admissions, undone ones too, of orders from one id to another."""

    def load_counts(self, event_id: str) -> Admitted:
        """Returns how many tickets are used."""


class GateView(Protocol):
    """Reads of what is shown with admissions."""

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        """Returns orders by id, read strongly consistent. Ids without an order are left out."""

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        """Returns ids of an event's orders that have or had tickets, in order of id, after one of them."""

    def list_gatekeepers(self, event_id: str) -> list[str]:
        """Returns the ids of users who may check people in at an event, read strongly consistent."""

    def load_names(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Returns the names of accounts by id. Ids without an account are left out."""

    def count_sold(self, shards: dict[str, int]) -> dict[str, int]:
        """Returns how many tickets of each type are sold. `shards` is the number of shards of each type."""
