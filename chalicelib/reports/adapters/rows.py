"""Writes the rows and totals of an event's sales: one transaction of rows and the sums they change. Port `SalesRows`.

Rows have their own partition, apart from the items that a sale writes. Every sum is TALLY_PARTS items in different
partitions. A transaction adds to one of them, chosen by its first order, so writers seldom collide.
"""

import hashlib
import json
from collections.abc import Sequence

import msgspec
from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.aws.dynamo_tables import SalesTable
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction, try_save
from chalicelib.catalog.ports import Lost
from chalicelib.orders.adapters import keys as order_keys
from chalicelib.orders.adapters.items import ChargeItem
from chalicelib.orders.domain.charge import Charge
from chalicelib.reports.adapters import keys as report_keys
from chalicelib.reports.domain.sales_totals import Tally
from chalicelib.reports.ports import KeptRow, RowChange


class OrderRowItem(SalesTable):
    """An order in its event's list. `tally` is what was added to the totals for it."""

    body = UnicodeAttribute()
    version = NumberAttribute()
    tally = UnicodeAttribute()


class ChargeRowItem(SalesTable):
    """A charge in its event's list."""

    body = UnicodeAttribute()


class TallyItem(SalesTable):
    """A part of the sums under one name. Which attributes it has depends on what they count."""

    orders = NumberAttribute(null=True)
    tickets = NumberAttribute(null=True)
    voided = NumberAttribute(null=True)
    gross = NumberAttribute(null=True)
    refunded = NumberAttribute(null=True)
    charged_back = NumberAttribute(null=True)
    charges = NumberAttribute(null=True)
    refunds = NumberAttribute(null=True)
    disputes = NumberAttribute(null=True)
    fees = NumberAttribute(null=True)
    net = NumberAttribute(null=True)


class DynamoSalesRows:
    """Rows and totals in DynamoDB. Port `SalesRows`."""

    def load_charges(self, order_id: str) -> list[Charge]:
        """Returns the charges of an order; one Query."""
        partition, prefix = order_keys.charge(order_id, "")
        items = ChargeItem.query(partition, ChargeItem.sk.startswith(prefix), consistent_read=True)
        return [msgspec.json.decode(item.body, type=Charge) for item in items]

    def load_kept(self, event_id: str, order_ids: Sequence[str]) -> dict[str, KeptRow]:
        """Returns the rows of the orders that have one, by order id; one BatchGetItem."""
        _, prefix = report_keys.order_row(event_id, "")
        wanted = [report_keys.order_row(event_id, order_id) for order_id in order_ids]
        items = OrderRowItem.batch_get(wanted, consistent_read=True)
        return {
            str(item.sk).removeprefix(prefix): KeptRow(int(item.version), item.body, json.loads(item.tally))
            for item in items
        }

    def write(self, event_id: str, changes: Sequence[RowChange], moved: Tally) -> None:
        """Writes rows and adds to the totals in one transaction. Raises Lost, Busy."""
        if len(changes) == 1 and not moved and not changes[0].charges:
            _write_alone(event_id, changes[0])
            return
        transaction = Transaction()
        for change in changes:
            transaction.put("row", _row(event_id, change), _as(change.before))
            for charge_id, body in change.charges:
                charge = ChargeRowItem(*report_keys.charge_row(event_id, change.order_id, charge_id), body=body)
                transaction.put("charge_row", charge)
        part = hashlib.sha256(changes[0].order_id.encode()).digest()[0] % report_keys.TALLY_PARTS
        for name, figures in moved.items():
            actions = [getattr(TallyItem, figure).add(number) for figure, number in figures.items()]
            transaction.update("tally", TallyItem(*report_keys.sales_tally(event_id, part, name)), actions)
        try:
            transaction.commit()
        except ConditionLost as lost:
            raise Lost(frozenset(lost.lost)) from None


def _write_alone(event_id: str, change: RowChange) -> None:
    """Writes one row without a transaction. Raises Lost. A repeated write after a lost reply finds its own version: it
    raises Lost although nothing is left to do.
    """
    if not try_save(_row(event_id, change), _as(change.before)):
        raise Lost(frozenset({"row"}))


def _row(event_id: str, change: RowChange) -> OrderRowItem:
    return OrderRowItem(
        *report_keys.order_row(event_id, change.order_id),
        body=change.row.body,
        version=change.row.version,
        tally=json.dumps(change.row.tally, separators=(",", ":")),
    )


def _as(before: KeptRow | None) -> Condition:
    """Returns the condition that the row is as it was read, so that no difference is added twice."""
    if before is None:
        return OrderRowItem.pk.does_not_exist()
    same: Condition = OrderRowItem.version == before.version
    return same
