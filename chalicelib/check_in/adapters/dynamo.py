"""Who was let in, in the partition of the event. Port `Admissions`, and what orders ask of used tickets.

One transaction an act: the ticket's item (its conditions let one scan win), a place in the list of the latest, one of
COUNTERS counters of its type, and a check that the order is as it was read, so that no refund or cancellation slips
between.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from chalicelib.aws import dynamo_keys as keys
from chalicelib.aws.dynamo_tables import SalesTable
from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.catalog.ports import Lost
from chalicelib.check_in.adapters import keys as check_in_keys
from chalicelib.check_in.domain.check_in import Admission
from chalicelib.check_in.ports import AdmissionPage, Admitted
from chalicelib.orders.adapters import keys as order_keys
from chalicelib.orders.adapters.items import OrderItem, order_item
from chalicelib.orders.domain.order import OrderRecord

COUNTERS = 8
"""Counters a ticket type has: a gate that admits 50 a second writes each about six times a second."""
_LAST = "~"
"""Sorts behind every id."""


class AdmissionItem(SalesTable):
    """A ticket at the gate: all that was done with it. Stands for good once the ticket was there."""

    body = UnicodeAttribute()
    stands = BooleanAttribute()
    version = NumberAttribute()


class LatestItem(SalesTable):
    """A place in the list of the latest, while the ticket is used."""

    body = UnicodeAttribute()


class CounterItem(SalesTable):
    """How many tickets of a type are used, one of COUNTERS parts."""

    admitted = NumberAttribute()


class DynamoAdmissions:
    """Port `Admissions`."""

    def find(self, event_id: str, order_id: str, number: int) -> Admission | None:
        """What is known of a ticket at the gate; one GetItem."""
        try:
            item = AdmissionItem.get(*check_in_keys.check_in(event_id, order_id, number), consistent_read=True)
        except AdmissionItem.DoesNotExist:
            return None
        return _admission(item.body)

    def write(self, after: Admission, *, before: Admission | None, order: OrderRecord | None) -> None:
        """Keep another act and count it."""
        transaction = Transaction()
        transaction.put("admission", _item(after), _same(before))
        if order is not None:
            _require_unchanged(transaction, order)
        if after.stands:
            transaction.put("latest", LatestItem(*_place(after), body=_body(after)))
        elif before is not None:
            transaction.delete("latest", LatestItem(*_place(before)))
        counter = CounterItem(*check_in_keys.check_in_counter(after.event_id, after.ticket_type_id, _part(after)))
        transaction.update("counter", counter, [CounterItem.admitted.add(1 if after.stands else -1)])
        _commit(transaction)

    def load_latest(self, event_id: str, *, limit: int, after: str) -> AdmissionPage:
        """The admissions that stand, newest first; one Query backwards."""
        partition, prefix = check_in_keys.latest_check_in(event_id, None, "", 0)
        condition = LatestItem.sk.between(prefix, after or prefix + _LAST)
        found = list(
            LatestItem.query(partition, condition, scan_index_forward=False, limit=limit + 2, consistent_read=True)
        )
        shown = [item for item in found if item.sk != after][: limit + 1]
        more = len(shown) > limit
        return AdmissionPage(
            [_admission(item.body) for item in shown[:limit]], str(shown[limit - 1].sk) if more else ""
        )

    def load_between(self, event_id: str, first_order: str, last_order: str) -> list[Admission]:
        """All admissions of orders from one id to another; one Query."""
        partition, prefix = check_in_keys.check_in(event_id, "", None)
        condition = AdmissionItem.sk.between(f"{prefix}{first_order}", f"{prefix}{last_order}{_LAST}")
        return [_admission(item.body) for item in AdmissionItem.query(partition, condition, consistent_read=True)]

    def used_at(self, event_id: str, order_id: str) -> dict[int, datetime]:
        """One Query."""
        acts = self.load_between(event_id, order_id, order_id)
        return {one.number: one.last.arrived_at for one in acts if one.stands}

    def load_counts(self, event_id: str) -> Admitted:
        """How many tickets are used; one Query of COUNTERS small items a type."""
        partition, prefix = check_in_keys.check_in_counter(event_id, "", None)
        condition = CounterItem.sk.startswith(prefix)
        by_type: dict[str, int] = {}
        for item in CounterItem.query(partition, condition, consistent_read=True):
            type_id = str(item.sk).removeprefix(prefix).partition("#")[0]
            by_type[type_id] = by_type.get(type_id, 0) + int(item.admitted)
        return Admitted(by_type)

    def rewrite(self, after: OrderRecord, *, before: OrderRecord, unused: Sequence[int]) -> None:
        """Keep an order with other attendees while these tickets are not used."""
        transaction = Transaction()
        transaction.put("order", order_item(after), OrderItem.version == before.version)
        for number in unused:
            place = check_in_keys.check_in(after.order.event_id, after.id, number)
            transaction.check("admission", AdmissionItem, place, nobody_came())
        _commit(transaction)


def nobody_came() -> Condition:
    """That nobody came in with a ticket, or that it was undone."""
    never: Condition = AdmissionItem.pk.does_not_exist() | (AdmissionItem.stands == False)  # noqa: E712 - an expression
    return never


def _require_unchanged(transaction: Transaction, order: OrderRecord) -> None:
    """That the order is as it was read. A free one notes that somebody came, so that one condition of its
    cancellation speaks of all its tickets; that costs what the check alone would.
    """
    unchanged = OrderItem.version == order.version
    if order.is_free:
        transaction.update("order", OrderItem(*order_keys.order(order.id)), [OrderItem.came.add(1)], unchanged)
    else:
        transaction.check("order", OrderItem, order_keys.order(order.id), unchanged)


def _commit(transaction: Transaction) -> None:
    try:
        transaction.commit()
    except ConditionLost as lost:
        raise Lost(frozenset(lost.lost)) from None


def _item(admission: Admission) -> AdmissionItem:
    return AdmissionItem(
        *check_in_keys.check_in(admission.event_id, admission.order_id, admission.number),
        body=_body(admission),
        stands=admission.stands,
        version=len(admission.acts),
    )


def _same(before: Admission | None) -> Condition:
    if before is None:
        return AdmissionItem.pk.does_not_exist()
    return AdmissionItem.version == len(before.acts)


def _place(admission: Admission) -> keys.Key:
    """Where the latest admission of a ticket is listed: by its time."""
    at = int(admission.last.at.timestamp() * 1000)
    return check_in_keys.latest_check_in(admission.event_id, at, admission.order_id, admission.number)


def _part(admission: Admission) -> int:
    """Which counter; always the same for a ticket, so that none goes below zero."""
    return hashlib.sha256(admission.name.encode()).digest()[0] % COUNTERS


def _body(admission: Admission) -> str:
    return msgspec.json.encode(admission).decode()


def _admission(body: str) -> Admission:
    return msgspec.json.decode(body, type=Admission)
