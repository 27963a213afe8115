"""Small protocols that services need; adapters provide them, tests fake them in a few lines.

Here what everybody needs; the modules beside hold one noun each.
"""

from collections.abc import Iterable
from typing import Any, Protocol

Key = tuple[str, str]


class Reader(Protocol):
    """Reads stored items by key, cheaply."""

    def get(
        self, table: str, key: Key, attributes: Iterable[str], *, consistent: bool = False
    ) -> dict[str, Any] | None:
        """The named attributes of one item, or None."""

    def get_many(
        self, table: str, keys: list[Key], attributes: Iterable[str], *, consistent: bool = False
    ) -> list[dict[str, Any] | None]:
        """The named attributes of any number of different items, in order."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> float:
        """Unix seconds."""


class Ids(Protocol):
    """Makes ids and secrets."""

    def new_id(self) -> str:
        """A new ULID."""

    def new_secret(self) -> str:
        """A URL-safe secret of at least 128 bits."""
