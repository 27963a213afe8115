"""Stores push subscriptions in the connections table. All subscriptions of a person are one item, so that one request
reads those of 100 people. A second item per browser holds its owner. Implements the ports `PushSubscriptionsView` (with
the light reader) and `PushSubscriptions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.push.adapters import keys
from chalicelib.push.domain import subscription as rules
from chalicelib.push.ports import Subscribed
from chalicelib.representations.json_text import hash_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.core.ports import Reader
    from chalicelib.push.domain.subscription import PushSubscription

_TABLE = "connections"
_KEPT = ("etag", "subscriptions")


class DynamoPushSubscriptionsView:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def load_subscriptions(self, user_id: str) -> Subscribed:
        """One GetItem."""
        item = self._reader.get(_TABLE, keys.push_subscriptions(user_id), _KEPT, consistent=True)
        return Subscribed(None, []) if item is None else Subscribed(item["etag"], rules.read(item["subscriptions"]))

    def load_all(self, user_ids: Sequence[str]) -> dict[str, Subscribed]:
        """Returns the subscriptions of those users who have any; one BatchGetItem per 100."""
        items = self._reader.get_many(_TABLE, [keys.push_subscriptions(id) for id in user_ids], _KEPT)
        return {
            id: Subscribed(item["etag"], rules.read(item["subscriptions"]))
            for id, item in zip(user_ids, items, strict=True)
            if item is not None
        }

    def load_owner(self, subscription_id: str) -> str | None:
        """One GetItem."""
        item = self._reader.get(_TABLE, keys.push_owner(subscription_id), ("user_id",), consistent=True)
        return None if item is None else str(item["user_id"])


class DynamoPushSubscriptions:
    """Implements the port `PushSubscriptions`. Imports PynamoDB late, on the first write."""

    def replace(
        self,
        user_id: str,
        subscriptions: Sequence[PushSubscription],
        *,
        expected_tag: str | None,
        gained: str | None = None,
        lost: Sequence[str] = (),
        owner_before: str | None = None,
    ) -> bool:
        """One transaction: the user's subscriptions, and the owners of the browsers in `gained` and `lost`."""
        from chalicelib.aws.dynamo_transactions import Transaction
        from chalicelib.push.adapters.items import PushOwnerItem, PushSubscriptionsItem

        transaction = Transaction()
        text, key = rules.write(subscriptions), keys.push_subscriptions(user_id)
        model = PushSubscriptionsItem
        same = model.pk.does_not_exist() if expected_tag is None else model.etag == expected_tag
        until = max((one.expires_at for one in subscriptions), default=0)
        if subscriptions:
            item = model(*key, subscriptions=text, etag=hash_of(text), expires_at=until)
            transaction.put("subscriptions", item, same)
        else:
            transaction.delete("subscriptions", model(*key), same)
        if gained is not None:
            owner = PushOwnerItem(*keys.push_owner(gained), user_id=user_id, expires_at=until)
            free = PushOwnerItem.pk.does_not_exist()
            transaction.put("owner", owner, free if owner_before is None else PushOwnerItem.user_id == owner_before)
        for id in lost:
            mine = PushOwnerItem.pk.does_not_exist() | (PushOwnerItem.user_id == user_id)
            transaction.delete("lost", PushOwnerItem(*keys.push_owner(id)), mine)
        return transaction.try_commit()
