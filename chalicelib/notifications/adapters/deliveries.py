"""Records how notifications were delivered, in items beside them in the inbox. Implements the port `Deliveries`. No
reaction follows its writes.
"""

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.aws import dynamo_keys as keys
from chalicelib.core.ports import Reader
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.adapters.items import DeliveryItem

_TABLE = "notifications"


class DynamoDeliveries:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def mark_pushed(self, user_id: str, notification_ids: Iterable[str], *, devices: int, at: int) -> None:
        """Writes how many sockets got these notifications, with one UpdateItem each, so that other attributes of the
        item stay. Keeps values that exist, so a repeated push changes nothing.
        """
        for id in notification_ids:
            devices_first = DeliveryItem.pushed.set(DeliveryItem.pushed | devices)
            at_first = DeliveryItem.pushed_at.set(DeliveryItem.pushed_at | at)
            DeliveryItem(*notification_keys.delivery(user_id, id)).update([devices_first, at_first])

    def mark_settled(self, places: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Returns those that were read or pushed to browsers; strongly consistent, one BatchGetItem per 50."""
        asked = [keys.notification(*one) for one in places] + [notification_keys.delivery(*one) for one in places]
        items = self._reader.get_many(_TABLE, asked, ("has_read", "web_pushed"), consistent=True)
        marks = zip(places, items[: len(places)], items[len(places) :], strict=True)
        return {one for one, told, delivery in marks if _is_settled(told or {}, delivery or {})}

    def mark_web_pushed(self, user_id: str, notification_id: str, *, devices: int) -> None:
        """Writes how many browsers' push services accepted this notification. Keeps a value that exists."""
        devices_first = DeliveryItem.web_pushed.set(DeliveryItem.web_pushed | devices)
        DeliveryItem(*notification_keys.delivery(user_id, notification_id)).update([devices_first])


def _is_settled(told: Mapping[str, object], delivery: Mapping[str, object]) -> bool:
    return bool(told.get("has_read")) or "web_pushed" in delivery
