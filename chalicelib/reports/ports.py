"""What services need of the lists and totals of an event's sales."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from chalicelib.catalog.domain.stock import Shard
    from chalicelib.orders.domain.charge import Charge
    from chalicelib.reports.domain.sales_totals import Tally


class KeptRow(NamedTuple):
    """An order's row as it stands: of which version of the order, its text, and what it adds to the totals."""

    version: int
    body: str
    tally: Tally


class RowChange(NamedTuple):
    """A new row of an order and rows of its charges (id, text), where the row was `before` (None: there was none)."""

    order_id: str
    row: KeptRow
    before: KeptRow | None
    charges: tuple[tuple[str, str], ...] = ()


class SalesRows(Protocol):
    """Writes the rows and totals of an event."""

    def load_charges(self, order_id: str) -> list[Charge]:
        """The charges of an order, strongly consistent."""

    def load_kept(self, event_id: str, order_ids: Sequence[str]) -> dict[str, KeptRow]:
        """The rows of up to 100 orders that have one, strongly consistent."""

    def write(self, event_id: str, changes: Sequence[RowChange], moved: Tally) -> None:
        """Keep rows and add to the totals, all or nothing. Raises catalog.ports.Lost when a row is not as before."""


class ListedRow(NamedTuple):
    """A row: where it stands in its list, and its text (JSON)."""

    place: str
    body: str


class SalesLists(Protocol):
    """Reads the rows and totals of an event, strongly consistent."""

    def load_orders(self, event_id: str, *, first: str, step: int) -> Iterator[ListedRow]:
        """Rows of orders, newest first, from a place (empty: the newest) on; `step` at a time are fetched."""

    def load_charges(self, event_id: str, *, first: str, step: int) -> Iterator[ListedRow]:
        """Rows of charges, those of the newest order first, from a place on."""

    def load_totals(self, event_id: str) -> Tally:
        """What all orders add up to."""

    def load_stock(self, shards: dict[str, int]) -> dict[str, Shard]:
        """The stock of ticket types with so many shards each, all shards of a type as one with number 0."""
