"""Stores preferences. Implements the ports `PreferencesView` (with the light reader) and `PreferencesStore`
(conditional on the stored tag).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.core.ports import Reader
from chalicelib.notifications.adapters import keys as notification_keys
from chalicelib.notifications.ports import StoredPreferences

if TYPE_CHECKING:
    from collections.abc import Sequence

_TABLE = "notifications"
_ALL = ("etag", "body", "rev", "settings", "address_state", "address_since")


class DynamoPreferencesView:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def load_version(self, user_id: str) -> tuple[str, str] | None:
        """One GetItem, strongly consistent."""
        item = self._reader.get(_TABLE, notification_keys.preferences(user_id), ("etag", "rev"), consistent=True)
        return None if item is None else (str(item["etag"]), str(item["rev"]))

    def load_stored(self, user_id: str) -> StoredPreferences | None:
        item = self._reader.get(_TABLE, notification_keys.preferences(user_id), _ALL, consistent=True)
        if item is None:
            return None
        return StoredPreferences(
            etag=item["etag"],
            body=item["body"],
            revision=item["rev"],
            settings=item.get("settings"),
            address_state=item.get("address_state"),
            address_since=item.get("address_since"),
        )

    def load_settings(self, user_ids: Sequence[str]) -> list[str | None]:
        """Returns the users' stored settings in their order; one BatchGetItem per 100."""
        found = self._reader.get_many(_TABLE, [notification_keys.preferences(one) for one in user_ids], ("settings",))
        return [None if item is None else item.get("settings") for item in found]


class DynamoPreferences:
    """Implements the port `PreferencesStore`. Imports PynamoDB late, on the first write."""

    def replace(self, user_id: str, fresh: StoredPreferences, *, expected_tag: str | None) -> bool:
        """One conditional PutItem."""
        from chalicelib.aws.dynamo_transactions import try_save
        from chalicelib.notifications.adapters.items import PreferencesItem

        fields = fresh._asdict()
        item = PreferencesItem(*notification_keys.preferences(user_id), rev=fields.pop("revision"), **fields)
        absent = PreferencesItem.pk.does_not_exist()
        return try_save(item, absent if expected_tag is None else PreferencesItem.etag == expected_tag)
