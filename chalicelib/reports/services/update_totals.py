"""Updates the lists and totals of an event's sales after changes of its orders. Called by reactions.py.

A change only says which order to read. The order and its charges are read again, strongly consistent, and written as
rows of their event together with the difference for its totals, if the row is still as it was read. So changes may come
twice, late, in any order and to several workers at once; the last read decides (ADR 9).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from chalicelib import telemetry
from chalicelib.check_in.ports import GateView
from chalicelib.core.changes import Change
from chalicelib.core.preconditions import until_settled
from chalicelib.core.transactions import MAX_ITEMS
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.services.read_order import staff_body
from chalicelib.reports.domain.ledger import uncounted
from chalicelib.reports.domain.sales_totals import Tally, difference, merged, tally_of
from chalicelib.reports.ports import KeptRow, RowChange, SalesRows
from chalicelib.representations.json_text import encode

TRIES = 12
MOST_ORDERS = 25
"""Orders that are read together."""
_PREFIX = "ORDER#"
_FIRST_VERSION = 1


class UpdateTotals:
    def __init__(self, *, view: GateView, rows: SalesRows) -> None:
        self._view = view
        self._rows = rows

    def on_changes(self, changes: list[Change]) -> None:
        """Handles orders of the sales stream that have a new version. Raises Busy."""
        written = (change.after for change in changes if _is_new_version(change))
        self.follow(str(image["sk"]).removeprefix(_PREFIX) for image in written if image is not None)

    def follow(self, order_ids: Iterable[str]) -> int:
        """Updates rows and totals to the present state of these orders. Returns how many rows it wrote. Raises Busy."""
        wanted = sorted(set(order_ids))
        batches = [wanted[start : start + MOST_ORDERS] for start in range(0, len(wanted), MOST_ORDERS)]
        return sum(until_settled(partial(self._follow, batch), tries=TRIES) for batch in batches)

    def _follow(self, order_ids: Sequence[str]) -> int:
        """Raises Overtaken when another worker writes the same rows."""
        orders = self._view.load_orders(order_ids)
        by_event: dict[str, list[OrderRecord]] = {}
        for order_id in order_ids:
            if order_id in orders:
                by_event.setdefault(orders[order_id].order.event_id, []).append(orders[order_id])
        return sum(self._write(event_id, records) for event_id, records in by_event.items())

    def _write(self, event_id: str, records: Sequence[OrderRecord]) -> int:
        kept = self._rows.load_kept(event_id, [record.id for record in records])
        looked = (self._change(record, kept.get(record.id)) for record in records)
        changes = [change for change in looked if change is not None]
        for part in _packed(changes):
            self._rows.write(event_id, part, merged(map(_moved, part)))
        if changes:
            telemetry.log("sales_listed", event_id=event_id, orders=len(changes))
        return len(changes)

    def _change(self, record: OrderRecord, before: KeptRow | None) -> RowChange | None:
        """Returns the change of a row; None when the row is up to date. The charges are read after the order, so they
        may be newer than it but never older. If they are newer, a newer version of the order follows.
        """
        if before is not None and before.version >= record.version:
            return None
        charges = self._rows.load_charges(record.id) if record.version > _FIRST_VERSION else []
        for entry in uncounted(charges):
            telemetry.log("ledger_kind_unknown", order_id=record.id, entry_id=entry.id, kind=entry.kind)
            telemetry.count("LedgerKindsUnknown")
        row = KeptRow(record.version, _body(record), tally_of(record.order, charges))
        if before is not None and not charges and before._replace(version=record.version) == row:
            return None
        texts = tuple((charge.id, encode(charge)) for charge in charges)
        return RowChange(record.id, row, before, texts)


def _is_new_version(change: Change) -> bool:
    """Returns whether the order's version changed. A check-in of a free order changes the item but not the version."""
    before, after = change.before or {}, change.after or {}
    return before.get("version") != after.get("version")


def _body(record: OrderRecord) -> str:
    """Returns the order's JSON as staff read it (orders/services/read_order.py)."""
    return staff_body(encode(record.order), record.note)


def _moved(change: RowChange) -> Tally:
    """Returns by how much a row changes the totals."""
    return difference(change.before.tally if change.before else {}, change.row.tally)


def _packed(changes: Sequence[RowChange]) -> Iterator[list[RowChange]]:
    """Yields the changes in parts that fit into one transaction each. A row that changes no sum needs no transaction:
    written alone it costs half, and most rows are of orders that were just reserved.
    """
    part: list[RowChange] = []
    names: set[str] = set()
    items = 0
    for change in changes:
        if not change.charges and not _moved(change):
            yield [change]
            continue
        own, added = set(_moved(change)), 1 + len(change.charges)
        if part and items + added + len(names | own) > MAX_ITEMS:
            yield part
            part, names, items = [], set(), 0
        part, names, items = [*part, change], names | own, items + added
    if part:
        yield part
