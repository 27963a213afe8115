"""What services need to read representations, and to make and keep what is not stored yet. Light: for the read path."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from chalicelib.core.kinds import Kind, View
    from chalicelib.core.pagination import Page
    from chalicelib.representations.represent import Written
    from chalicelib.representations.stored import StoredCall, StoredItem


class ListMember(NamedTuple):
    """One item of a list."""

    id: str
    body: str


class Bodies(Protocol):
    """Queries lists and keeps the bytes made of them; every read is strongly consistent."""

    def tag(self, event_id: str, name: str, view: View) -> str | None:
        """The tag a list has now; None when this view may not see it."""

    def members(self, event_id: str, kind: Kind, view: View, page: Page) -> list[ListMember]:
        """Up to `page.limit` + 1 items after `page.after`, in order of their ids."""

    def directory_tag(self) -> str:
        """The tag the public list of events has now."""

    def directory(self) -> list[ListMember]:
        """All published events, in order of their ids."""

    def keep(self, owner: str, view: View, name: str, tag: str, body: str) -> None:
        """Keep bytes under their tag."""

    def resource(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        """A stored resource, whatever its revision."""

    def save_revision(self, made: Written, *, old_tag: str) -> None:
        """Replace a resource's representations by those of this release, if it is unchanged."""


class Representations(Protocol):
    """Finds stored representations."""

    def event_named(self, slug: str) -> str | None:
        """The id of the event with this slug."""

    def event(self, event_id: str, view: View) -> StoredItem | None:
        """An event, if this view may see it."""

    def resource(self, event_id: str, kind: Kind, resource_id: str, view: View) -> StoredItem | None:
        """A resource of an event, if this view may see it."""

    def call_for_papers(self, event_id: str, *, consistent: bool) -> StoredCall | None:
        """An event's call for papers, if it has one."""

    def list_tag(self, event_id: str, name: str, view: View) -> str | None:
        """The tag of a list, if this view may see it."""

    def directory_tag(self) -> str:
        """The tag of the public list of events."""

    def versions(self, event_id: str, view: View) -> tuple[str, dict[str, int]] | None:
        """The tag under which an event's lists changed last, and their counters; if this view may see them."""

    def body(self, owner: str, view: View, name: str, tag: str) -> str | None:
        """The bytes of a list or page kept under a tag."""


class Maker(Protocol):
    """Makes what is not stored yet (representations/build.py)."""

    def list_page(self, event_id: str, kind: Kind, view: View, page: Page) -> tuple[str, str]:
        """Tag and bytes of a page of a list."""

    def directory(self, page: Page, filters: dict[str, str]) -> tuple[str, str]:
        """Tag and bytes of a page of the public list of events."""

    def refresh(self, event_id: str, kind: Kind, resource_id: str, view: View) -> StoredItem | None:
        """A representation of the current revision."""
