"""Ports to stored ticket types, quotas, codes and their stock. Each write is one transaction that includes the stock.

Used by services, implemented in catalog/adapters/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from chalicelib.core.preconditions import Overtaken

if TYPE_CHECKING:
    from chalicelib.catalog.domain.demand import Room
    from chalicelib.catalog.domain.stock import Place, Shard
    from chalicelib.core.kinds import CodeKind
    from chalicelib.representations.represent import Representation


class StoredLimit(NamedTuple):
    """A stored quota or code. `body` is its JSON without the numbers of use; `shards` is its number of shards."""

    id: str
    etag: str
    body: str
    shards: int


class Joining(NamedTuple):
    """The ticket types that a change of a quota concerns. `joins` must have no ticket sold or held, so that the quota
    counts all their tickets; `stays` keep the quota and must store its new number of shards; `leaves` no longer share
    it.
    """

    joins: tuple[StoredTicketType, ...] = ()
    stays: tuple[StoredTicketType, ...] = ()
    leaves: tuple[StoredTicketType, ...] = ()


class Quotas(Protocol):
    """A store of quotas."""

    def load(self, event_id: str, quota_id: str) -> StoredLimit | None:
        """Returns the quota, read strongly consistent, or None."""

    def load_all(self, event_id: str) -> list[StoredLimit]:
        """Returns all quotas of an event, in order of id, read strongly consistent."""

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        """Returns the shards of these owners of stock, read strongly consistent. `shards` is how many each has."""

    def create(
        self, event_id: str, quota_id: str, made: Representation, *, stock: list[int], joining: Joining, tag: str
    ) -> None:
        """Writes a new quota. Raises Lost (`resource`: exists already; `event`: no longer exists; `terms`; places: a
        joining type has tickets sold or held).
        """

    def replace(
        self,
        event_id: str,
        stored: StoredLimit,
        made: Representation,
        *,
        deltas: dict[int, int],
        joining: Joining,
        tag: str,
    ) -> None:
        """Writes a changed quota. Raises Lost (`resource`, `event`, `terms`, places)."""

    def delete(self, event_id: str, stored: StoredLimit, *, joining: Joining, tag: str) -> None:
        """Deletes a quota of which nothing is held or sold. Raises Lost (`resource`, `event`, `terms`, places)."""


class Codes(Protocol):
    """A store of codes. `name` is a code in its compared form (catalog/domain/code.py), unique by kind in an event."""

    def load(self, event_id: str, kind: CodeKind, code_id: str) -> StoredLimit | None:
        """Returns the code, read strongly consistent, or None."""

    def find(self, event_id: str, kind: CodeKind, name: str) -> StoredLimit | None:
        """Returns the code with this name, read strongly consistent, or None."""

    def load_all(self, event_id: str, kind: CodeKind) -> list[StoredLimit]:
        """Returns all codes of a kind, in order of id, read strongly consistent."""

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        """Returns the shards of these owners of stock, read strongly consistent. `shards` is how many each has."""

    def create(
        self, event_id: str, kind: CodeKind, code_id: str, made: Representation, *, name: str, stock: list[int]
    ) -> None:
        """Writes a new code. Raises Lost (`resource`: exists already; `name`: taken)."""

    def replace(
        self,
        event_id: str,
        kind: CodeKind,
        stored: StoredLimit,
        made: Representation,
        *,
        names: tuple[str, str],
        deltas: dict[int, int],
    ) -> None:
        """Writes a changed code; `names` are its names before and after. Raises Lost (`resource`, `name`, places)."""

    def delete(self, event_id: str, kind: CodeKind, stored: StoredLimit, *, name: str) -> None:
        """Deletes a code that no order has used. Raises Lost (`resource`, places)."""


class Lost(Overtaken):
    """A condition of the transaction failed, so nothing was written. `places` are shards with what they have left;
    `names` the other conditions: `order`, `charge`, `marker`, `resource`, `event`, `terms` (those of a ticket type).
    """

    def __init__(self, names: frozenset[str], places: dict[Place, int] | None = None) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = names
        self.places = places or {}


class StoredTicketType(NamedTuple):
    """A stored ticket type. `body` is its JSON without availability; `shards` is the number of shards of its stock;
    `quotas` are the quotas it shares with their numbers of shards. `terms` rises when its quotas change, or when a
    waiting list for it begins or ends; tickets are only taken on the current terms. `waiting`: people wait for it, so
    tickets that become free are only for them.
    """

    id: str
    etag: str
    body: str
    hidden: bool
    shards: int
    quotas: tuple[tuple[str, int], ...] = ()
    terms: int = 0
    waiting: bool = False


class TicketTypes(Protocol):
    """A store of ticket types. Each write is one transaction with their stock and the tag of the event's pages."""

    def load(self, event_id: str, ticket_type_id: str) -> StoredTicketType | None:
        """Returns the ticket type, read strongly consistent, or None."""

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        """Returns the shards of these owners of stock, read strongly consistent. `shards` is how many each has."""

    def create(
        self, event_id: str, ticket_type_id: str, made: Representation, *, hidden: bool, stock: list[int], tag: str
    ) -> None:
        """Writes a new ticket type with its stock. Raises Lost (`resource`: exists already; `event`: was deleted)."""

    def replace(
        self,
        event_id: str,
        stored: StoredTicketType,
        made: Representation,
        *,
        hidden: bool,
        deltas: dict[int, int],
        tag: str,
    ) -> None:
        """Writes a changed ticket type and its changed capacities. Raises Lost (`resource`, `event`, places)."""

    def delete(self, event_id: str, stored: StoredTicketType, *, tag: str) -> None:
        """Deletes a ticket type of which nothing is held or sold. Raises Lost (`resource`, `event`, places)."""


class CatalogView(Protocol):
    """Reads of ticket types and stock that import no PynamoDB. Eventually consistent unless `consistent` is set."""

    def load_ticket_type(
        self, event_id: str, ticket_type_id: str, *, consistent: bool = False
    ) -> StoredTicketType | None:
        """Returns the type, hidden or not, or None when the event has no such type."""

    def load_ticket_types(self, event_id: str, *, consistent: bool = False) -> list[StoredTicketType]:
        """Returns all ticket types of an event, in order of id."""

    def load_lefts(self, shards: dict[str, int], *, consistent: bool = False) -> dict[Place, int]:
        """Returns what each existing shard has left. `shards` is the number of shards of each owner."""

    def load_rooms(self, owners: list[str]) -> dict[str, Room]:
        """Returns what is left of existing stocks with one shard, and their capacity, read strongly consistent."""
