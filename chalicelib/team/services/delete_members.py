"""Removes the staff of a deleted event, and invitations to it. Called by the content stream; safe to repeat."""

from typing import Protocol

from chalicelib.core.changes import Change, removed_owners


class Kept(Protocol):
    """Roles, or invitations."""

    def delete_all(self, event_id: str) -> None:
        """Delete all of an event."""


class DeleteMembers:
    """Removes roles and invitations of events."""

    def __init__(self, *, roles: Kept, invitations: Kept) -> None:
        self._roles = roles
        self._invitations = invitations

    def on_changes(self, changes: list[Change]) -> None:
        """Delete the roles and invitations of each event that was removed."""
        for event_id in removed_owners(changes):
            self._roles.delete_all(event_id)
            self._invitations.delete_all(event_id)
