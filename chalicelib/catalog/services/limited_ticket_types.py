"""Ticket types for catalog/services/edit_limited.py. Other reads: catalog/services/read_ticket_types.py."""

import json
from collections.abc import Sequence

from chalicelib.catalog.domain.stock import MAX_SHARDS, Shard
from chalicelib.catalog.domain.ticket_type import MAX_TYPES, TicketType, TicketTypeFields
from chalicelib.catalog.ports import CatalogView, Codes, Lost, StoredTicketType, TicketTypes
from chalicelib.catalog.services.read_ticket_types import least_left, shards_of, with_availability
from chalicelib.content.ports import Programme
from chalicelib.content.services.edit_programme import sanitised
from chalicelib.content.services.load_event import load_event
from chalicelib.core.errors import Conflict, InvalidInput, StillReferenced, Violation
from chalicelib.core.kinds import CodeKind
from chalicelib.core.money import is_charged
from chalicelib.core.ports import Ids
from chalicelib.representations.represent import Representation

_HTML = ("description",)


class LimitedTicketTypes:
    """The ticket types of an event."""

    fields = TicketTypeFields
    resource = TicketType
    most_shards = MAX_SHARDS
    in_use = "Orders hold or have bought tickets of this type."

    def __init__(self, store: TicketTypes, view: CatalogView, codes: Codes, programme: Programme, ids: Ids) -> None:
        self._store = store
        self._view = view
        self._codes = codes
        self._programme = programme
        self._ids = ids

    def load(self, event_id: str, id: str) -> StoredTicketType | None:
        return self._store.load(event_id, id)

    def load_all(self, event_id: str) -> list[StoredTicketType]:
        return self._view.load_ticket_types(event_id, consistent=True)

    def represent_all(self, stored: Sequence[StoredTicketType]) -> list[Representation]:
        """Returns them with how many tickets are left."""
        stocks = self._store.load_stocks(shards_of(stored))
        left = {owner: sum(shard.left for shard in shards) for owner, shards in stocks.items()}
        return [Representation(*with_availability(one.etag, one.body, least_left(one, left))) for one in stored]

    def capacity_of(self, fields: TicketTypeFields) -> int:
        return fields.quantity

    def load_shards(self, stored: StoredTicketType) -> list[Shard]:
        return self._store.load_stocks({stored.id: stored.shards})[stored.id]

    def require_room(self, event_id: str) -> None:
        """Raises Conflict (`too_many_ticket_types`)."""
        if len(self.load_all(event_id)) >= MAX_TYPES:
            raise Conflict(f"An event may have {MAX_TYPES} ticket types.", code="too_many_ticket_types")

    def check_fields(
        self, event_id: str, fields: TicketTypeFields, *, old: TicketTypeFields | None
    ) -> TicketTypeFields:
        """Returns the fields with sanitised HTML. Raises NotFound, InvalidInput (currency)."""
        if old is None or fields.price.currency != old.price.currency:
            self._check_currency(event_id, fields)
        return sanitised(fields, _HTML)

    def require_unused(self, event_id: str, stored: StoredTicketType) -> None:
        """Raises StillReferenced when people wait for it, or quotas and codes name it (`referrers`)."""
        codes = [one for kind in CodeKind for one in self._codes.load_all(event_id, kind)]
        naming = [one.id for one in codes if stored.id in (json.loads(one.body)["ticket_type_ids"] or ())]
        if referrers := [*dict(stored.quotas), *naming]:
            raise StillReferenced("Quotas or codes still name it.", referrers=referrers)
        if stored.waiting:
            raise StillReferenced("People wait for it.")

    def create(
        self, event_id: str, id: str, made: Representation, fields: TicketTypeFields, *, stock: list[int]
    ) -> None:
        """Writes a new type."""
        self._store.create(event_id, id, made, hidden=fields.hidden, stock=stock, tag=self._ids.new_id())

    def replace(
        self,
        event_id: str,
        stored: StoredTicketType,
        made: Representation,
        *,
        old: TicketTypeFields,
        fields: TicketTypeFields,
        deltas: dict[int, int],
    ) -> None:
        """Writes a changed type."""
        del old
        self._store.replace(event_id, stored, made, hidden=fields.hidden, deltas=deltas, tag=self._ids.new_id())

    def delete(self, event_id: str, stored: StoredTicketType, *, old: TicketTypeFields) -> None:
        """Deletes a type and its stock."""
        del old
        self._store.delete(event_id, stored, tag=self._ids.new_id())

    def raise_unless_moved(self, lost: Lost) -> None:
        """Never raises: another editor or buyer was faster, and the next try decides."""

    def _check_currency(self, event_id: str, fields: TicketTypeFields) -> None:
        currency = load_event(self._programme, event_id).currency
        if fields.price.currency != currency:
            raise InvalidInput([Violation("/price/currency", f"must be the event's, {currency}")])
        if fields.price.amount and not is_charged(currency):
            raise InvalidInput([Violation("/price/currency", "is not one that Stripe takes; tickets must be free")])
