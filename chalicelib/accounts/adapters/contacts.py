"""Reads the address and language of accounts, for everything that sends messages. On the light client."""

from collections.abc import Iterable

from chalicelib.accounts.adapters import keys as account_keys
from chalicelib.core.ports import Reader
from chalicelib.notifications.ports import Contact

_CONTACT = ("email", "verified", "language")


class DynamoContacts:
    """Port `Contacts`."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def load_contacts(self, user_ids: Iterable[str]) -> dict[str, Contact]:
        """Returns contacts by user id, eventually consistent; one BatchGetItem for 100. Unknown users are left out."""
        wanted = list(dict.fromkeys(user_ids))
        items = self._reader.get_many("people", [account_keys.account(one) for one in wanted], _CONTACT)
        return {
            user_id: Contact(item["email"], bool(item["verified"]), item.get("language") or "en")
            for user_id, item in zip(wanted, items, strict=True)
            if item is not None
        }
