"""What services need of stored events and their parts."""

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
    """A write referred to things that do not exist, or counted on a list that has changed; `pointers` say which."""

    def __init__(self, pointers: list[str]) -> None:
        super().__init__(", ".join(pointers))
        self.pointers = pointers


class Listing(NamedTuple):
    """A speaker who becomes public by a change of a session: as it is then, its tag before, and what points at it."""

    speaker: Written
    expected_tag: str
    pointer: str


def room_for_messages(references: Iterable[tuple[str, Kind, str]], listing: Sequence[Listing]) -> int:
    """Items that `ProgrammeStore.replace` has left for messages, beside the part, the tags of both views, and what the
    part points at; a speaker who becomes public is one of the latter.
    """
    pointed = {target for _, _, target in references} | {one.speaker.id for one in listing}
    return MAX_ITEMS - 3 - len(pointed)


class Programme(Protocol):
    """Reads an event and its parts."""

    def load(self, event_id: str, kind: Kind, resource_id: str) -> StoredItem | None:
        """The staff's representation, strongly consistent."""

    def load_all(self, event_id: str, kind: Kind) -> list[StoredItem]:
        """The staff's representations of a whole list, strongly consistent."""


class EventStore(Protocol):
    """Writes events, each write one transaction. Tags are opaque; a fresh one names each change."""

    def create_event(self, event: Written, *, slug: str, owner_id: str, now: int, tag: str) -> None:
        """A new event and its owner."""

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
        """A changed event; its call for papers is to be looked at from `call_due_at` on (Unix seconds)."""

    def delete_event(self, event_id: str, *, slug: str, expected_tag: str, tag: str) -> None:
        """Remove an event."""


class ProgrammeStore(Programme, Protocol):
    """Writes parts of events, in the same way."""

    def create(
        self, resource: Written, *, references: list[tuple[str, Kind, str]], tag: str, listing: Sequence[Listing] = ()
    ) -> None:
        """A new part of an event, and the speakers who become public by it."""

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
        """A changed part, what is told of it, and the speakers who become public by it."""

    def delete(self, resource: Written, *, expected_tag: str, sessions_tag: str | None, tag: str) -> None:
        """Remove a part."""

    def sessions_tag(self, event_id: str) -> str:
        """The tag of the list of sessions."""
