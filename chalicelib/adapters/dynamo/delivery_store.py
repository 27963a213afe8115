"""What became of pushes of notifications, beside them in the inbox. Port `Deliveries`; nothing reacts to its writes."""

from collections.abc import Iterable

from chalicelib.adapters.dynamo import notification_keys
from chalicelib.adapters.dynamo.notification_items import DeliveryItem


class DynamoDeliveries:
    """Port `Deliveries`."""

    def pushed(self, user_id: str, notification_ids: Iterable[str], *, devices: int, at: int) -> None:
        """These reached so many sockets; one update each, so that other facts of the item stay. What stands already
        stays too, so a repeated push changes nothing.
        """
        for id in notification_ids:
            devices_first = DeliveryItem.pushed.set(DeliveryItem.pushed | devices)
            at_first = DeliveryItem.pushed_at.set(DeliveryItem.pushed_at | at)
            DeliveryItem(*notification_keys.delivery(user_id, id)).update([devices_first, at_first])

    def web_pushed(self, user_id: str, notification_id: str, *, devices: int) -> None:
        """This one was taken by the push services of so many browsers."""
        devices_first = DeliveryItem.web_pushed.set(DeliveryItem.web_pushed | devices)
        DeliveryItem(*notification_keys.delivery(user_id, notification_id)).update([devices_first])
