"""Ports for reading stored representations, and for building and storing the missing ones. Light, for the read path."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from chalicelib.core.kinds import Kind, View
    from chalicelib.core.pagination import Page
    from chalicelib.representations.represent import Written
    from chalicelib.representations.stored import StoredCall, StoredItem


class ListMember(NamedTuple):
    """One item of a list: its id and its JSON text."""

    id: str
    body: str


class Bodies(Protocol):
    """Queries lists and stores the bytes built from them; every read is strongly consistent."""

    def tag(self, event_id: str, name: str, view: View) -> str | None:
        """Returns the current tag of a list (or of `pages`: everything public); None when this view may not see it."""

    def members(self, event_id: str, kind: Kind, view: View, page: Page) -> list[ListMember]:
        """Returns up to `page.limit` + 1 items after `page.after`, in the order of their ids."""

    def directory_tag(self) -> str:
        """Returns the current tag of the public list of events."""

    def directory(self) -> list[ListMember]:
        """Returns all published events, in the order of their ids."""

    def keep(self, owner: str, view: View, name: str, tag: str, body: str) -> None:
        """Stores bytes under their tag."""

    def resource(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        """Returns a stored resource of any revision."""

    def save_revision(self, made: Written, *, old_tag: str) -> None:
        """Replaces a resource's representations with those of this release, if the resource is unchanged."""


class Representations(Protocol):
    """Reads stored representations."""

    def event_named(self, slug: str) -> str | None:
        """Returns the id of the event with this slug, or None."""

    def event(self, event_id: str, view: View) -> StoredItem | None:
        """Returns an event, or None when this view may not see it."""

    def resource(self, event_id: str, kind: Kind, resource_id: str, view: View) -> StoredItem | None:
        """Returns a resource of an event, or None when this view may not see it."""

    def call_for_papers(self, event_id: str, *, consistent: bool) -> StoredCall | None:
        """Returns an event's call for papers, or None."""

    def list_tag(self, event_id: str, name: str, view: View) -> str | None:
        """Returns the tag of a list, or None when this view may not see it."""

    def directory_tag(self) -> str:
        """Returns the tag of the public list of events."""

    def versions(self, event_id: str, view: View) -> tuple[str, dict[str, int]] | None:
        """Returns the counters of an event's lists with their tag; None when this view may not see them."""

    def body(self, owner: str, view: View, name: str, tag: str) -> str | None:
        """Returns the stored bytes of a list or page for a tag, or None."""


class Maker(Protocol):
    """Builds representations that are not stored yet (representations/build.py)."""

    def list_page(self, event_id: str, kind: Kind, view: View, page: Page) -> tuple[str, str]:
        """Returns the tag and bytes of a page of a list."""

    def directory(self, page: Page, filters: dict[str, str]) -> tuple[str, str]:
        """Returns the tag and bytes of a page of the public list of events."""

    def refresh(self, event_id: str, kind: Kind, resource_id: str, view: View) -> StoredItem | None:
        """Returns a representation of the current revision, or None when this view may not see it."""
