"""Writes of orders: one transaction of the order, its stock, the charge, the event's marker and the notices.

Port `Orders`. Ticket types: catalog/adapters/ticket_types.py.
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


class DynamoOrders:
    """Port `Orders`."""

    def load_order(self, order_id: str) -> OrderRecord | None:
        """An order, strongly consistent."""
        try:
            return order_record(OrderItem.get(*order_keys.order(order_id), consistent_read=True))
        except OrderItem.DoesNotExist:
            return None

    def load_orders(self, order_ids: Iterable[str]) -> dict[str, OrderRecord]:
        """Orders by id, strongly consistent; one BatchGetItem for 100."""
        return load_orders(order_ids)

    def write_order(self, change: SaleChange) -> None:
        """One transaction. Raises Lost, Busy."""
        transaction = Transaction()
        add_change(transaction, change)
        try:
            transaction.commit()
        except ConditionLost as lost:
            raise lost_from(lost) from None

    def load_charge(self, order_id: str, charge_id: str) -> Charge | None:
        """A charge record."""
        try:
            item = ChargeItem.get(*order_keys.charge(order_id, charge_id), consistent_read=True)
        except ChargeItem.DoesNotExist:
            return None
        return msgspec.json.decode(item.body, type=Charge)

    def load_charges(self, wanted: Iterable[tuple[str, str]]) -> dict[str, Charge]:
        """Charge records by id; one BatchGetItem for 100."""
        found = ChargeItem.batch_get([order_keys.charge(*one) for one in dict.fromkeys(wanted)], consistent_read=True)
        charges = [msgspec.json.decode(item.body, type=Charge) for item in found]
        return {charge.id: charge for charge in charges}

    def load_wish(self, order_id: str, key: str) -> RefundWish | None:
        """A refund that is or was wanted."""
        try:
            item = RefundItem.get(*order_keys.refund_wish(order_id, key), consistent_read=True)
        except RefundItem.DoesNotExist:
            return None
        return msgspec.json.decode(item.body, type=RefundWish)

    def load_wanted(self, *, before: int, now: int) -> list[WantedRefund]:
        """Refunds that are to be made since before then (Unix seconds), by order, without those that rest."""
        partition, prefix = order_keys.wanted_refund("", "")
        due = WantedItem.rests_until.does_not_exist() | (WantedItem.rests_until <= now)
        due &= WantedItem.wanted_at <= before
        found = WantedItem.query(partition, WantedItem.sk.startswith(prefix[:-1]), due, limit=MOST_WANTED)
        named = [item.sk.split("#", 2) for item in found]
        return [WantedRefund(order_id, key) for _, order_id, key in named]

    def was_stripe_event_applied(self, stripe_event_id: str) -> bool:
        """Whether a Stripe event had its effects."""
        try:
            MarkerItem.get(*order_keys.stripe_marker(stripe_event_id), consistent_read=True)
        except MarkerItem.DoesNotExist:
            return False
        return True


def load_orders(order_ids: Iterable[str]) -> dict[str, OrderRecord]:
    """Orders by id, strongly consistent; one BatchGetItem for 100."""
    wanted = [order_keys.order(order_id) for order_id in dict.fromkeys(order_ids)]
    records = map(order_record, OrderItem.batch_get(wanted, consistent_read=True))
    return {record.id: record for record in records}


def add_change(transaction: Transaction, change: SaleChange) -> None:
    """Everything that one fact changes, as parts of a transaction."""
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
    """The order is as it was read: state, total and currency too, so that no mistake about versions costs money."""
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
    """That nobody came in with a ticket of a free order since it was read."""
    same: Condition = OrderItem.came == before.came if before.came else OrderItem.came.does_not_exist()
    return same
