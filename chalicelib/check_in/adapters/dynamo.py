"""Stores admissions in the partition of the event. Port `Admissions`; also what tickets and payments ask of used
tickets.

An act is one transaction: the ticket's item (its condition lets one scan win), an item in the list of the latest, one
of COUNTERS counters of its type, and a check that the order did not change since it was read, so that no refund or
cancellation happens in between.
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
"""Counters of each ticket type: at 50 check-ins a second each is written about six times a second."""
_LAST = "~"
"""A character that sorts after every id."""


class AdmissionItem(SalesTable):
    """All that was done with a ticket at the gate. It is never deleted."""

    body = UnicodeAttribute()
    stands = BooleanAttribute()
    version = NumberAttribute()


class LatestItem(SalesTable):
    """An entry in the list of the latest admissions, while the ticket is used."""

    body = UnicodeAttribute()


class CounterItem(SalesTable):
    """How many tickets of a type are used, one of COUNTERS parts."""

    admitted = NumberAttribute()


class DynamoAdmissions:
    """Admissions in DynamoDB. Port `Admissions`."""

    def find(self, event_id: str, order_id: str, number: int) -> Admission | None:
        """Returns the admission of a ticket, or None; one GetItem."""
        try:
            item = AdmissionItem.get(*check_in_keys.check_in(event_id, order_id, number), consistent_read=True)
        except AdmissionItem.DoesNotExist:
            return None
        return _admission(item.body)

    def write(self, after: Admission, *, before: Admission | None, order: OrderRecord | None) -> None:
        """Stores the admission with another act and counts it. Raises Lost, Busy."""
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
        """Returns the admissions in force, newest first; one Query backwards."""
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
        """Returns all admissions of orders from one id to another; one Query."""
        partition, prefix = check_in_keys.check_in(event_id, "", None)
        condition = AdmissionItem.sk.between(f"{prefix}{first_order}", f"{prefix}{last_order}{_LAST}")
        return [_admission(item.body) for item in AdmissionItem.query(partition, condition, consistent_read=True)]

    def used_at(self, event_id: str, order_id: str) -> dict[int, datetime]:
        """Returns when each used ticket of an order was used, by its number; one Query."""
        acts = self.load_between(event_id, order_id, order_id)
        return {one.number: one.last.arrived_at for one in acts if one.stands}

    def load_counts(self, event_id: str) -> Admitted:
        """Returns how many tickets are used; one Query of COUNTERS small items for each type."""
        partition, prefix = check_in_keys.check_in_counter(event_id, "", None)
        condition = CounterItem.sk.startswith(prefix)
        by_type: dict[str, int] = {}
        for item in CounterItem.query(partition, condition, consistent_read=True):
            type_id = str(item.sk).removeprefix(prefix).partition("#")[0]
            by_type[type_id] = by_type.get(type_id, 0) + int(item.admitted)
        return Admitted(by_type)

    def rewrite(self, after: OrderRecord, *, before: OrderRecord, unused: Sequence[int]) -> None:
        """Stores an order with changed attendees, if these tickets are unused. Raises Lost (`order`, `admission`)."""
        transaction = Transaction()
        transaction.put("order", order_item(after), OrderItem.version == before.version)
        for number in unused:
            place = check_in_keys.check_in(after.order.event_id, after.id, number)
            transaction.check("admission", AdmissionItem, place, nobody_came())
        _commit(transaction)


def nobody_came() -> Condition:
    """Returns the condition that a ticket is not used: never scanned, or the check-in was undone."""
    never: Condition = AdmissionItem.pk.does_not_exist() | (AdmissionItem.stands == False)  # noqa: E712 - an expression
    return never


def _require_unchanged(transaction: Transaction, order: OrderRecord) -> None:
    """Adds the condition that the order did not change since it was read. On a free order it also counts the check-in,
    so that a cancellation needs one condition for all its tickets. This costs the same as the check alone.
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
    """Returns the key of the latest admission of a ticket in the list, which is sorted by time."""
    at = int(admission.last.at.timestamp() * 1000)
    return check_in_keys.latest_check_in(admission.event_id, at, admission.order_id, admission.number)


def _part(admission: Admission) -> int:
    """Returns the number of the counter. It is always the same for a ticket, so that no counter falls below zero."""
    return hashlib.sha256(admission.name.encode()).digest()[0] % COUNTERS


def _body(admission: Admission) -> str:
    return msgspec.json.encode(admission).decode()


def _admission(body: str) -> Admission:
    return msgspec.json.decode(body, type=Admission)
