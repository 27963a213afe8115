"""Stores how far the timer that releases holds got, and finds the orders it looks at. Port `Holds`."""

import json

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from chalicelib.aws.dynamo_queries import DynamoQueries
from chalicelib.aws.dynamo_tables import SalesTable
from chalicelib.aws.dynamo_transactions import save_unless_newer
from chalicelib.orders.adapters import keys as order_keys
from chalicelib.orders.domain.order_state import OrderState
from chalicelib.payments.adapters import keys as payment_keys
from chalicelib.payments.ports import HeldOrder, Sweep

_ORDER = "ORDER#"


class SweepItem(SalesTable):
    """How far the timer that releases holds got. `minute` is the next Unix minute, `left_over` a JSON list of ids."""

    minute = NumberAttribute()
    left_over = UnicodeAttribute()
    version = NumberAttribute()


class DynamoHolds:
    """Port `Holds`. Reads with the light client: a run makes 32 queries for each minute of orders."""

    def __init__(self, queries: DynamoQueries) -> None:
        self._queries = queries

    def load_sweep(self) -> Sweep | None:
        """Returns how far the timer got; None before its first run."""
        try:
            item = SweepItem.get(*payment_keys.hold_sweep(), consistent_read=True)
        except SweepItem.DoesNotExist:
            return None
        return Sweep(int(item.minute), tuple(json.loads(item.left_over)), int(item.version))

    def save_sweep(self, sweep: Sweep) -> bool:
        """Stores it, unless another run did so since it was read. Returns whether it was stored."""
        left_over = json.dumps(sweep.left_over, separators=(",", ":"))
        item = SweepItem(
            *payment_keys.hold_sweep(), minute=sweep.minute, left_over=left_over, version=sweep.version + 1
        )
        return save_unless_newer(item, SweepItem.version == sweep.version)

    def list_reserved(self, minute: int) -> list[HeldOrder]:
        """Returns the orders made in a Unix minute that are still reserved. Offers are left out; they are found by
        their deadline (waiting_list/adapters/dynamo.py).
        """
        found = []
        for part in range(order_keys.ORDER_SPREAD):
            partition = order_keys.orders_of_minute(minute, part)
            names = ("sk", "state", "deadline", "offer")
            items = self._queries.query("sales", partition, _ORDER, names, consistent=True)
            found += [item for item in items if item["state"] == OrderState.RESERVED.value and not item.get("offer")]
        return [HeldOrder(item["sk"].removeprefix(_ORDER), int(item["deadline"])) for item in found]
