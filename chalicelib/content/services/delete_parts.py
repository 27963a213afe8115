"""Removes the parts of an event that was deleted. Called by the content stream; safe to repeat.

Nobody can see what is left: every read of it asks for the event's versions first, which went with the event. Proposals
and roles are removed by their own contexts (chalicelib/reactions.py).
"""

from typing import Protocol

from chalicelib.core.changes import Change, removed_owners


class Parts(Protocol):
    """What belongs to an event."""

    def delete_all(self, event_id: str) -> None:
        """Delete every part of an event, in batches."""


class DeleteParts:
    """Removes the parts of events."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def on_changes(self, changes: list[Change]) -> None:
        """Delete the parts of each event that was removed."""
        for event_id in removed_owners(changes):
            self._parts.delete_all(event_id)
