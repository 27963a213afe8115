"""Ports of content: what its services need from the storage of events and their parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from chalicelib.core.transactions import MAX_ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chalicelib.core.kinds import Kind
    from chalicelib.notifications.domain.notification import Mail, Notification
    from chalicelib.representations.represent import Written
    from chalicelib.representations.stored import StoredItem


class Missing(Exception):
    """Raised when a write refers to things that do not exist, or depends on a list that has changed. `pointers` are the
    JSON pointers of those fields.
    """

    def __init__(self, pointers: list[str]) -> None:
        super().__init__(", ".join(pointers))
        self.pointers = pointers


class Listing(NamedTuple):
    """A speaker whom a change of a session makes public: the new version, the tag of the stored version, and the JSON
    pointer of the field that refers to the speaker.
    """

    speaker: Written
    expected_tag: str
    pointer: str


def room_for_messages(references: Iterable[tuple[str, Kind, str]], listing: Sequence[Listing]) -> int:
    """Returns how many items of the transaction of `ProgrammeStore.replace` are left for messages. The others are the
    part, the versions of both views, and the targets of references, which include the speakers who become public.
    """
    pointed = {target for _, _, target in references} | {one.speaker.id for one in listing}
    return MAX_ITEMS - 3 - len(pointed)


class Programme(Protocol):
    """Reads an event and its parts."""

    def load(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        """Returns the staff's representation, read strongly consistently."""

    def load_all(self, event_id: str, kind: Kind) -> list[StoredItem]:
        """Returns the staff's representations of a whole list, read strongly consistently."""


class EventStore(Protocol):
    """Writes events, each write in one transaction. Tags are opaque; each change gets a fresh one."""

    def create_event(self, event: Written, *, slug: str, owner_id: str, now: int, tag: str) -> None:
        """Writes a new event and the role of its owner."""

    def replace_event(
        self,
        event: Written,
        *,
        expected_tag: str,
        slug: str,
        old_slug: str,
        was_public: bool,
        tag: str,
        call_due_at: int | None,
    ) -> None:
        """Writes a changed event. From `call_due_at` on (Unix seconds), its call for papers is announced."""

    def delete_event(self, event_id: str, *, slug: str, expected_tag: str, tag: str) -> None:
        """Deletes an event and its slug if the event still has the expected tag."""


class ProgrammeStore(Programme, Protocol):
    """Writes parts of events, each write in one transaction."""

    def create(
        self, resource: Written, *, references: list[tuple[str, Kind, str]], tag: str, listing: Sequence[Listing] = ()
    ) -> None:
        """Writes a new part of an event, and the speakers whom it makes public."""

    def replace(
        self,
        resource: Written,
        *,
        expected_tag: str,
        was_public: bool,
        references: list[tuple[str, Kind, str]],
        tag: str,
        notifications: Sequence[Notification] = (),
        mails: Sequence[Mail] = (),
        listing: Sequence[Listing] = (),
    ) -> None:
        """Writes a changed part, the messages about the change, and the speakers whom it makes public."""

    def delete(self, resource: Written, *, expected_tag: str, sessions_tag: str | None, tag: str) -> None:
        """Deletes a part if it still has the expected tag."""

    def sessions_tag(self, event_id: str) -> str:
        """Returns the tag of the list of sessions."""
