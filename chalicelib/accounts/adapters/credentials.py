"""Reads sign-ins and roles through the light reader. Ports `Credentials` and `ActiveSignIns`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.aws import dynamo_keys as keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.core.ports import Reader


class DynamoCredentials:
    """Strongly consistent single reads of the people table."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def is_sign_in_active(self, sign_in_id: str) -> bool:
        return self._reader.get("people", keys.sign_in(sign_in_id), ("pk",), consistent=True) is not None

    def find_active_sign_ins(self, sign_in_ids: Iterable[str]) -> set[str]:
        """Returns those that have not ended; one strongly consistent BatchGetItem for 100."""
        wanted = sorted(set(sign_in_ids))
        items = self._reader.get_many("people", [keys.sign_in(id) for id in wanted], ("pk",), consistent=True)
        return {id for id, item in zip(wanted, items, strict=True) if item is not None}

    def find_role(self, user_id: str, event_id: str) -> str | None:
        item = self._reader.get("people", keys.role_of_user(user_id, event_id), ("role",), consistent=True)
        return str(item["role"]) if item else None
