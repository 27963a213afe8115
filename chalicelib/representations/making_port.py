"""What representations/read.py needs of whoever makes what is not stored yet (representations/build.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.core.kinds import Kind, View
    from chalicelib.core.pagination import Page
    from chalicelib.representations.stored import StoredItem


class Maker(Protocol):
    """Makes what is not stored yet (representations/build.py)."""

    def list_page(self, event_id: str, kind: Kind, view: View, page: Page) -> tuple[str, str]:
        """Tag and bytes of a page of a list."""

    def directory(self, page: Page, filters: dict[str, str]) -> tuple[str, str]:
        """Tag and bytes of a page of the public list of events."""

    def refresh(self, event_id: str, kind: Kind, resource_id: str, view: View) -> StoredItem | None:
        """A representation of the current revision."""
