"""What services/reading.py needs of whoever makes what is not stored yet (services/representing.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.domain.kinds import Kind, View
    from chalicelib.domain.pagination import Page
    from chalicelib.domain.stored import StoredItem


class Maker(Protocol):
    """Makes what is not stored yet (services/representing.py)."""

    def list_page(self, event_id: str, kind: Kind, view: View, page: Page) -> tuple[str, str]:
        """Tag and bytes of a page of a list."""

    def directory(self, page: Page, filters: dict[str, str]) -> tuple[str, str]:
        """Tag and bytes of a page of the public list of events."""

    def refresh(self, event_id: str, kind: Kind, resource_id: str, view: View) -> StoredItem | None:
        """A representation of the current revision."""
