"""Removes what is kept of an event that was deleted: its parts, what was proposed for it, the roles of its staff.
Called by the content stream; safe to repeat.

Nobody can see what is left: every read of it asks for the event's versions first, which went with the event.
"""

from typing import Protocol

from chalicelib.core.changes import Change, ChangeKind


class OfEvent(Protocol):
    """Where something is kept of an event."""

    def delete_all(self, event_id: str) -> None:
        """Delete all that is kept of an event, in batches."""


class DeleteParts:
    """Removes what the given stores keep of events."""

    def __init__(self, *stores: OfEvent) -> None:
        self._stores = stores

    def on_changes(self, changes: list[Change]) -> None:
        """Delete all that is kept of each event that was removed."""
        for change in changes:
            # An event's row in the list of published events goes by the same name, and belongs to no event.
            if change.kind is ChangeKind.REMOVED and change.owner:
                for store in self._stores:
                    store.delete_all(change.owner)
