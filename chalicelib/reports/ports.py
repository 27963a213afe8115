"""Ports to the lists and totals of an event's sales. Used by services, implemented in reports/adapters/."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from chalicelib.catalog.domain.stock import Shard
    from chalicelib.orders.domain.charge import Charge
    from chalicelib.reports.domain.sales_totals import Tally


class KeptRow(NamedTuple):
    """An order's row as it is stored: the version of the order, the row's JSON, and what it adds to the totals."""

    version: int
    body: str
    tally: Tally


class RowChange(NamedTuple):
    """A new row of an order and rows of its charges (id, JSON). `before` is the stored row, None if there is none."""

    order_id: str
    row: KeptRow
    before: KeptRow | None
    charges: tuple[tuple[str, str], ...] = ()


class SalesRows(Protocol):
    """Writes the rows and totals of an event."""

    def load_charges(self, order_id: str) -> list[Charge]:
        """Returns the charges of an order, read strongly consistent."""

    def load_kept(self, event_id: str, order_ids: Sequence[str]) -> dict[str, KeptRow]:
        """Returns rows of up to 100 orders by order id, read strongly consistent. Orders without a row are left out."""

    def write(self, event_id: str, changes: Sequence[RowChange], moved: Tally) -> None:
        """Writes rows and adds `moved` to the totals, all or nothing. Raises catalog.ports.Lost if a row changed."""


class ListedRow(NamedTuple):
    """A row: its position in the list, and its JSON."""

    place: str
    body: str


class SalesLists(Protocol):
    """Reads the rows and totals of an event, strongly consistent."""

    def load_orders(self, event_id: str, *, first: str, step: int) -> Iterator[ListedRow]:
        """Yields rows of orders, newest first, from position `first` on (empty: the newest). Reads `step` at a time."""

    def load_charges(self, event_id: str, *, first: str, step: int) -> Iterator[ListedRow]:
        """Yields rows of charges, those of the newest order first, from position `first` on. Reads `step` at a time."""

    def load_totals(self, event_id: str) -> Tally:
        """Returns the sum of the tallies of all orders."""

    def load_stock(self, shards: dict[str, int]) -> dict[str, Shard]:
        """Returns the stock of ticket types, a type's shards as one with number 0. `shards` is how many each has."""
