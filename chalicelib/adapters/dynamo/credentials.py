"""Looks up sign-ins and roles through the light reader. Port `Credentials` of services/authorising.py."""

from chalicelib.adapters.dynamo import keys
from chalicelib.ports import Reader


class DynamoCredentials:
    """Strongly consistent single reads of the people table."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def family_stands(self, family_id: str) -> bool:
        """Whether the sign-in has not ended."""
        return self._reader.get("people", keys.token_family(family_id), ("pk",), consistent=True) is not None

    def role(self, user_id: str, event_id: str) -> str | None:
        """The user's role in the event."""
        item = self._reader.get("people", keys.role_of_user(user_id, event_id), ("role",), consistent=True)
        return str(item["role"]) if item else None
