"""Removes who proposed what for an event that was deleted. Called by the content stream; safe to repeat."""

from typing import Protocol

from chalicelib.core.changes import Change, removed_owners


class Proposals(Protocol):
    """Who proposed what."""

    def delete_all(self, event_id: str) -> None:
        """Delete all that was proposed for an event from the lists of its proposers."""


class DeleteProposals:
    """Removes the proposals of events."""

    def __init__(self, proposals: Proposals) -> None:
        self._proposals = proposals

    def on_changes(self, changes: list[Change]) -> None:
        """Delete what was proposed for each event that was removed."""
        for event_id in removed_owners(changes):
            self._proposals.delete_all(event_id)
