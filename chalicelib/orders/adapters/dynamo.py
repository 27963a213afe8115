"""Writes orders: one transaction of the order, its stock, the charge, the Stripe event's marker and the messages.

Implements the port `Orders`. Ticket types: catalog/adapters/ticket_types.py.
"""

from collections.abc import Iterable

import msgspec
from pynamodb.expressions.condition import Condition

from chalicelib.aws.dynamo_transactions import ConditionLost, Transaction
from chalicelib.catalog.adapters.stock import lost_from
from chalicelib.notifications.adapters.writes import add_mail, add_notifications
from chalicelib.orders.adapters import keys as order_keys
from chalicelib.orders.adapters.items import (
    ChargeItem,
    MarkerItem,
    OrderItem,
    RefundItem,
    TicketedItem,
    WantedItem,
    charge_item,
    order_item,
    order_record,
    refund_item,
    wanted_item,
)
from chalicelib.orders.adapters.stock_moves import move_order
from chalicelib.orders.domain.charge import Charge
from chalicelib.orders.domain.order import OrderRecord
from chalicelib.orders.domain.refund import RefundStanding, RefundWish
from chalicelib.orders.ports import SaleChange, WantedRefund

MOST_WANTED = 1_000
"""Refunds that one query returns at most."""


class DynamoOrders:
    """The orders in DynamoDB. Port `Orders`."""

    def load_order(self, order_id: str) -> OrderRecord | None:
        """Returns the order; one strongly consistent GetItem."""
        try:
            return order_record(OrderItem.get(*order_keys.order(order_id), consistent_read=True))
        except OrderItem.DoesNotExist:
            return None

    def load_orders(self, order_ids: Iterable[str]) -> dict[str, OrderRecord]:
        """Returns orders by id; one strongly consistent BatchGetItem for 100."""
        return load_orders(order_ids)

    def write_order(self, change: SaleChange) -> None:
        """Writes the change in one transaction. Raises Lost, Busy."""
        transaction = Transaction()
        add_change(transaction, change)
        try:
            transaction.commit()
        except ConditionLost as lost:
            raise lost_from(lost) from None

    def load_charge(self, order_id: str, charge_id: str) -> Charge | None:
        """Returns the charge record; one strongly consistent GetItem."""
        try:
            item = ChargeItem.get(*order_keys.charge(order_id, charge_id), consistent_read=True)
        except ChargeItem.DoesNotExist:
            return None
        return msgspec.json.decode(item.body, type=Charge)

    def load_charges(self, wanted: Iterable[tuple[str, str]]) -> dict[str, Charge]:
        """Returns charge records by charge id; one strongly consistent BatchGetItem for 100."""
        found = ChargeItem.batch_get([order_keys.charge(*one) for one in dict.fromkeys(wanted)], consistent_read=True)
        charges = [msgspec.json.decode(item.body, type=Charge) for item in found]
        return {charge.id: charge for charge in charges}

    def load_wish(self, order_id: str, key: str) -> RefundWish | None:
        """Returns the refund wish, finished or not; one strongly consistent GetItem."""
        try:
            item = RefundItem.get(*order_keys.refund_wish(order_id, key), consistent_read=True)
        except RefundItem.DoesNotExist:
            return None
        return msgspec.json.decode(item.body, type=RefundWish)

    def load_wanted(self, *, before: int, now: int) -> list[WantedRefund]:
        """Returns refunds asked for at `before` or earlier (Unix seconds), in order of order id, without those that
        wait for their next attempt at `now`.
        """
        partition, prefix = order_keys.wanted_refund("", "")
        due = WantedItem.rests_until.does_not_exist() | (WantedItem.rests_until <= now)
        due &= WantedItem.wanted_at <= before
        found = WantedItem.query(partition, WantedItem.sk.startswith(prefix[:-1]), due, limit=MOST_WANTED)
        named = [item.sk.split("#", 2) for item in found]
        return [WantedRefund(order_id, key) for _, order_id, key in named]

    def was_stripe_event_applied(self, stripe_event_id: str) -> bool:
        """Returns whether a Stripe event was applied; one strongly consistent GetItem."""
        try:
            MarkerItem.get(*order_keys.stripe_marker(stripe_event_id), consistent_read=True)
        except MarkerItem.DoesNotExist:
            return False
        return True


def load_orders(order_ids: Iterable[str]) -> dict[str, OrderRecord]:
    """Returns orders by id; one strongly consistent BatchGetItem for 100."""
    wanted = [order_keys.order(order_id) for order_id in dict.fromkeys(order_ids)]
    records = map(order_record, OrderItem.batch_get(wanted, consistent_read=True))
    return {record.id: record for record in records}


def add_change(transaction: Transaction, change: SaleChange) -> None:
    """Adds all operations of a change to the transaction."""
    if change.marker is not None:
        marker = MarkerItem(*order_keys.stripe_marker(change.marker), expires_at=change.marker_expires_at)
        transaction.put("marker", marker, MarkerItem.pk.does_not_exist())
    unchanged = unchanged_since(change.before)
    if change.before is not None and change.unused:
        unchanged &= _nobody_came_since(change.before)
    transaction.put("order", order_item(change.after), unchanged)
    if change.charge is not None:
        transaction.put("charge", charge_item(change.charge, surplus=change.surplus))
    if change.wish is not None:
        new, wanted = change.wish.is_new, change.wish.standing is RefundStanding.WANTED
        held = RefundItem.pk.does_not_exist() if new else RefundItem.standing == RefundStanding.WANTED.value
        transaction.put("refund", refund_item(change.wish), held)
        (transaction.put if wanted else transaction.delete)("wanted", wanted_item(change.wish))
    if change.after.facts.issued and not (change.before and change.before.facts.issued):
        event_id = change.after.order.event_id
        transaction.put("ticketed", TicketedItem(*order_keys.order_of_event(event_id, change.after.id)))
    move_order(transaction, change)
    add_notifications(transaction, change.notifications)
    for mail in change.mails:
        add_mail(transaction, mail)


def unchanged_since(before: OrderRecord | None) -> Condition:
    """Returns the condition that the order is as it was read. It compares state, total and currency too, so that a
    wrong version number cannot cost money.
    """
    if before is None:
        return OrderItem.pk.does_not_exist()
    same: Condition = (
        (OrderItem.version == before.version)
        & (OrderItem.state == before.state.value)
        & (OrderItem.total == before.order.total.amount)
        & (OrderItem.currency == before.order.total.currency)
    )
    return same


def _nobody_came_since(before: OrderRecord) -> Condition:
    """Returns the condition that no ticket of a free order was checked in since it was read."""
    same: Condition = OrderItem.came == before.came if before.came else OrderItem.came.does_not_exist()
    return same
