"""Tells staff once that the mail with an order's tickets did not arrive. Called by reactions.py when a mail changes.

A mail did not arrive when it bounced, when the mail service refused it, or when earlier mails to its address bounced.
The buyer sees it on the order's page (orders/services/read_order.py).
"""

from chalicelib import telemetry
from chalicelib.core.changes import Change
from chalicelib.mail.ports import LOST_STATES, Undelivered, paid_mail_key
from chalicelib.orders.ports import Orders
from chalicelib.orders.services.order_messages import OrderMessages


class NotifyUndelivered:
    """Notifies staff of ticket mails that did not arrive."""

    def __init__(self, *, orders: Orders, order_messages: OrderMessages, undelivered: Undelivered) -> None:
        self._orders = orders
        self._order_messages = order_messages
        self._undelivered = undelivered

    def on_changes(self, changes: list[Change]) -> None:
        """Handles mails of the notifications stream that reached a final state. Raises Busy."""
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
