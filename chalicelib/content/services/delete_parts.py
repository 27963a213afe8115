"""Clearing: removes what a deleted event leaves behind. Called by the content stream; safe to repeat.

Nobody can see the leftovers: every read of them asks for the event's versions first, which went with the event.
"""

from typing import Protocol

from chalicelib.core.changes import Change, ChangeKind


class Leftovers(Protocol):
    """Finds and removes what belongs to an event."""

    def clear(self, event_id: str) -> None:
        """Remove the parts of an event and everybody's roles in it, in batches."""


class Clearing:
    """Removes leftovers."""

    def __init__(self, leftovers: Leftovers) -> None:
        self._leftovers = leftovers

    def on_changes(self, changes: list[Change]) -> None:
        """Clear after each event that was removed."""
        for change in changes:
            if change.kind is ChangeKind.REMOVED:
                self._leftovers.clear(change.owner)
