"""What services need of stored waiting lists. Each write is one transaction; `place` is what makes an entry wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from chalicelib.catalog.ports import StoredTicketType
    from chalicelib.orders.ports import SaleChange
    from chalicelib.waiting_list.domain.entry import Entry


class StoredEntry(NamedTuple):
    """An entry with whose it is: an account, or whoever has the token with this hash."""

    entry: Entry
    user_id: str | None = None
    access_hash: str | None = None


class Queue(NamedTuple):
    """A type that people wait for; `joined` rises with everybody who joins."""

    event_id: str
    ticket_type_id: str
    joined: int


class Offer(NamedTuple):
    """An order that was made for somebody who waited, and until when (Unix seconds) it is kept."""

    order_id: str
    deadline: int


class WaitingLists(Protocol):
    """Keeps waiting lists."""

    def load_entry(self, event_id: str, entry_id: str) -> StoredEntry | None:
        """An entry, strongly consistent."""

    def load_entries(self, event_id: str) -> list[Entry]:
        """All entries of an event in the order they came, strongly consistent."""

    def load_queue(self, event_id: str, ticket_type_id: str) -> Queue | None:
        """Whether people wait for a type, strongly consistent."""

    def list_queues(self) -> list[Queue]:
        """All types that people wait for."""

    def load_first(self, ticket_type_id: str) -> str | None:
        """The entry that came first of those that wait, strongly consistent."""

    def join(self, new: StoredEntry, *, member: str, begins: StoredTicketType | None) -> None:
        """A new entry at the end. `member` stands for the person, who may wait once; `begins` is the type when nobody
        waited for it before: from now on only who waits may have its tickets. Raises Lost (`resource`: exists already;
        `member`; `terms`, `queue`: it began or ended meanwhile).
        """

    def step(self, after: StoredEntry, *, member: str) -> None:
        """An entry that waits no longer. Raises Lost (`place`: it did not wait any more)."""

    def offer(self, change: SaleChange, after: StoredEntry, *, member: str) -> None:
        """A new order for an entry, which waits no longer. Raises Lost (`place`, and as Orders.write_order)."""

    def end(self, queue: Queue, stored: StoredTicketType) -> None:
        """Nobody waits for a type any more; its tickets are for everybody. Raises Lost (`queue`: somebody came;
        `terms`).
        """

    def list_offers(self, *, until: int) -> list[Offer]:
        """Offers whose time was over by then (Unix seconds), oldest first."""

    def forget(self, offer: Offer) -> None:
        """An offer whose order is settled needs no more looking after."""
