"""Telling: adds to a sale's transaction what its buyer is told about it. Called by ordering and charging.

The words are in services/notifying.py; nothing is sent here, the notifications stream does that.
"""

import json
from collections.abc import Callable, Sequence

from chalicelib.domain.ids import derive_ulid
from chalicelib.domain.kinds import View
from chalicelib.domain.order import OrderRecord, access_token
from chalicelib.ports import Clock
from chalicelib.ports.content import Representations
from chalicelib.ports.sales import SaleChange
from chalicelib.services import notifying
from chalicelib.services.showing import hash_of_access


class Telling:
    """Knows what a buyer is told."""

    def __init__(
        self, representations: Representations, clock: Clock, *, keys: Callable[[], Sequence[bytes]], public_url: str
    ) -> None:
        self._representations = representations
        self._clock = clock
        self._keys = keys
        self._public_url = public_url

    def order_paid(
        self, change: SaleChange, record: OrderRecord, *, charge_id: str, event_name: str | None = None
    ) -> SaleChange:
        """The change with a mail to the buyer and, for an account, a notification. Both are written with the step to
        `paid`, which an order takes once.
        """
        order = record.order
        name = event_name or self._event_name(order.event_id)
        mail = notifying.order_paid_mail(
            order_id=order.id,
            event_name=name,
            total=order.total,
            buyer_name=order.buyer.name,
            to=order.buyer.email,
            order_url=self._order_url(record),
        )
        change = change._replace(mails=(*change.mails, mail))
        if record.user_id is None:
            return change
        now = self._clock.now()
        notification = notifying.order_paid(
            order_id=order.id,
            event_name=name,
            event_id=order.event_id,
            total=order.total,
            user_id=record.user_id,
            notification_id=derive_ulid(int(now * 1000), "order_paid", order.id, charge_id),
            received_at=int(now),
        )
        return change._replace(notifications=(*change.notifications, notification))

    def _event_name(self, event_id: str) -> str:
        stored = self._representations.event(event_id, View.ALL)
        return str(json.loads(stored.body)["name"]) if stored else "the event"

    def _order_url(self, record: OrderRecord) -> str:
        """Where the buyer finds the order. Somebody without an account needs the access token, in the fragment so
        that no server sees it.
        """
        place = f"{self._public_url}/orders/{record.id}"
        for key in self._keys() if record.access_hash else ():
            token = access_token(record.id, key)
            if hash_of_access(token) == record.access_hash:
                return f"{place}#access={token}"
        return place
