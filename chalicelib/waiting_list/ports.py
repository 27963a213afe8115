"""The port to stored waiting lists. Each write is one transaction. An entry waits while it has a place in a queue.

Used by services, implemented in waiting_list/adapters/dynamo.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from chalicelib.catalog.ports import StoredTicketType
    from chalicelib.orders.ports import SaleChange
    from chalicelib.waiting_list.domain.entry import Entry


class StoredEntry(NamedTuple):
    """An entry and its owner: an account, or the holder of the token with this hash."""

    entry: Entry
    user_id: str | None = None
    access_hash: str | None = None


class Queue(NamedTuple):
    """A ticket type that people wait for. `joined` is how many have joined since the queue began."""

    event_id: str
    ticket_type_id: str
    joined: int


class Offer(NamedTuple):
    """An order that was made for a person on the list, and the end of its hold (Unix seconds)."""

    order_id: str
    deadline: int


class WaitingLists(Protocol):
    """A store of waiting lists."""

    def load_entry(self, event_id: str, entry_id: str) -> StoredEntry | None:
        """Returns the entry, read strongly consistent, or None."""

    def load_entries(self, event_id: str) -> list[Entry]:
        """Returns all entries of an event in the order they joined, read strongly consistent."""

    def load_queue(self, event_id: str, ticket_type_id: str) -> Queue | None:
        """Returns the queue for a ticket type, read strongly consistent; None when nobody waits."""

    def list_queues(self) -> list[Queue]:
        """Returns the queues of all events."""

    def load_first(self, ticket_type_id: str) -> str | None:
        """Returns the id of the entry that has waited longest, read strongly consistent, or None."""

    def join(self, new: StoredEntry, *, member: str, begins: StoredTicketType | None) -> None:
        """Adds a new entry at the end. `member` identifies the person, who may wait once for a type. `begins` is the
        ticket type when nobody waited for it before: from now on only people on the list may have its tickets. Raises
        Lost (`resource`: exists already; `member`: waits already; `terms`, `queue`: the queue began or ended
        meanwhile).
        """

    def step(self, after: StoredEntry, *, member: str) -> None:
        """Stores an entry that no longer waits, and removes its place. Raises Lost (`place`: it waited no more)."""

    def offer(self, change: SaleChange, after: StoredEntry, *, member: str) -> None:
        """Writes a new order for an entry, which no longer waits. Raises Lost (`place`, and as Orders.write_order)."""

    def end(self, queue: Queue, stored: StoredTicketType) -> None:
        """Ends a queue in which nobody waits: everybody may have the type's tickets. Raises Lost (`queue`: a person
        joined; `terms`).
        """

    def list_offers(self, *, until: int) -> list[Offer]:
        """Returns offers whose hold ended at `until` or earlier (Unix seconds), oldest first."""

    def forget(self, offer: Offer) -> None:
        """Removes an offer whose order is settled from the list of offers."""
