"""Deletes the data of a deleted event: its parts, its proposals, the roles of its staff. Called by the content stream;
safe to repeat.

Data that is not deleted yet cannot be read: every read asks for the event's versions first, and those were deleted
together with the event.
"""

from typing import Protocol

from chalicelib.core.changes import Change, ChangeKind


class OfEvent(Protocol):
    """A store that keeps data of events."""

    def delete_all(self, event_id: str) -> None:
        """Deletes all data of an event, in batches."""


class DeleteParts:
    """Deletes what the given stores keep of deleted events."""

    def __init__(self, *stores: OfEvent) -> None:
        self._stores = stores

    def on_changes(self, changes: list[Change]) -> None:
        """Deletes the data of each event whose deletion is among the changes."""
        for change in changes:
            # A row in the directory of published events has the same name, but no owner.
            if change.kind is ChangeKind.REMOVED and change.owner:
                for store in self._stores:
                    store.delete_all(change.owner)
