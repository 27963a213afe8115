"""What services need of stored ticket types, quotas, codes and their stock. Each write is one transaction with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from chalicelib.core.preconditions import Overtaken

if TYPE_CHECKING:
    from chalicelib.catalog.domain.demand import Room
    from chalicelib.catalog.domain.stock import Place, Shard
    from chalicelib.core.kinds import CodeKind
    from chalicelib.representations.represent import Representation


class StoredLimit(NamedTuple):
    """A stored quota or code: representation without what was used of it, how many shards its stock has."""

    id: str
    etag: str
    body: str
    shards: int


class Joining(NamedTuple):
    """Which ticket types a change of a quota touches. `joins` have no ticket sold or held, so that the quota counts
    all of theirs; `stays` keep the quota and must learn how many shards it has now.
    """

    joins: tuple[StoredTicketType, ...] = ()
    stays: tuple[StoredTicketType, ...] = ()
    leaves: tuple[StoredTicketType, ...] = ()


class Quotas(Protocol):
    """Keeps quotas."""

    def load(self, event_id: str, quota_id: str) -> StoredLimit | None:
        """A quota, strongly consistent."""

    def load_all(self, event_id: str) -> list[StoredLimit]:
        """All quotas of an event, by id, strongly consistent."""

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        """The shards of all these owners of stock, who have that many each; strongly consistent."""

    def create(
        self, event_id: str, quota_id: str, made: Representation, *, stock: list[int], joining: Joining, tag: str
    ) -> None:
        """A new quota. Raises Lost (`resource`: exists already; `event`: gone; `terms`; places: a type that joins has
        tickets sold or held).
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
        """A changed quota. Raises Lost (`resource`, `event`, `terms`, places)."""

    def delete(self, event_id: str, stored: StoredLimit, *, joining: Joining, tag: str) -> None:
        """Remove a quota of which nothing is held or sold. Raises Lost (`resource`, `event`, `terms`, places)."""


class Codes(Protocol):
    """Keeps codes; `name` is a code as it is compared (catalog/domain/code.py), unique among its kind in an event."""

    def load(self, event_id: str, kind: CodeKind, code_id: str) -> StoredLimit | None:
        """A code, strongly consistent."""

    def find(self, event_id: str, kind: CodeKind, name: str) -> StoredLimit | None:
        """A code by what buyers type, strongly consistent."""

    def load_all(self, event_id: str, kind: CodeKind) -> list[StoredLimit]:
        """All codes of a kind, by id, strongly consistent."""

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        """The shards of all these owners of stock, who have that many each; strongly consistent."""

    def create(
        self, event_id: str, kind: CodeKind, code_id: str, made: Representation, *, name: str, stock: list[int]
    ) -> None:
        """A new code. Raises Lost (`resource`: exists already; `name`: taken)."""

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
        """A changed code, its names before and after. Raises Lost (`resource`, `name`, places)."""

    def delete(self, event_id: str, kind: CodeKind, stored: StoredLimit, *, name: str) -> None:
        """Remove a code of which no order made use. Raises Lost (`resource`, places)."""


class Lost(Overtaken):
    """Nothing was written, since something was not as expected. `places` are shards with what they have left;
    `names` the other things: `order`, `charge`, `marker`, `resource`, `event`, `terms` (those of a ticket type).
    """

    def __init__(self, names: frozenset[str], places: dict[Place, int] | None = None) -> None:
        super().__init__(", ".join(sorted(names)))
        self.names = names
        self.places = places or {}


class StoredTicketType(NamedTuple):
    """A stored ticket type: representation without availability, how many shards its stock has, those of each quota it
    shares. `terms` rises whenever its quotas change, or a waiting list for it begins or ends; tickets are only taken on
    the terms of the moment. `waiting`: people wait for it, so nobody else may have what comes free.
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
    """Writes ticket types, each write one transaction with their stock and the tag of the event's pages."""

    def load(self, event_id: str, ticket_type_id: str) -> StoredTicketType | None:
        """A ticket type, strongly consistent."""

    def load_stocks(self, shards: dict[str, int]) -> dict[str, list[Shard]]:
        """The shards of all these owners of stock, who have that many each; strongly consistent."""

    def create(
        self, event_id: str, ticket_type_id: str, made: Representation, *, hidden: bool, stock: list[int], tag: str
    ) -> None:
        """A new ticket type with its stock. Raises Lost (`resource`: exists already; `event`: gone)."""

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
        """A changed ticket type with changed capacities. Raises Lost (`resource`, `event`, places)."""

    def delete(self, event_id: str, stored: StoredTicketType, *, tag: str) -> None:
        """Remove a ticket type of which nothing is held or sold. Raises Lost (`resource`, `event`, places)."""


class CatalogView(Protocol):
    """Reads of ticket types and stock without PynamoDB. Eventually consistent unless asked otherwise."""

    def load_ticket_type(
        self, event_id: str, ticket_type_id: str, *, consistent: bool = False
    ) -> StoredTicketType | None:
        """The type, hidden or not, or None when the event has no such type."""

    def load_ticket_types(self, event_id: str, *, consistent: bool = False) -> list[StoredTicketType]:
        """All ticket types of an event, by id."""

    def load_lefts(self, shards: dict[str, int], *, consistent: bool = False) -> dict[Place, int]:
        """What every shard has left, for owners of stock with that many shards each; absent shards are left out."""

    def load_rooms(self, owners: list[str]) -> dict[str, Room]:
        """How stock of one shard stands, strongly consistent; absent ones are left out."""
