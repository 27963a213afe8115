"""Protocols that services of all contexts need; adapters implement them, tests fake them in a few lines.

A protocol that one context needs is in that context's ports.py.
"""

from collections.abc import Iterable
from typing import Any, Protocol

Key = tuple[str, str]


class Reader(Protocol):
    """Reads stored items by key."""

    def get(
        self, table: str, key: Key, attributes: Iterable[str], *, consistent: bool = False
    ) -> dict[str, Any] | None:
        """Returns the named attributes of one item, or None."""

    def get_many(
        self, table: str, keys: list[Key], attributes: Iterable[str], *, consistent: bool = False
    ) -> list[dict[str, Any] | None]:
        """Returns the named attributes of any number of different items, in order; None for a missing one."""


class Clock(Protocol):
    """Returns the current time."""

    def now(self) -> float:
        """Returns Unix seconds."""


class Ids(Protocol):
    """Makes ids and secrets."""

    def new_id(self) -> str:
        """Returns a new ULID."""

    def new_secret(self) -> str:
        """Returns a URL-safe secret with at least 128 bits of randomness."""
