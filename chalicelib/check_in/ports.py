"""What services need of stored admissions: who was let in with which ticket, and how many."""

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
    """Admissions that stand, newest first. `next_after` is where the next part begins, empty at the end."""

    admissions: list[Admission]
    next_after: str


class Admissions(Protocol):
    """Keeps admissions. Everything is strongly consistent."""

    def find(self, event_id: str, order_id: str, number: int) -> Admission | None:
        """What is known of a ticket at the gate; None when it never was there."""

    def write(self, after: Admission, *, before: Admission | None, order: OrderRecord | None) -> None:
        """Keep another act and count it, if nobody else added one since `before` and, where one is given, the order is
        still as it was read. Raises catalog.ports.Lost (`admission`, `order`), Busy.
        """

    def load_latest(self, event_id: str, *, limit: int, after: str) -> AdmissionPage:
        """The admissions that stand, newest first, behind a place that an earlier page named."""

    def load_between(self, event_id: str, first_order: str, last_order: str) -> list[Admission]:
        """All admissions, standing or not, of orders from one id to another."""

    def load_counts(self, event_id: str) -> Admitted:
        """How many tickets are used."""


class GateView(Protocol):
    """What is looked up around admissions."""

    def load_orders(self, order_ids: Sequence[str]) -> dict[str, OrderRecord]:
        """Orders by id, strongly consistent; absent ones are left out."""

    def list_order_ids(self, event_id: str, *, limit: int, after: str) -> list[str]:
        """Ids of orders of an event that have or had tickets, in order, behind one of them."""

    def list_gatekeepers(self, event_id: str) -> list[str]:
        """Ids of users who may check in at an event, strongly consistent."""

    def load_names(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Names of accounts by id; absent ones are left out."""

    def count_sold(self, shards: dict[str, int]) -> dict[str, int]:
        """How many tickets of each type are sold; `shards` is how many each type has."""
