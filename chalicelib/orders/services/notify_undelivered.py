"""Tells staff, once, of an order whose tickets did not reach its buyer. Called by reactions.py when a mail changes.

A mail did not arrive when it came back, when the mail service refused it, or when mails to its address came back
before. The buyer sees it on the order's page (orders/services/read_order.py).
"""

from chalicelib import telemetry
from chalicelib.core.changes import Change
from chalicelib.mail.ports import LOST_STATES, Undelivered, paid_mail_key
from chalicelib.orders.ports import Orders
from chalicelib.orders.services.order_messages import OrderMessages


class NotifyUndelivered:
    """Tells staff of mails that did not arrive."""

    def __init__(self, *, orders: Orders, order_messages: OrderMessages, undelivered: Undelivered) -> None:
        self._orders = orders
        self._order_messages = order_messages
        self._undelivered = undelivered

    def on_changes(self, changes: list[Change]) -> None:
        """React to the notifications stream: mails came to an end. Raises Busy."""
        for change in changes:
            after, before = change.after or {}, change.before or {}
            lost = after.get("state") in LOST_STATES and before.get("state") != after.get("state")
            if lost and after.get("tickets_of"):
                self._notify(str(after["tickets_of"]))

    def _notify(self, order_id: str) -> None:
        record = self._orders.load_order(order_id)
        if record is None:
            return
        told = self._order_messages.add_undelivered(record)
        if self._undelivered.notify_once(paid_mail_key(order_id), told.notifications, told.mails):
            telemetry.log("tickets_undelivered", order_id=order_id)
